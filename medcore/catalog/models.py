"""The networks."""

from dataclasses import dataclass
from typing import Literal

from medcore.catalog.choices import Choice, Parameter


@dataclass(frozen=True)
class ModelChoice(Choice):
    """A model. `size` "small" trains on one thread, "large" fills every core.

    `dense_only` models gain from XLA on a CPU; convolutions lose by it.
    """

    size: Literal["small", "large"] = "small"
    dense_only: bool = False


MODELS: dict[str, ModelChoice] = {
    "mlp": ModelChoice(
        "MLP",
        "medcore.models.mlp:mlp",
        "The articles' network without convolutions: one hidden layer of 128 units.",
        {"hidden": Parameter("Hidden units", 128, 1, 4096, "Units of the hidden layer.", integer=True)},
        dense_only=True,
    ),
    "cnn": ModelChoice(
        "CNN",
        "medcore.models.cnn:cnn",
        "The articles' convolutional network: 32 and 64 filters of 3x3, then 64 dense units.",
    ),
}
