"""The parts of an exported experiment with two places: a network learns in one, and is tested in the other."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import adaptation_program, adapted, backbone_program, program, source, training_program, writing
from medcore.export.section import EVALUATION, IMAGES, LOSS, NETWORK, OPTIMIZER, Section
from medcore.export.settings import settings
from medcore.spec import RunSpec

PLACES = (
    "There are two places: the source, whose labels are known, and the target, where the network is to work. The "
    "target's images have the source's size and channels, and its numbers of the classes."
)
TRAINING = (
    "In every epoch each image of the source is taken once, in an order that follows from the seed and the epoch "
    "alone. The target's test images are looked at after every epoch; the epoch is chosen by the source's validation "
    "images, since nobody has the target's labels, unless choose_on_target says otherwise."
)
ALIGNED = (
    "A batch has as many images of the target, without labels, as of the source. Deep CORAL adds how far the "
    "covariances of the features of both halves lie apart. DANN adds a small network that tells the places apart from "
    "the features, whose gradient is turned round on its way back: the features learn not to give the place away."
)
METHODS = "Every method starts from the same first weights and sees the same images of the source in the same order."
TABLE = (
    "A table of the target's test images, and two files beside this one: history.csv with the losses and accuracies of "
    "every epoch, results.csv with the table and the accuracy on the source's test images."
)
ITERATED = {"from collections.abc import Callable"}


def sections(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> list[Section]:
    """The experiment, step by step; arguments as of `sections.sections`.

    Raises:
        ValueError: if a run is none of domain adaptation, or one that a script cannot do.
    """
    given, parts = settings(runs, precisions), _sources(runs)
    models = writing.choices("MODELS", writing.used("model", catalog.MODELS, runs))
    losses = writing.choices("LOSSES", writing.used("loss", catalog.LOSSES, runs))
    schedules = writing.choices("SCHEDULES", _schedules(runs))
    optimizers = writing.optimizers(writing.used("optimizer", catalog.OPTIMIZERS, runs))
    backbones = backbone_program.text(backbone_program.used(runs.values()))
    rates = (schedules, optimizers, training_program.OPTIMIZER, training_program.RATE)
    alignment = Section("Features that are alike in both places", ALIGNED, parts["alignment"].text)
    return [
        Section("Settings", "What the runs share, and what each has of its own.", writing.settings(given)),
        Section("Packages", "", writing.imports([*parts.values(), source.Source(ITERATED)], networks=True)),
        Section("Images", f"{PLACES} {IMAGES}", program.IMAGES),
        Section("The network", NETWORK, writing.code(backbones, parts["models"].text, models, training_program.BUILD)),
        Section("The loss", LOSS, writing.code(parts["losses"].text, losses, training_program.LOSS)),
        Section("The optimizer and its learning rate", OPTIMIZER, writing.code(parts["schedules"].text, *rates)),
        *[alignment] * bool(parts["alignment"].code),
        Section(
            "Training",
            TRAINING,
            writing.code(parts["order"].text, training_program.DATA_LOSS, adaptation_program.TRAIN),
        ),
        Section("The methods", METHODS, _methods(runs, parts)),
        Section("Evaluation", EVALUATION, writing.code(parts["metrics"].text, program.EVALUATE)),
        Section("The runs", "One after the other, one line an epoch.", adaptation_program.RUN),
        Section("The results", TABLE, program.RESULTS),
    ]


def _used(runs: Mapping[str, RunSpec]) -> list[str]:
    """Methods, in the order in which a script needs them: others call "source_only"."""
    names = {spec.adaptation.method for spec in runs.values()}
    return [name for name in adaptation_program.METHODS if name in names]


def _methods(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> str:
    """A function for each, and what these need."""
    names = _used(runs)
    first = ["source_only"] * bool({"fine_tune", "target"} & set(names))
    texts = [adaptation_program.METHODS[name][1] for name in dict.fromkeys([*first, *names])]
    entries = [f'    "{name}": {adaptation_program.METHODS[name][0]},' for name in names]
    chosen = "\n".join(["METHODS = {", *entries, "}"])
    return writing.code(parts["methods"].text, adaptation_program.BUILT, *dict.fromkeys(texts), chosen)


def _schedules(runs: Mapping[str, RunSpec]) -> dict[str, catalog.Choice]:
    """Those chosen, and what fine-tuning takes."""
    later = {"constant": catalog.SCHEDULES["constant"]} if "fine_tune" in _used(runs) else {}
    return writing.used("schedule", catalog.SCHEDULES, runs) | later


def _sources(runs: Mapping[str, RunSpec]) -> dict[str, source.Source]:
    """Medcore's own code, by what it is for."""
    names, few = set(_used(runs)), ("FEW_EPOCHS", "FEW_UPDATES", "FEW_RATE")
    aligned = bool(names & set(adapted.WEIGHTED))
    methods = ["medcore.training.batch_statistics:adapt"] * ("adabn" in names)
    methods += [f"medcore.training.mixture:{name}" for name in ("_enough", "_alternating")] * aligned
    methods += [f"medcore.training.adaptation_methods:{name}" for name in few] * ("fine_tune" in names)
    models = writing.targets(writing.used("model", catalog.MODELS, runs))
    return {
        "models": source.take(*models, without=backbone_program.OWN),
        "losses": source.take(*writing.targets(writing.used("loss", catalog.LOSSES, runs))),
        "schedules": source.take(*writing.targets(_schedules(runs)), "medcore.optimization.schedules:factors"),
        "alignment": source.take(*["medcore.training.alignment:Alignment"] * aligned),
        "order": source.take("medcore.training.epochs:order_of", "medcore.training.epochs:loss_weights"),
        "methods": source.take(*methods),
        "metrics": source.take(
            "medcore.training.classification:softmax",
            "medcore.evaluation.classification:_balanced_accuracy",
            "medcore.evaluation.roc:placements",
            "medcore.evaluation.intervals:wilson",
        ),
    }
