"""What a network has learned before, and how much of it is trained on."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, get_args

from medcore.spec.checks import number, one_of, switch, whole
from medcore.spec.choices import MAX_EPOCHS, DataSpec

MAX_BLOCKS = 20

Source = Literal["imagenet", "set", "run"]


@dataclass(frozen=True)
class TransferSpec:
    """Where the weights of the backbone come from, and the second stage of training.

    The first stage trains the head alone, on features that do not change: `TrainingSpec.epochs` at the learning rate of
    the optimizer. The second one trains the last blocks, too.

    Args:
        source: weights from "imagenet"; from the same network trained on another "set" first; or from the "run" that is
            the base.
        pretraining: that set.
        pretraining_epochs: passes over it, 1 to 10,000.
        unfrozen: blocks from the end of the backbone that the second stage trains, 0 for none; more than there are
            mean all.
        epochs: of the second stage, 1 to 10,000.
        learning_rate: of the second stage, above 0, at most 100.
        batch_norm_trains: let batch normalisation of the blocks trained follow the small batches; a mistake to look at.
    """

    source: Source = "set"
    pretraining: DataSpec = field(default_factory=DataSpec)
    pretraining_epochs: int = 10
    unfrozen: int = 0
    epochs: int = 10
    learning_rate: float = 1e-4
    batch_norm_trains: bool = False

    def __post_init__(self) -> None:
        one_of("Source of the weights", self.source, get_args(Source))
        for name in ("pretraining_epochs", "epochs"):
            object.__setattr__(self, name, whole(name, getattr(self, name), 1, MAX_EPOCHS))
        object.__setattr__(self, "unfrozen", whole("Unfrozen blocks", self.unfrozen, 0, MAX_BLOCKS))
        rate = number("Learning rate of fine-tuning", self.learning_rate, 0, 100, above=True)
        object.__setattr__(self, "learning_rate", rate)
        switch("batch_norm_trains", self.batch_norm_trains)

    PARTS: ClassVar = {"pretraining": DataSpec}
