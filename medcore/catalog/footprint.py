"""How large a run with a backbone is, before it starts: numbers of the catalog, no network is built."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from medcore.catalog.backbones import IMAGENET_SIZE, BackboneChoice

BYTES = 4
"""Of a number in float32. In bfloat16 the maps take half."""
TENSORFLOW = 8e8
"""Bytes that the process takes before it computes anything."""
SPARE = 1.2
"""Memory of a step against that of all maps it keeps: measured 1.2 for VGG16 (96 pixels, 16 images, one core)."""
COPIES = 4
"""Of what is trained: weights, gradients, and two moments of Adam."""
PIXELS_AT_ONCE = 2**19
"""Pixels that go through a network together where nothing is trained."""
VALUES_AT_ONCE, WHOLE = 2**26, 2**29
"""Numbers in the maps of the images that go through a network together, as `medcore.training.loop` has them: a larger
batch is worked off in parts, but for batch normalisation that trains, which needs it whole, and not too large."""


class Footprint(NamedTuple):
    """How large a run is.

    Args:
        parameters: numbers that the backbone and the head hold.
        trained: those of them that an update changes.
        memory: bytes that the process takes at most, about.
    """

    parameters: int
    trained: int
    memory: float


def footprint(
    choice: BackboneChoice,
    options: Mapping[str, Any],
    classes: int,
    batch: int,
    unfrozen: int | None = None,
    batch_norm_trains: bool = False,
) -> Footprint:
    """Parameters and memory of a run.

    Args:
        choice: the backbone.
        options: its options, every one of them, as `ModelSpec` has them.
        classes: number of classes.
        batch: images a step.
        unfrozen: blocks from the end that fine-tuning trains, 0 for the head alone; None where the whole network is
            trained from scratch.
        batch_norm_trains: whether batch normalisation of the blocks unfrozen trains, too; from scratch it does.

    Raises:
        ValueError: if there are no weights of this alpha.
    """
    sizes, size = choice.block_sizes(options), options["size"]
    head = _head(choice.units(options), options["dense"], classes)
    count = len(sizes.parameters)
    first = 0 if unfrozen is None else max(0, count - unfrozen)
    normalising = sum(sizes.normalising[first:])
    learned = normalising // 2 if unfrozen is None or batch_norm_trains else 0
    trained = sum(sizes.parameters[first:]) - normalising + learned
    every = sum(sizes.parameters)
    scale = (size / IMAGENET_SIZE) ** 2
    image = sum(sizes.values[first:]) * scale
    most = WHOLE if learned else VALUES_AT_ONCE
    kept = max(image, min(image * batch, most))
    passing = max(sizes.values[:first], default=0) * PIXELS_AT_ONCE / IMAGENET_SIZE**2
    numbers = every + (COPIES - 1) * trained + COPIES * head + SPARE * max(kept, passing)
    return Footprint(every + head, trained + head, TENSORFLOW + BYTES * numbers)


def _head(features: int, dense: int, classes: int) -> int:
    """Parameters between features and logits."""
    return (features + 1) * dense + (dense + 1) * classes if dense else (features + 1) * classes
