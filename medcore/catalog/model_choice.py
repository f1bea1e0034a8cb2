"""What the choice of a model is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from medcore.catalog.choices import Choice


@dataclass(frozen=True)
class ModelChoice(Choice):
    """A model. `size` "small" trains on one thread, "large" fills every core.

    `dense_only` models gain from XLA on a CPU; convolutions lose by it. `family` "classic" are those of scikit-learn,
    which have no epochs; "segmentation" gives logits of every pixel. `blocks` are the parts that can be trained or left
    as they are, from the image on: by the name people see, the layer that ends each; what comes behind the last one is
    the head.
    """

    size: Literal["small", "large"] = "small"
    dense_only: bool = False
    family: Literal["network", "classic", "segmentation"] = "network"
    blocks: Mapping[str, str] = field(default_factory=dict)
