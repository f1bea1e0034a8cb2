"""The parts of an exported experiment: what each explains, and its code. Script and notebook are made of the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from medcore import catalog
from medcore.export import program, source
from medcore.export.settings import (
    CLASSICS,
    COMMENTS,
    NETWORKS,
    Settings,
    augmented,
    penalised,
    proximal,
    sampled,
    settings,
)
from medcore.spec import RunSpec

WIDTH = 110
TITLE = "An experiment from Medcore, in plain Keras"
INTRODUCTION = (
    "It trains the same networks as Medcore did, from the same first weights, on the same images in the same order, "
    "and needs nothing but the packages of requirements.txt. Losses and accuracies agree up to the rounding of "
    "float32, which depends on the machine. Change the settings and run it again. "
    "For teaching and research, not for diagnosis."
)
AUGMENTED = (
    "In Medcore these runs drew new variants of the training images for every epoch (augmentation). The file of the "
    "images holds the variants that they were trained on, unless they were too many, which its README then says: "
    "then training takes the images without them, and the curves differ."
)


IMAGES = (
    "The images are as the network sees them: cut, filtered and scaled already where Medcore prepared them. "
    "Bytes (0 to 255) become numbers from 0 to 1."
)
SAMPLED = (
    "In Medcore some runs got other training images than the data set has: fewer of them, wrong labels, rarer classes, "
    "or some of them repeated. The files hold images and labels as the networks got them."
)
PENALTIES = (
    "They are on the kernels alone; biases and what batch normalisation learns go free. L2 is l2 * sum(w**2), as Keras "
    "has it, without a half. By its slope in the loss (subgradient) L1 hardly ever makes a weight exactly 0; the "
    "proximal step does: the optimizer's step of the data loss, then the soft threshold. What is reported as loss is "
    "that of the data, the penalty stands apart."
)
CLASSIC = "Classifiers of scikit-learn on the same images. They have no epochs, and do not see augmented images."

Chosen = TypeVar("Chosen", bound=catalog.Choice)


@dataclass(frozen=True)
class Section:
    """One step: its title, what it is about in a few sentences, and the code."""

    title: str
    text: str
    code: str


def sections(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> list[Section]:
    """The experiment, step by step.

    Args:
        runs: by label.
        precisions: by label, what a run was computed in; see `settings`.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    given = settings(runs, precisions)
    networks = {label: spec for label, spec in runs.items() if spec.task == NETWORKS}
    classics = {label: spec for label, spec in runs.items() if spec.task == CLASSICS}
    parts = _sources(networks, classics)
    written = [Section("Images", f"{IMAGES}{f' {SAMPLED}' * sampled(runs)}", program.IMAGES)]
    if networks:
        written += _of_networks(networks, parts)
    if classics:
        models = _used("model", catalog.MODELS, classics)
        code = _code(parts["classics"].text, _choices("CLASSICS", models), program.FIT_CLASSIC)
        written.append(Section("The classics", CLASSIC, code))
    fitter = program.EITHER if networks and classics else program.CLASSIC if classics else program.NETWORK
    return [
        Section("Settings", "What the runs share, and what each has of its own.", _settings(given)),
        Section("Packages", "", _imports(parts.values(), bool(networks))),
        *written,
        Section(
            "Evaluation",
            "Accuracy comes with its 95% interval (Wilson); balanced accuracy is the mean of the recalls of the "
            "classes, AUC the area under the ROC curve, for more than two classes the mean of one against the rest.",
            _code(parts["metrics"].text, program.EVALUATE),
        ),
        Section("The runs", "One after the other, one line an epoch.", program.RUN.replace("FITTER", fitter)),
        Section(
            "The results",
            "A table, and two files beside this one: history.csv with the losses and accuracies of every epoch, "
            "results.csv with the table.",
            program.RESULTS,
        ),
    ]


def _sources(networks: Mapping[str, RunSpec], classics: Mapping[str, RunSpec]) -> dict[str, source.Source]:
    """Medcore's own code, by what it is for."""
    parts = {
        "metrics": source.take(
            "medcore.evaluation.classification:_balanced_accuracy",
            "medcore.evaluation.roc:placements",
            "medcore.evaluation.intervals:wilson",
        )
    }
    if classics:
        parts["classics"] = source.take(*_targets(_used("model", catalog.MODELS, classics)))
    if not networks:
        return parts
    schedules = _targets(_used("schedule", catalog.SCHEDULES, networks))
    penalties = []
    if penalised(networks):
        penalties += ["medcore.training.penalty:kernels", "medcore.training.penalty:value"]
    if proximal(networks):
        penalties.append("medcore.training.proximal:PROXIMAL")
    return parts | {
        "models": source.take(*_targets(_used("model", catalog.MODELS, networks))),
        "losses": source.take(*_targets(_used("loss", catalog.LOSSES, networks))),
        "penalties": source.take(*penalties),
        "schedules": source.take(*schedules, "medcore.optimization.schedules:factors"),
        "order": source.take("medcore.training.epochs:order_of", "medcore.training.epochs:class_weights"),
        "softmax": source.take("medcore.training.classification:softmax"),
    }


