"""Which of the images with masks, and no label, a network is taught: fewer of them, and of volumes whole ones.

Everything follows from the seed alone, and fewer images lie within more of the same seed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.spec import SampleSpec


def check(spec: SampleSpec, images: int | None = None) -> None:
    """Raises ValueError where such a sample cannot be taken of images that have masks alone.

    Args:
        images: training images there are; None where that is not known.
    """
    spec.check_masks()
    if images and spec.images and spec.images > images:
        raise ValueError(f"There are {images:,} training images. Received: {spec.images:,}")


def chosen(part: ImageDataset, images: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of the images kept, in order.

    Images of every class that the masks show come first, so that none is lost while there is room. Volumes are kept
    whole, as many as fit into the number of images, and one at least.

    Args:
        part: with masks.
        images: how many are asked for.
        rng: of the draw.
    """
    units = np.arange(len(part)) if part.volumes is None else np.unique(part.volumes, return_inverse=True)[1]
    order = _every_class_first(rng.permutation(units.max() + 1), _shown(part, units))
    reached = np.cumsum(np.bincount(units)[order])
    kept = order[: max(1, int((reached <= images).sum()))]
    return np.flatnonzero(np.isin(units, kept))


def counts(part: ImageDataset) -> list[int]:
    """Images whose masks show each class."""
    return _shown(part, np.arange(len(part))).sum(axis=0).tolist()


def facts(before: Mapping[str, ImageDataset], after: Mapping[str, ImageDataset]) -> dict[str, Any]:
    """What a sample did: images by split and class that show it "before" and "after", "images" of both, and "volumes"
    where there are some; no label is changed, no image repeated."""
    found: dict[str, Any] = {"labels_changed": 0, "repeated": 0, "images": {}}
    for moment, splits in {"before": before, "after": after}.items():
        found[moment] = {name: counts(part) for name, part in splits.items()}
        found["images"][moment] = {name: len(part) for name, part in splits.items()}
        if splits["train"].volumes is not None:
            volumes = {name: len(np.unique(part.volumes)) for name, part in splits.items()}
            found.setdefault("volumes", {})[moment] = volumes
    return found


def _shown(part: ImageDataset, units: np.ndarray) -> np.ndarray:
    """(units, classes) bool: which classes the masks of each image or volume show."""
    shown = np.zeros((units.max() + 1, len(part.mask_classes)), bool)
    for unit, mask in zip(units, part.masks, strict=True):
        shown[unit] |= np.bincount(mask.ravel(), minlength=shown.shape[1]) > 0
    return shown


def _every_class_first(order: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The order with the first unit of each class in front, the rarest class foremost."""
    front: list[int] = []
    for label in np.argsort(shown.sum(axis=0), kind="stable"):
        having = order[shown[order, label]]
        if len(having) and not np.isin(front, having).any():
            front.append(int(having[0]))
    return np.concatenate([np.array(front, order.dtype), order[~np.isin(order, front)]])
