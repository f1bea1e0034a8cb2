"""The parts of an exported experiment whose networks say of every pixel what it is."""

from collections.abc import Mapping

from medcore import catalog
from medcore.export import backbone_program, segmentation_program, source, training_program, writing
from medcore.export.section import IMAGES, NETWORK, OPTIMIZER, Section
from medcore.export.segmented import ENCODERS, pretrained
from medcore.export.settings import augmented, settings
from medcore.spec import RunSpec

MASKS = "A mask has a class number for every pixel, 0 for the background."
LOSS = (
    "A loss takes masks and the logits of every pixel and gives one value an image; Keras then takes their mean. The "
    "Dice of an image is not that of a whole batch: here each image has its own."
)
TRAINING = (
    "In every epoch each image is taken once, in an order that follows from the seed and the epoch alone: runs of the "
    "same seed see the images in the same order, whatever their loss."
)
AUGMENTED = (
    "Images and masks were drawn anew for every epoch, and moved together; the file holds these variants, unless they "
    "were too many, which its README then says."
)
EVALUATION = (
    "A pixel is foreground where the background has at most half of the probability, and there of the likeliest other "
    "class. Dice and IoU are counted for each case, an image or a volume, and each class; where neither truth nor mask "
    "has any of it there is nothing to count. Their mean over the cases, then over the classes, is another number than "
    "that of all cases as one batch. Accuracy says little: the background alone may have most pixels."
)
TABLE = (
    "A table of the test images, and two files beside this one: history.csv with the losses and overlaps of every "
    "epoch, results.csv with the table and the Dice of each class."
)

OVERLAP = ("of_confusions", "confusions", "by_unit", "iou", "whole", "mean")
"""What of Medcore's own measures the script takes."""


def sections(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> list[Section]:
    """The experiment, step by step; arguments as of `sections.sections`.

    Raises:
        ValueError: if a run is none of segmentation, or one that a script cannot do.
    """
    given, parts = settings(runs, precisions), _sources(runs)
    models = writing.choices("MODELS", writing.used("model", catalog.MODELS, runs))
    losses = writing.choices("LOSSES", writing.used("loss", catalog.MASK_LOSSES, runs))
    schedules = writing.choices("SCHEDULES", writing.used("schedule", catalog.SCHEDULES, runs))
    optimizers = writing.optimizers(writing.used("optimizer", catalog.OPTIMIZERS, runs))
    rates = (schedules, optimizers, training_program.OPTIMIZER, training_program.RATE)
    learned, drawn = any(map(pretrained, runs.values())), augmented(runs)
    network = [backbone_program.text(_encoders(runs)), parts["models"].text, models, training_program.BUILD]
    train = segmentation_program.TRAIN.replace(
        "TAKEN", segmentation_program.VARIANTS if drawn else segmentation_program.AS_THEY_ARE
    )
    training = [parts["order"].text, *[segmentation_program.AUGMENTED] * drawn, train]
    run = segmentation_program.RUN.replace("PRETRAINED", segmentation_program.PRETRAINED if learned else "")
    return [
        Section("Settings", "What the runs share, and what each has of its own.", writing.settings(given)),
        Section("Packages", "", writing.imports(parts.values(), networks=True)),
        Section("Images", f"{IMAGES} {MASKS}", segmentation_program.IMAGES),
        Section("The network", NETWORK, writing.code(*network, *[segmentation_program.IMAGENET] * learned)),
        Section("The loss", LOSS, writing.code(parts["losses"].text, losses, segmentation_program.LOSS)),
        Section("The optimizer and its learning rate", OPTIMIZER, writing.code(parts["schedules"].text, *rates)),
        Section("Evaluation", EVALUATION, writing.code(parts["overlap"].text, segmentation_program.JUDGE)),
        Section("Training", f"{TRAINING}{f' {AUGMENTED}' * drawn}", writing.code(*training)),
        Section("The runs", "One after the other, one line an epoch.", run),
        Section("The results", TABLE, segmentation_program.RESULTS),
    ]


def _encoders(runs: Mapping[str, RunSpec]) -> list[str]:
    """The backbones that are encoders."""
    return list(dict.fromkeys(ENCODERS[spec.model.name] for spec in runs.values() if spec.model.name in ENCODERS))


def _sources(runs: Mapping[str, RunSpec]) -> dict[str, source.Source]:
    """Medcore's own code, by what it is for."""
    models = writing.targets(writing.used("model", catalog.MODELS, runs))
    if any(map(pretrained, runs.values())):
        models.append("medcore.models.blocks:backbone")
    schedules = writing.targets(writing.used("schedule", catalog.SCHEDULES, runs))
    return {
        "models": source.take(*models, without=backbone_program.OWN),
        "losses": source.take(*writing.targets(writing.used("loss", catalog.MASK_LOSSES, runs))),
        "schedules": source.take(*schedules, "medcore.optimization.schedules:factors"),
        "order": source.take("medcore.training.epochs:order_of"),
        "overlap": source.take(
            *(f"medcore.evaluation.masks:{name}" for name in ("softmax", "said", "masks")),
            *(f"medcore.evaluation.overlap:{name}" for name in OVERLAP),
            "medcore.evaluation.bootstrap:counts",
            "medcore.evaluation.intervals:percentile",
        ),
    }
