"""Gray values mapped to other gray values: window, histogram equalisation, CLAHE.

Every step takes and gives an image (height, width, channels) float32 in 0..1.
"""

import numpy as np
from skimage import exposure

SMALLEST_TILE = 8
"""Pixels along each side: of fewer there is no histogram to speak of, and every value becomes black or white."""


def window(image: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Maps centre - width/2 to 0 and centre + width/2 to 1, straight between, cut off beyond."""
    return exposure.rescale_intensity(image, (centre - width / 2, centre + width / 2), (0, 1))


def equalize(image: np.ndarray) -> np.ndarray:
    """Each value becomes the share of the image's values that are not above it, in 256 bins; channels together."""
    return exposure.equalize_hist(image.reshape(len(image), -1)).reshape(image.shape)


def clahe(image: np.ndarray, limit: float, tiles: int) -> np.ndarray:
    """Contrast limited adaptive histogram equalisation; of colour images, the brightness (V of HSV) alone.

    Args:
        limit: largest share of a tile's pixels in one bin, 0 to 1.
        tiles: along each side, at most; fewer where a tile would be smaller than `SMALLEST_TILE`.

    Reference:
        Zuiderveld, K. (1994), Contrast limited adaptive histogram equalization, Graphics Gems IV.
    """
    size = [max(side // tiles, min(side, SMALLEST_TILE)) for side in image.shape[:2]]
    if image.shape[-1] == 3:
        return exposure.equalize_adapthist(image, size, limit)
    planes = [exposure.equalize_adapthist(plane, size, limit) for plane in np.moveaxis(image, -1, 0)]
    return np.stack(planes, axis=-1)
