"""What a training process can be asked to do."""

from dataclasses import dataclass
from typing import Literal

from medcore.catalog.choices import Choice


@dataclass(frozen=True)
class TaskChoice(Choice):
    """What a run does.

    Args:
        bases: how many finished runs it may start from; 0 for none, else it needs one at least.
        optional: whether it can do without one, too.
        family: of the models it takes.
    """

    bases: int = 0
    optional: bool = False
    family: Literal["network", "classic", "segmentation"] = "network"


TASKS: dict[str, TaskChoice] = {
    "classification": TaskChoice(
        "Classification",
        "medcore.training.classification:train",
        "One label an image.",
    ),
    "robustness": TaskChoice(
        "Robustness",
        "medcore.training.robustness:measure",
        "A finished run meets test images that were prepared in another way.",
        bases=1,
    ),
    "landscape": TaskChoice(
        "Loss surface",
        "medcore.training.landscape:survey",
        "The loss on the plane of finished runs' weights, and their paths across it.",
        bases=8,
    ),
    "classic": TaskChoice(
        "Classic",
        "medcore.training.classics:train",
        "A classifier of scikit-learn on the same images.",
        family="classic",
    ),
    "prune": TaskChoice(
        "Pruning",
        "medcore.training.pruning:prune",
        "A finished run's smallest weights are set to zero, more and more of them, and it is tested again.",
        bases=1,
    ),
    "path": TaskChoice(
        "Regularization path",
        "medcore.training.regularization_path:walk",
        "The same network with one strength of a penalty after the other, judged by a fold that it did not see.",
    ),
    "nested_fold": TaskChoice(
        "Nested cross-validation",
        "medcore.training.nested:judge",
        "Chooses the strength by an inner cross-validation, and judges the choice by an outer fold.",
    ),
    "path_test": TaskChoice(
        "Test of a path",
        "medcore.training.path_test:test",
        "The networks of a finished path meet the test images.",
        bases=1,
    ),
    "transfer": TaskChoice(
        "Transfer learning",
        "medcore.training.transfer:train",
        "A network that learned something else before: its head is trained, then as many of its blocks as one likes.",
        bases=1,
        optional=True,
    ),
    "adapt": TaskChoice(
        "Domain adaptation",
        "medcore.training.adaptation:train",
        "Learns from the labelled images of one place, for those of another whose labels it does not see.",
    ),
    "segment": TaskChoice(
        "Segmentation",
        "medcore.training.segmentation:train",
        "Says of every pixel what it is: learns from masks.",
        family="segmentation",
    ),
    "segment_image": TaskChoice(
        "Segmentation of an image",
        "medcore.inference.segment_image:segment",
        "A finished run's network draws its mask on an image or a volume of a person's own.",
        bases=1,
        family="segmentation",
    ),
    "explain": TaskChoice(
        "Explanation",
        "medcore.explanation.task:explain",
        "Where a finished run's network looks, what its layers make of an image, and what it learned from.",
        bases=1,
    ),
    "predict": TaskChoice(
        "Prediction",
        "medcore.explanation.prediction:predict",
        "A finished run's network, or one brought along, meets an image of a person's own, if it is such as it knows.",
        bases=1,
        optional=True,
    ),
}
