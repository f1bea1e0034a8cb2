"""Neighbouring slices of a volume as further channels of an image: what a 2.5D network sees."""

from dataclasses import replace

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.data.files import npz


def stacked(part: ImageDataset, context: int) -> ImageDataset:
    """The split with its images' neighbours as channels; everything else stays as it is.

    Do it before a recipe is applied, so that neighbours move together with their slice.

    Args:
        part: of gray slices that lie in volumes, in order.
        context: neighbours to each side; 0 gives the split back.

    Raises:
        ValueError: if its images have colours or stand for themselves, or with their neighbours do not fit into memory.
    """
    if not context:
        return part
    if part.volumes is None:
        raise ValueError(
            "Neighbouring slices are of volumes, and the images of this set stand for themselves. "
            f"Received: {context} to each side"
        )
    needed = part.images.nbytes * (2 * context + 1)
    if needed > npz.memory_limit():
        raise ValueError(
            "Slices with their neighbours must fit into half of this machine's memory "
            f"({npz.memory_limit() / 2**30:.1f} GB). Received: {needed / 2**30:,.1f} GB with {context} to each side"
        )
    return replace(part, images=stack(part.images, context, part.volumes))


def stack(slices: np.ndarray, context: int, volumes: np.ndarray | None = None) -> np.ndarray:
    """Each slice between its neighbours; beyond the ends of a volume its last slice is seen again.

    Args:
        slices: (n, height, width, 1), in order within each volume.
        context: neighbours to each side.
        volumes: (n,) the volume of each slice; None where all are of one.

    Returns:
        (n, height, width, 2 context + 1), the slice itself in the middle.

    Raises:
        ValueError: if the slices have colours.
    """
    if slices.ndim != 4 or slices.shape[3] != 1:
        raise ValueError(
            f"Neighbouring slices become channels of gray images, (n, height, width, 1). Received: shape {slices.shape}"
        )
    first, last = _ends(np.zeros(len(slices)) if volumes is None else volumes)
    own = np.arange(len(slices))
    seen = [slices[np.clip(own + offset, first, last), ..., 0] for offset in range(-context, context + 1)]
    return np.stack(seen, axis=-1)


def _ends(volumes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the first and of the last slice of each slice's volume, (n,) each."""
    starts = np.flatnonzero(np.diff(volumes, prepend=np.nan) != 0)
    lengths = np.diff(starts, append=len(volumes))
    return np.repeat(starts, lengths), np.repeat(starts + lengths - 1, lengths)
