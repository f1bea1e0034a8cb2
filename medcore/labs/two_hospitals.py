"""What happens in another hospital? A network learns from the labels of one place and is tested at another.

Every method starts from the same first weights and sees the same source images; only what it is told of the target
differs: nothing, images without labels, a few labels, or all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medcore import catalog
from medcore.data import sources
from medcore.data.simulation import simulator
from medcore.labs.robustness import words
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    AdaptationSpec,
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
    one_of,
)

METHODS = {
    "source_only": "Source only",
    "adabn": "AdaBN",
    "coral": "Deep CORAL",
    "dann": "DANN",
    "fine_tune": "Fine-tuned",
    "target": "Trained on target",
}
"""As the runs' labels say them; fine-tuning says its number of labels, too."""
WEIGHTED = ("coral", "dann")

SIMULATOR = "ct-simulator"
SHIFTS = {
    "scanner": "Another scanner",
    "corruption": "Worse images",
    "sets": "Two data sets",
    "digits": "MNIST to digits",
}
"""Where the target comes from."""

BOTH = {"images": 1000}
"""Options of the simulator in both hospitals."""
TARGET_OPTIONS: Mapping[str, Any] = {"scanner": "B", "seed": 1}
"""Of the other hospital: its scanner, and its own patients."""
CORRUPTION: Mapping[str, Mapping[str, Any]] = {"inverted_contrast": {"share": 1.0}}
"""What happens to the target's images by default where the shift is of that kind."""
WEIGHTS = {"coral": 30.0, "dann": 1.0}
"""Of the second loss; that of Deep CORAL is small, as it is divided by 4 d² (d features)."""
LABELS, EPOCHS, BATCH, SEEDS, SIDE = 20, 10, 32, 3, 32
DIGITS, MNIST_IMAGES = 8, 2000
"""Pixels a side of the digits, to which MNIST is brought, and training images of it, as many as the digits have."""
MISTAKE = "chosen by target labels"


