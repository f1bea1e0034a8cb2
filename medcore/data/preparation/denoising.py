"""Filters of scikit-image against noise.

Every step takes and gives an image (height, width, channels) float32 in 0..1.
"""

import numpy as np
from skimage import filters, morphology, restoration


def gaussian(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian of `sigma` pixels."""
    return filters.gaussian(image, sigma, channel_axis=-1)


def median(image: np.ndarray, radius: int) -> np.ndarray:
    """Median of a disk of `radius` pixels, each channel by itself."""
    return filters.median(image, morphology.disk(radius)[..., None])


def bilateral(image: np.ndarray, sigma_color: float, sigma_spatial: float) -> np.ndarray:
    """Means weighted by nearness in place and value (Tomasi & Manduchi 1998, doi 10.1109/ICCV.1998.710815)."""
    if image.min() == image.max():
        return image  # scikit-image divides by the range of values
    plane, axis = _channels(image)
    filtered = restoration.denoise_bilateral(
        plane, sigma_color=sigma_color, sigma_spatial=sigma_spatial, mode="edge", channel_axis=axis
    )
    return filtered.reshape(image.shape)


def total_variation(image: np.ndarray, weight: float) -> np.ndarray:
    """Least total variation near the image (Chambolle 2004, doi 10.1023/B:JMIV.0000011325.36760.1e)."""
    return restoration.denoise_tv_chambolle(image, weight, channel_axis=-1)


def non_local_means(image: np.ndarray, h: float, distance: int) -> np.ndarray:
    """Means weighted by the likeness of patches of 5x5 pixels (Buades, Coll & Morel 2005, doi 10.1109/CVPR.2005.38)."""
    plane, axis = _channels(image)
    return restoration.denoise_nl_means(plane, 5, distance, h, channel_axis=axis).reshape(image.shape)


def _channels(image: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The image as scikit-image wants it: a single channel without an axis of its own."""
    return (image[..., 0], None) if image.shape[-1] == 1 else (image, -1)
