"""Whether what a network makes of images fits into memory, asked before it is computed."""

import math

import keras
import psutil

from medcore.data.dataset import Splits

SHARE = 0.5
"""Of the memory that is free, which the features of all images may take."""
COPIES = 2
"""The features as they were computed, and those of the training images once more on the device."""


def fits(layers: keras.Model, splits: Splits) -> bool:
    """Whether the features of all images may be kept in memory together."""
    return features_bytes(layers, splits) <= SHARE * psutil.virtual_memory().available


def features_bytes(layers: keras.Model, splits: Splits) -> int:
    """Bytes that the features of all images take, as float32."""
    return 4 * COPIES * math.prod(layers.output_shape[1:]) * sum(len(part) for part in splits.values())
