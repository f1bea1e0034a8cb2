"""What a training process can be asked to do."""

from dataclasses import dataclass

from medcore.catalog.choices import Choice


@dataclass(frozen=True)
class TaskChoice(Choice):
    """What a run does. `base` says whether it needs a finished run to start from."""

    base: bool = False


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
        base=True,
    ),
}