def runs(
    shift: str = "scanner",
    dataset: str = SIMULATOR,
    target: str = "",
    methods: Sequence[str] = tuple(METHODS),
    data_options: Mapping[str, Any] | None = None,
    target_options: Mapping[str, Any] | None = None,
    corruption: PreparationSpec | Mapping[str, Any] | None = None,
    side: int | None = SIDE,
    model: str = "cnn",
    batch_norm: bool = True,
    images: int | None = None,
    coral_weight: float = WEIGHTS["coral"],
    dann_weight: float = WEIGHTS["dann"],
    target_labels: int = LABELS,
    choose_on_target: bool = False,
    epochs: int = EPOCHS,
    optimizer: str = "adam",
    learning_rate: float | None = None,
    batch_size: int = BATCH,
    seed: int = 1,
    seeds: int = SEEDS,
    precision: str = "auto",
) -> dict[str, RunSpec]:
    """The runs of one shift, by label: "DANN · seed 1" say.

    Args:
        shift: a key of `SHIFTS`: the simulator with other options; the same set with its images made worse; another
            set of the same classes; or MNIST and the digits, which are sets that are known beforehand.
        dataset: the source, a name that `python -m medcore datasets` lists.
        target: name of the target where the shift is "sets".
        methods: keys of `METHODS`.
        data_options: of the source.
        target_options: of the simulator at the target where the shift is "scanner", beside those of the source; None
            takes `TARGET_OPTIONS`.
        corruption: what happens to the target's images where the shift is "corruption"; None takes `CORRUPTION`.
        side: pixels of the longer side of all images; None leaves them as they are.
        model: a name of `catalog.NETWORKS`.
        batch_norm: whether it has batch normalisation, which AdaBN needs; linear networks never have it.
        images: labelled training images at the source; None takes all, of MNIST `MNIST_IMAGES`.
        coral_weight, dann_weight: of the second loss.
        target_labels: labelled target images of fine-tuning.
        choose_on_target: choose the epoch by the target's test labels: a mistake to look at.
        learning_rate: None takes the optimizer's usual rate.
        seed: the first one.
        seeds: 1 to 10 in a row.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    one_of("shift", shift, tuple(SHIFTS))
    names = _methods(methods, model, batch_norm)
    if shift == "digits":
        dataset, target, side = "mnist", "digits", DIGITS
    options = dict(BOTH if data_options is None and dataset == SIMULATOR else data_options or {})
    recipe = PreparationSpec({"resize": {"side": side}} if side else {})
    choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, optimizer)
    plain = RunSpec(
        task="adapt",
        data=DataSpec(dataset, options),
        model=ModelSpec(model, {"batch_norm": 1} if batch_norm and _takes_batch_norm(model) else {}),
        optimizer=OptimizerSpec(optimizer, learning_rate),
        training=TrainingSpec(epochs, choice.batch or batch_size, weights="best", precision=precision),
        seed=seed,
        preparation=recipe,
        sample=SampleSpec(images=MNIST_IMAGES if shift == "digits" and images is None else images),
        adaptation=AdaptationSpec(
            target=_target(shift, dataset, target, options, target_options),
            target_preparation=_worse(recipe, corruption) if shift == "corruption" else recipe,
            target_labels=target_labels,
            choose_on_target=choose_on_target,
        ),
    )
    weights = {"coral": coral_weight, "dann": dann_weight}
    specs = {}
    for name in names:
        asked = replace(plain.adaptation, method=name, weight=weights.get(name, 1.0))
        specs[label_of(asked)] = replace(plain, adaptation=asked)
    specs = {f"{label} · seed {seed}": spec for label, spec in specs.items()} if seeds == 1 else repeated(specs, seeds)
    check_number(specs, {"methods": len(names), "seeds": seeds})
    return specs


def label_of(asked: AdaptationSpec) -> str:
    """What a method is called in labels and charts."""
    name = METHODS[asked.method]
    if asked.method == "fine_tune":
        name += f" on {asked.target_labels:,} labels"
    return f"{name}, {MISTAKE}" if asked.choose_on_target else name


def domains(spec: RunSpec) -> tuple[tuple[DataSpec, PreparationSpec], tuple[DataSpec, PreparationSpec]]:
    """Source and target of a run: which images, and what happens to them."""
    asked = spec.adaptation
    return (spec.data, spec.preparation), (asked.target, asked.target_preparation)


def places(spec: RunSpec) -> tuple[str, str]:
    """What source and target of a run are called."""
    (data, recipe), (other, worse) = domains(spec)
    own = {name: options for name, options in worse.steps.items() if recipe.steps.get(name) != options}
    if data != other:
        return tuple(map(_place, (data, other), (other, data)))
    return _title(data), f"{_title(data)}, {words(PreparationSpec(own)).lower()}"


def _place(data: DataSpec, other: DataSpec) -> str:
    """A set; of the simulator the hospital, with the options in which it differs from the other one."""
    if not data.name == other.name == SIMULATOR:
        return _title(data)
    own, theirs = simulator.complete(data.options), simulator.complete(other.options)
    differing = [name for name in own if own[name] != theirs[name] and name not in ("scanner", "seed")]
    values = [f"{simulator.OPTIONS[name].label.lower()} {_shown(name, own[name])}" for name in differing]
    return ", ".join([simulator.OPTIONS["scanner"].values[own["scanner"]], *values])


def _shown(name: str, value: Any) -> str:
    option = simulator.OPTIONS[name]
    return option.values[value].lower() if isinstance(option, catalog.Selection) else f"{value:g}"


def _title(data: DataSpec) -> str:
    try:
        return sources.find(data.name).card.title
    except FileNotFoundError:  # it went since the runs were made
        return data.name


def partners(name: str, entries: Sequence[sources.Entry]) -> list[sources.Entry]:
    """Sets on this machine that have exactly the classes of another one, whatever the case and the order.

    Args:
        name: of the set that they could be the target of.
        entries: all there are.
    """
    here = [entry for entry in entries if entry.available and entry.card.task == "classification"]
    own = next((_names(entry) for entry in here if entry.name == name), None)
    return [entry for entry in here if own and entry.name != name and _names(entry) == own]


def _names(entry: sources.Entry) -> frozenset[str]:
    return frozenset(name.casefold() for name in entry.classes)


def _methods(given: Sequence[str], model: str, batch_norm: bool) -> list[str]:
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    for name in names:
        one_of("methods", name, tuple(METHODS))
    if not names:
        raise ValueError("Choose at least one method. Received: none")
    catalog.choose("Network", catalog.NETWORKS, model)
    if "adabn" in names and not (batch_norm and _takes_batch_norm(model)):
        raise ValueError(
            "AdaBN changes what batch normalisation knows of the images, so the network needs it. "
            f"Received: {catalog.NETWORKS[model].label} without batch normalisation"
        )
    return names


def _takes_batch_norm(model: str) -> bool:
    return "batch_norm" in catalog.NETWORKS[model].parameters


def _target(
    shift: str, dataset: str, target: str, options: Mapping[str, Any], changed: Mapping[str, Any] | None
) -> DataSpec:
    """The target's images."""
    if shift == "corruption":
        return DataSpec(dataset, options)
    if shift == "scanner":
        if dataset != SIMULATOR:
            raise ValueError(f"Scanners are of the CT simulator. Received: {dataset!r}")
        return DataSpec(dataset, {**options, **(TARGET_OPTIONS if changed is None else changed)})
    if not target or target == dataset:
        raise ValueError(f"Two data sets need another one as target. Received: {target!r}")
    return DataSpec(target, changed or {})


def _worse(recipe: PreparationSpec, given: PreparationSpec | Mapping[str, Any] | None) -> PreparationSpec:
    """The recipe of both places, with what makes the target's images worse."""
    steps = PreparationSpec.given({"steps": CORRUPTION} if given is None else given).steps
    if not steps:
        raise ValueError("Choose what makes the target's images worse. Received: nothing")
    return PreparationSpec({**recipe.steps, **steps})
