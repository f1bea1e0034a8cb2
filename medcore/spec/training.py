"""How long a run trains, and on what batches."""

from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import one_of, switch, whole
from medcore.spec.choices import MAX_EPOCHS

MAX_BATCH = 65_536

Weights = Literal["last", "best"]
Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True)
class TrainingSpec:
    """How long and on what batches.

    Args:
        epochs: passes over the training images, 1 to 10,000.
        batch_size: images a step, 1 to 65,536, or "all" for the whole training set.
        patience: stop after this many epochs without a lower validation loss; None never stops early.
        weights: evaluate the "last" weights, or those of the epoch with the "best" validation loss.
        class_weights: weigh each class by n / (classes * its count), so that rare ones count.
        precision: "auto" takes bfloat16 where the hardware gains by it.
        record_path: keep the weights now and then, so that the path can be drawn on the loss surface.
        record_weights: keep histograms of each layer's weights over the epochs, and the first layer at the end.
    """

    epochs: int = 5
    batch_size: int | str = 32
    patience: int | None = None
    weights: Weights = "last"
    class_weights: bool = False
    precision: Precision = "auto"
    record_path: bool = False
    record_weights: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", whole("epochs", self.epochs, 1, MAX_EPOCHS))
        if self.batch_size != "all":
            object.__setattr__(self, "batch_size", whole("batch_size", self.batch_size, 1, MAX_BATCH))
        if self.patience is not None:
            object.__setattr__(self, "patience", whole("patience", self.patience, 1, MAX_EPOCHS))
        one_of("weights", self.weights, get_args(Weights))
        one_of("precision", self.precision, get_args(Precision))
        for name in ("class_weights", "record_path", "record_weights"):
            switch(name, getattr(self, name))