def _of_networks(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> list[Section]:
    """Network, loss, penalties, optimizer and training."""
    schedules = _choices("SCHEDULES", _used("schedule", catalog.SCHEDULES, runs))
    optimizers = _optimizers(_used("optimizer", catalog.OPTIMIZERS, runs))
    drawn, held = augmented(runs), penalised(runs)
    optimizer = program.PROXIMAL_OPTIMIZER if proximal(runs) else program.OPTIMIZER
    train = program.TRAIN.replace("IMAGES", program.VARIANTS if drawn else program.AS_THEY_ARE)
    train = train.replace("LOGGED", program.APART if held else program.AS_KERAS_SAYS)
    model = f"penalised_model({program.BUILT}, settings)" if held else program.BUILT
    fit = _code(parts["softmax"].text, program.FIT_NETWORK.replace("MADE", model))
    penalties = Section("The penalties", PENALTIES, _code(parts["penalties"].text, program.PENALISE))
    return [
        Section(
            "The network",
            "Its last layer gives logits, one number a class, without a softmax: the loss takes care of that. "
            "Keras draws the first weights; every initializer takes its seed from Python's generator, so the same "
            "seed gives the same first weights.",
            _code(parts["models"].text, _choices("MODELS", _used("model", catalog.MODELS, runs)), program.BUILD),
        ),
        Section(
            "The loss",
            "A loss takes class numbers and logits and gives one value an image; Keras then takes their mean.",
            _code(parts["losses"].text, _choices("LOSSES", _used("loss", catalog.LOSSES, runs)), program.LOSS),
        ),
        *[penalties] * held,
        Section(
            "The optimizer and its learning rate",
            "The optimizers are Keras' own. The learning rate is set anew for every update: what was chosen, times "
            "the factor of the schedule.",
            _code(parts["schedules"].text, schedules, optimizers, optimizer, program.RATE),
        ),
        Section(
            "Training",
            "In every epoch each image is taken once, in an order that follows from the seed and the epoch alone: "
            "runs of the same seed see the images in the same order, whatever their optimizer."
            + f" {AUGMENTED}"
            * drawn,
            _code(parts["order"].text, *[program.AUGMENTED] * drawn, train, fit),
        ),
    ]


def _used(part: str, choices: Mapping[str, Chosen], runs: Mapping[str, RunSpec]) -> dict[str, Chosen]:
    """The choices of the catalog that the runs make for a part of a spec, by name."""
    return {name: choices[name] for name in (getattr(spec, part).name for spec in runs.values())}


def _code(*parts: str) -> str:
    return "\n\n\n".join(part.strip("\n") for part in parts)


def _targets(choices: Mapping[str, catalog.Choice]) -> list[str]:
    return [choice.target for choice in choices.values()]


def _choices(name: str, choices: Mapping[str, catalog.Choice]) -> str:
    """A dict of the definitions, by the names that the settings use."""
    entries = [f'"{key}": {choice.target.partition(":")[2]}' for key, choice in choices.items()]
    return f"{name} = {{{', '.join(entries)}}}"


def _optimizers(choices: Mapping[str, catalog.Choice]) -> str:
    lines = [f'    "{name}": {choice.target.replace(":", ".")},' for name, choice in choices.items()]
    return "\n".join(["OPTIMIZERS = {", *lines, "}"])


def _imports(sources: Iterable[source.Source], networks: bool) -> str:
    """What the code imports: of Python itself first."""
    lines = {line for part in sources for line in part.imports} | set(program.IMPORTS)
    lines |= set(program.NETWORK_IMPORTS if networks else ())
    third = {line for line in lines if line.split()[1].partition(".")[0] in ("keras", "numpy", "sklearn")}
    packages = "\n".join(_sorted(third))
    if not networks:
        return "\n\n".join(["\n".join(_sorted(lines - third)), packages])
    return "\n\n".join(["\n".join(_sorted(lines - third)), program.QUIET.strip(), packages, program.QUIETER.strip()])


def _sorted(lines: set[str]) -> list[str]:
    merged: dict[str, set[str]] = {}
    for line in lines:
        module, _, names = line.partition(" import ") if line.startswith("from") else (line, "", "")
        merged.setdefault(module, set()).update([names] if names else [])
    ordered = sorted(merged, key=lambda module: (module.startswith("from"), module))
    return [f"{module} import {', '.join(sorted(merged[module]))}" if merged[module] else module for module in ordered]


def _settings(given: Settings) -> str:
    shared = [f"    {_text(key)}: {_text(value)},  # {COMMENTS[key]}" for key, value in given.shared.items()]
    own = [line for label, values in given.own.items() for line in _run(label, values)]
    comments = [f"# {key}: {COMMENTS[key]}" for key in COMMENTS if any(key in own for own in given.own.values())]
    return "\n".join(["SHARED = {", *shared, "}", "", *comments, "RUNS = {", *own, "}"])


def _run(label: str, values: Mapping[str, Any]) -> list[str]:
    line = f"    {_text(label)}: {_text(dict(values))},"
    if len(line) <= WIDTH:
        return [line]
    return [f"    {_text(label)}: {{", *(f"        {_text(key)}: {_text(v)}," for key, v in values.items()), "    },"]


def _text(value: object) -> str:
    """The value as Python, with texts in double quotes."""
    if isinstance(value, str):
        return f'"{"".join(map(_character, value))}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + ")"
    return repr(value)


def _character(character: str) -> str:
    """As it is, unless it ends the text, cannot be seen, or turns the order of what is read."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else ascii(character)[1:-1]
