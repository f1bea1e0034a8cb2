"""Whether a run fits into memory, asked before anything is computed."""

import math

import keras
import psutil

from medcore import catalog
from medcore.catalog import mask_footprint
from medcore.catalog.footprint import footprint
from medcore.data.dataset import Splits
from medcore.spec import RunSpec
from medcore.training.devices import Device

SHARE = 0.5
"""Of the memory that is free, which the features of all images may take."""
COPIES = 2
"""The features as they were computed, and those of the training images once more on the device."""


def check(spec: RunSpec, classes: int, batch: int, device: Device) -> None:
    """Raises ValueError if a backbone needs more memory than is free; small networks always fit.

    Args:
        batch: images a step.
    """
    if spec.model.name not in catalog.BACKBONES:
        return
    choice, options = catalog.BACKBONES[spec.model.name], spec.model.options
    unfrozen = spec.transfer.unfrozen if spec.task == "transfer" else None
    needed = footprint(choice, options, classes, batch, unfrozen, spec.transfer.batch_norm_trains).memory
    free = _free(device)
    if needed > free:
        trained = "from scratch" if unfrozen is None else f"with {unfrozen} blocks unfrozen"
        size = options["size"]
        raise ValueError(
            f"A run must fit into the memory that is free, {free / 1e9:.1f} GB: try smaller batches, smaller images, "
            f"fewer blocks or a smaller network. Received: {choice.label} {trained}, batches of {batch:,} and images "
            f"of {size}x{size} pixels, about {needed / 1e9:.1f} GB"
        )


def check_masks(spec: RunSpec, shape: tuple[int, int, int], classes: int, batch: int, device: Device) -> None:
    """Raises ValueError if a network for masks needs more memory than is free.

    Args:
        shape: (height, width, channels) of an image as the network gets it.
        batch: images a step.
    """
    needed = mask_footprint.footprint(spec.model.name, spec.model.options, shape, classes, batch).memory
    free = _free(device)
    if needed > free:
        raise ValueError(
            f"A run must fit into the memory that is free, {free / 1e9:.1f} GB: try smaller batches, smaller images, "
            f"or less depth and width. Received: {catalog.SEGMENTERS[spec.model.name].label}, batches of {batch:,} and "
            f"images of {shape[0]}x{shape[1]} pixels, about {needed / 1e9:.1f} GB"
        )


def fits(layers: keras.Model, splits: Splits) -> bool:
    """Whether the features of all images may be kept in memory together."""
    return features_bytes(layers, splits) <= SHARE * psutil.virtual_memory().available


def features_bytes(layers: keras.Model, splits: Splits) -> int:
    """Bytes that the features of all images take, as float32."""
    return 4 * COPIES * math.prod(layers.output_shape[1:]) * sum(len(part) for part in splits.values())


def _free(device: Device) -> float:
    """Bytes that a run may take: of the GPU all, of the machine what is free and what this process already holds."""
    if device.kind == "gpu":
        return device.memory_gb * 2**30 if device.memory_gb else math.inf
    return psutil.virtual_memory().available + psutil.Process().memory_info().rss
