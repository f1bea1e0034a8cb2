"""The way up of a network for masks: from coarse maps to fine ones, with the encoder's maps beside them."""

from collections.abc import Sequence
from typing import Any

from keras import layers

from medcore.models.mlp import MOMENTUM


def decoded(
    maps: Any,
    fine: Sequence[Any],
    filters: Sequence[int],
    batch_norm: bool,
    skips: bool = True,
    attention: bool = False,
) -> Any:
    """Doubles the maps' sides once for each level above, and mixes in the encoder's maps of that size.

    Args:
        maps: the lowest ones.
        fine: the encoder's maps of each level above, from the finest on; a level may have None.
        filters: of each level above, from the finest on.
        batch_norm: normalise each map over the batch, before its ReLU.
        skips: hand over the encoder's maps; without them only their size is used.
        attention: weigh them first, pixel by pixel.

    Returns:
        Maps as large as the finest.
    """
    for level in reversed(range(len(fine))):
        name = f"up{level + 1}"
        maps = doubled(maps, filters[level], name)
        if skips and fine[level] is not None:
            beside = weighed(fine[level], maps, name) if attention else fine[level]
            maps = layers.Concatenate(name=f"{name}_join")([beside, maps])
        maps = block(maps, filters[level], name, batch_norm)
    return maps


def doubled(maps: Any, filters: int, name: str) -> Any:
    """Maps of twice the height and width: every pixel becomes 2x2, by weights that are learned.

    Without a bias, which could add little to that of the convolution behind it; to learn it took an eighth of the time.
    """
    doubling = layers.Conv2DTranspose(
        filters, 2, strides=2, use_bias=False, kernel_initializer="he_normal", name=f"{name}_double"
    )
    return doubling(maps)


def block(maps: Any, filters: int, name: str, batch_norm: bool) -> Any:
    """Two convolutions of 3x3, each with ReLU, normalised before it if asked for."""
    for number in (1, 2):
        convolution = layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer="he_normal",
            name=f"{name}_conv{number}",
        )
        maps = convolution(maps)
        if batch_norm:
            maps = layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_norm{number}")(maps)
        maps = layers.ReLU(name=f"{name}_relu{number}")(maps)
    return maps


def weighed(fine: Any, coarse: Any, name: str) -> Any:
    """An attention gate: each pixel of `fine` times a weight in 0..1 that it and `coarse` decide together.

    Args:
        fine: the encoder's maps.
        coarse: what the way up knows, of the same height and width.

    Reference:
        Oktay et al., Attention U-Net, arXiv:1804.03999, equation 1; here with the coarse maps already doubled.
    """
    filters = max(1, fine.shape[-1] // 2)
    seen = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_seen")(fine)
    sought = layers.Conv2D(filters, 1, name=f"{name}_sought")(coarse)
    both = layers.ReLU(name=f"{name}_both")(layers.Add(name=f"{name}_sum")([seen, sought]))
    weight = layers.Conv2D(1, 1, activation="sigmoid", name=f"{name}_weight")(both)
    return layers.Multiply(name=f"{name}_weighed")([fine, weight])
