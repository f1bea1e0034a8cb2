"""The parts of an exported experiment: what each explains, and its code. Script and notebook are made of the same."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import (
    adaptation,
    backbone_program,
    program,
    segmentation,
    segmented,
    source,
    study,
    training_program,
    transfer,
    transferred,
    writing,
)
from medcore.export.section import EVALUATION, IMAGES, LOSS, NETWORK, OPTIMIZER, Section
from medcore.export.settings import (
    CLASSICS,
    adapting,
    augmented,
    is_study,
    penalised,
    proximal,
    sampled,
    settings,
    transferring,
)
from medcore.spec import RunSpec

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


def sections(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> list[Section]:
    """The experiment, step by step.

    Args:
        runs: by label.
        precisions: by label, what a run was computed in; see `settings`.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    if is_study(runs):
        return study.sections(runs, precisions)
    if adapting(runs):
        return adaptation.sections(runs, precisions)
    if segmented.segmenting(runs):
        return segmentation.sections(runs, precisions)
    given = settings(runs, precisions)
    networks = {label: spec for label, spec in runs.items() if spec.task != CLASSICS}
    transfers = transferring(runs)
    classics = {label: spec for label, spec in runs.items() if spec.task == CLASSICS}
    parts = _sources(networks | transferred.firsts(runs), classics) | (transfer.sources(runs) if transfers else {})
    written = [Section("Images", f"{IMAGES}{f' {SAMPLED}' * sampled(runs)}", program.IMAGES)]
    if networks:
        written += _of_networks(networks | transferred.firsts(runs), parts)
    if transfers:
        written += transfer.sections(runs, parts)
    if classics:
        models = writing.used("model", catalog.MODELS, classics)
        code = writing.code(parts["classics"].text, writing.choices("CLASSICS", models), program.FIT_CLASSIC)
        written.append(Section("The classics", CLASSIC, code))
    fitter = program.EITHER if networks and classics else program.CLASSIC if classics else program.NETWORK
    fitter = program.TRANSFER if transfers else fitter
    return [
        Section("Settings", "What the runs share, and what each has of its own.", writing.settings(given)),
        Section("Packages", "", writing.imports(parts.values(), bool(networks))),
        *written,
        Section(
            "Evaluation",
            EVALUATION,
            writing.code(parts["metrics"].text, program.EVALUATE),
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
        parts["classics"] = source.take(*writing.targets(writing.used("model", catalog.MODELS, classics)))
    if not networks:
        return parts
    schedules = writing.targets(writing.used("schedule", catalog.SCHEDULES, networks))
    penalties = []
    if penalised(networks):
        penalties += ["medcore.training.penalty:kernels", "medcore.training.penalty:value"]
    if proximal(networks):
        penalties.append("medcore.training.proximal:PROXIMAL")
    return parts | {
        "models": source.take(
            *writing.targets(writing.used("model", catalog.MODELS, networks)), without=backbone_program.OWN
        ),
        "losses": source.take(*writing.targets(writing.used("loss", catalog.LOSSES, networks))),
        "penalties": source.take(*penalties),
        "schedules": source.take(*schedules, "medcore.optimization.schedules:factors"),
        "order": source.take("medcore.training.epochs:order_of", "medcore.training.epochs:class_weights"),
        "softmax": source.take("medcore.training.classification:softmax"),
    }


def _of_networks(runs: Mapping[str, RunSpec], parts: Mapping[str, source.Source]) -> list[Section]:
    """Network, loss, penalties, optimizer and training."""
    models = writing.choices("MODELS", writing.used("model", catalog.MODELS, runs))
    losses = writing.choices("LOSSES", writing.used("loss", catalog.LOSSES, runs))
    schedules = writing.choices("SCHEDULES", writing.used("schedule", catalog.SCHEDULES, runs))
    optimizers = writing.optimizers(writing.used("optimizer", catalog.OPTIMIZERS, runs))
    backbones = backbone_program.text(backbone_program.used(runs.values()))
    drawn, held = augmented(runs), penalised(runs)
    optimizer = training_program.PROXIMAL_OPTIMIZER if proximal(runs) else training_program.OPTIMIZER
    train = training_program.TRAIN.replace(
        "IMAGES", training_program.VARIANTS if drawn else training_program.AS_THEY_ARE
    )
    train = train.replace("LOGGED", training_program.APART if held else training_program.AS_KERAS_SAYS)
    model = f"penalised_model({training_program.BUILT}, settings)" if held else training_program.BUILT
    fit = writing.code(parts["softmax"].text, training_program.FIT_NETWORK.replace("MADE", model))
    code = writing.code(parts["penalties"].text, training_program.DATA_LOSS, training_program.PENALISE)
    penalties = Section("The penalties", PENALTIES, code)
    return [
        Section(
            "The network",
            NETWORK,
            writing.code(backbones, parts["models"].text, models, training_program.BUILD),
        ),
        Section(
            "The loss",
            LOSS,
            writing.code(parts["losses"].text, losses, training_program.LOSS),
        ),
        *[penalties] * held,
        Section(
            "The optimizer and its learning rate",
            OPTIMIZER,
            writing.code(parts["schedules"].text, schedules, optimizers, optimizer, training_program.RATE),
        ),
        Section(
            "Training",
            "In every epoch each image is taken once, in an order that follows from the seed and the epoch alone: "
            "runs of the same seed see the images in the same order, whatever their optimizer."
            + f" {AUGMENTED}"
            * drawn,
            writing.code(parts["order"].text, *[training_program.AUGMENTED] * drawn, train, fit),
        ),
    ]
