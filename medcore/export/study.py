"""The parts of an exported cross-validation over a grid of strengths."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import program, source, study_program, training_program, writing
from medcore.export.section import EVALUATION, LOSS, NETWORK, OPTIMIZER, Section
from medcore.export.settings import fits, settings, steps, whole_set
from medcore.export.study_program import BY_SLOPE, BY_STEP
from medcore.spec import RunSpec

IMAGES = (
    "The pool holds training and validation images together, and each image's fold; the test images stay apart. "
    "Bytes (0 to 255) become numbers from 0 to 1."
)
PENALTIES = (
    "They are on the kernels alone; biases and what batch normalisation learns go free. They belong to the optimizer, "
    "so the loss stays that of the data, and strengths can be set without compiling anew. By its slope L1 hardly ever "
    "makes a weight exactly 0; the proximal step does: the optimizer's step of the data loss, then the soft threshold."
)
ITERATOR = "from collections.abc import Iterator"
TRAINING = (
    "In every epoch each image is taken once, in an order that follows from the seed and the epoch alone. At every "
    "strength the optimizer is as good as new."
)
WALK = (
    "The weakest strength comes first, as a unit that a strong penalty made dead does not come back. What is measured "
    "on images is measured on the training images of the fold."
)
CHOICE = (
    "The mean over the folds, its standard error, the lowest, and the strongest strength within one standard error "
    "of it. The network of that strength, trained on the whole pool, meets the test images, once. folds.csv holds all "
    "networks, curve.csv the points of the chart, test.csv the last word."
)


def sections(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> list[Section]:
    """The study, step by step; see `sections.sections`."""
    spec = whole_set(runs)
    parts, choices = _sources(spec), _choices(spec)
    optimizer = study_program.OPTIMIZER.replace("KIND", BY_STEP if steps(spec) else BY_SLOPE)
    walk = study_program.WALK.replace("APPLIED", study_program.APPLIED if fits(spec) else "")
    return [
        Section("Settings", "Of all folds.", writing.settings(settings(runs, precisions))),
        Section("Packages", "", writing.imports([*parts.values(), source.Source({ITERATOR})], networks=True)),
        Section("Images", IMAGES, study_program.IMAGES),
        Section("The network", NETWORK, writing.code(parts["models"].text, choices["models"], training_program.BUILD)),
        Section("The loss", LOSS, writing.code(parts["losses"].text, choices["losses"], training_program.LOSS)),
        Section(
            "The optimizer, its learning rate and the penalties",
            f"{OPTIMIZER} {PENALTIES}",
            writing.code(
                parts["penalties"].text,
                parts["schedules"].text,
                choices["schedules"],
                choices["optimizers"],
                optimizer,
                training_program.RATE,
            ),
        ),
        Section("Evaluation", EVALUATION, writing.code(parts["metrics"].text, program.EVALUATE)),
        Section("Training", TRAINING, writing.code(parts["order"].text, study_program.TRAIN)),
        Section(
            "The walk along the grid",
            WALK,
            writing.code(parts["pixels"].text, *[study_program.FITTED] * fits(spec), walk),
        ),
        Section("The folds", "One after the other, then all images of the pool.", study_program.RUN),
        Section("The choice", CHOICE, writing.code(parts["selection"].text, study_program.CHOOSE)),
    ]


def _sources(spec: RunSpec) -> dict[str, source.Source]:
    """Medcore's own code, by what it is for."""
    one = {"": spec}
    penalties = ["kernels", "value", *([] if steps(spec) else ["penalised"])]
    proximal = ["medcore.training.proximal:PROXIMAL"] if steps(spec) else []
    return {
        "models": source.take(*writing.targets(writing.used("model", catalog.MODELS, one))),
        "losses": source.take(*writing.targets(writing.used("loss", catalog.LOSSES, one))),
        "penalties": source.take(*[f"medcore.training.penalty:{name}" for name in penalties], *proximal),
        "schedules": source.take(
            *writing.targets(writing.used("schedule", catalog.SCHEDULES, one)), "medcore.optimization.schedules:factors"
        ),
        "metrics": source.take(
            "medcore.training.classification:softmax",
            "medcore.evaluation.classification:_balanced_accuracy",
            "medcore.evaluation.roc:placements",
            "medcore.evaluation.intervals:wilson",
        ),
        "order": source.take(
            "medcore.training.epochs:order_of", "medcore.training.epochs:class_weights", "medcore.training.state:State"
        ),
        "pixels": source.take(*["medcore.data.pixelwise:measure"] * fits(spec)),
        "selection": source.take(
            *[f"medcore.evaluation.selection:{name}" for name in ("curve", "minimum", "one_standard_error")]
        ),
    }


def _choices(spec: RunSpec) -> dict[str, str]:
    """What the settings name, as dicts."""
    one = {"": spec}
    return {
        "models": writing.choices("MODELS", writing.used("model", catalog.MODELS, one)),
        "losses": writing.choices("LOSSES", writing.used("loss", catalog.LOSSES, one)),
        "schedules": writing.choices("SCHEDULES", writing.used("schedule", catalog.SCHEDULES, one)),
        "optimizers": writing.optimizers(writing.used("optimizer", catalog.OPTIMIZERS, one)),
    }
