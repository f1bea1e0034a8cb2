"""Another number of pixels."""

import numpy as np
from skimage import transform


def resize(image: np.ndarray, side: int) -> np.ndarray:
    """The image with `side` pixels along its longer side, in proportion; smoothed first where it shrinks.

    Args:
        image: (height, width, channels) float32.
    """
    return transform.resize(image, (*_shape(image, side), image.shape[2]), order=1, anti_aliasing=True)


def resize_mask(mask: np.ndarray, side: int) -> np.ndarray:
    """The mask (height, width) with the class of the nearest pixel at every place, in the size `resize` gives."""
    return transform.resize(mask, _shape(mask, side), order=0, anti_aliasing=False, preserve_range=True)


def _shape(image: np.ndarray, side: int) -> tuple[int, int]:
    height, width = image.shape[:2]
    longer = max(height, width)
    return max(1, round(height * side / longer)), max(1, round(width * side / longer))
