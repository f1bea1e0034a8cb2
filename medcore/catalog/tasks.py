"""What a training process can be asked to do."""

from dataclasses import dataclass

from medcore.catalog.choices import Choice


@dataclass(frozen=True)
class TaskChoice(Choice):
    """What a run does. `bases` is how many finished runs it may start from; 0 for none, else it needs one at least."""

    bases: int = 0


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
}
