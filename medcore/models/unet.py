"""The U-Net: down to see far, up to see fine, with skip connections between."""

import random
from typing import Any

import keras
from keras import layers

from medcore.models.decoder import block, decoded
from medcore.models.padding import Shape, logits, padded


def unet(
    shape: Shape,
    classes: int,
    depth: int = 3,
    width: int = 16,
    batch_norm: int = 1,
    dropout: float = 0.0,
    skips: int = 1,
    attention: int = 0,
) -> keras.Model:
    """A U-Net whose convolutions pad, so that the mask is as large as the image.

    Args:
        shape: (height, width, channels) of an image, at least 2**depth pixels a side; values in 0..1.
        classes: number of classes, at least 2; class 0 is the background.
        depth: how often the maps are halved.
        width: filters of the first level; each level below has twice as many.
        batch_norm: 1 normalises each map over the batch, before its ReLU; biases are left out then.
        dropout: share of whole maps that are silent at the lowest level in an update.
        skips: 1 hands the maps of the way down to the way up; 0 leaves what came through the lowest level.
        attention: 1 weighs these maps pixel by pixel first.

    Returns:
        A model from (n, height, width, channels) to logits (n, height, width, classes) in float32.

    Raises:
        ValueError: if the images are too small for the depth.

    Reference:
        Ronneberger et al., U-Net, arXiv:1505.04597.
    """
    image, maps = padded(shape, 2**depth)
    filters = [width * 2**level for level in range(depth + 1)]
    fine = []
    for level in range(depth):
        maps = block(maps, filters[level], f"down{level + 1}", bool(batch_norm))
        fine.append(maps)
        maps = layers.MaxPooling2D(name=f"down{level + 1}_pool")(maps)
    maps = silenced(block(maps, filters[depth], "lowest", bool(batch_norm)), dropout)
    maps = decoded(maps, fine, filters, bool(batch_norm), bool(skips), bool(attention))
    return keras.Model(image, logits(maps, shape, 2**depth, classes), name="unet")


def silenced(maps: Any, dropout: float) -> Any:
    """Whole maps silent in an update: neighbouring pixels say nearly the same, so single ones are hardly missed.

    Its seed is drawn whether or not it is needed, so the first weights are the same with any dropout.
    """
    return layers.SpatialDropout2D(dropout, seed=random.randrange(2**31), name="dropout")(maps)  # noqa: S311
