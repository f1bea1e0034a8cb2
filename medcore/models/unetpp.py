"""The U-Net++: a U-Net whose skip connections pass through convolutions of their own."""

from typing import Any

import keras
from keras import layers

from medcore.models.decoder import block, doubled
from medcore.models.padding import Shape, logits, padded
from medcore.models.unet import silenced


def unetpp(
    shape: Shape, classes: int, depth: int = 3, width: int = 16, batch_norm: int = 1, dropout: float = 0.0
) -> keras.Model:
    """A grid of blocks: each sees all before it on its level, and the one below it, doubled.

    So every level of the way down has a small way up of its own, and what is joined was seen equally often. One mask
    is read, from the last block of the finest level (no deep supervision).

    Args:
        shape: (height, width, channels) of an image, at least 2**depth pixels a side; values in 0..1.
        classes: number of classes, at least 2; class 0 is the background.
        depth: how often the maps are halved.
        width: filters of the first level; each level below has twice as many.
        batch_norm: 1 normalises each map over the batch, before its ReLU; biases are left out then.
        dropout: share of whole maps that are silent at the lowest level in an update.

    Returns:
        A model from (n, height, width, channels) to logits (n, height, width, classes) in float32.

    Raises:
        ValueError: if the images are too small for the depth.

    Reference:
        Zhou et al., UNet++, arXiv:1807.10165.
    """
    image, maps = padded(shape, 2**depth)
    rows: list[list[Any]] = []
    for level in range(depth + 1):
        if level:
            maps = layers.MaxPooling2D(name=f"down{level}_pool")(maps)
        maps = block(maps, width * 2**level, f"node{level + 1}_1", bool(batch_norm))
        rows.append([maps])
    rows[-1][0] = silenced(rows[-1][0], dropout)
    for place in range(1, depth + 1):
        for level in range(depth + 1 - place):
            name, filters = f"node{level + 1}_{place + 1}", width * 2**level
            below = doubled(rows[level + 1][place - 1], filters, name)
            joined = layers.Concatenate(name=f"{name}_join")([*rows[level], below])
            rows[level].append(block(joined, filters, name, bool(batch_norm)))
    return keras.Model(image, logits(rows[0][-1], shape, 2**depth, classes), name="unetpp")
