"""Variants of the training images, drawn anew in every epoch.

A step that moves pixels takes coordinates (2, height, width), the row and column in the image at which each pixel of
the result is looked up, and gives others. However many such steps there are, the image is interpolated once, and its
mask goes along.
"""

import numpy as np
from scipy import ndimage
from skimage import transform


def grid(height: int, width: int) -> np.ndarray:
    """Coordinates that leave every pixel where it is."""
    return np.indices((height, width), np.float64)


def moved(image: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """The image (height, width, channels) looked up at the coordinates, linear between pixels, the border beyond it."""
    planes = [transform.warp(plane, coordinates, order=1, mode="edge") for plane in np.moveaxis(image, -1, 0)]
    return np.stack(planes, axis=-1)


def moved_mask(mask: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """The mask (height, width) looked up at the coordinates: the class of the nearest pixel."""
    return transform.warp(mask, coordinates, order=0, mode="edge", preserve_range=True).astype(mask.dtype)


def flip(coordinates: np.ndarray, rng: np.random.Generator, horizontal: float, vertical: float) -> np.ndarray:
    """Mirrors left to right and upside down, each with its probability."""
    far = _far(coordinates)
    mirrored = rng.random(2) < (vertical, horizontal)
    return np.where(mirrored[:, None, None], far - coordinates, coordinates)


def rotate(coordinates: np.ndarray, rng: np.random.Generator, degrees: float) -> np.ndarray:
    """Turns counter-clockwise about the centre by an angle from -degrees to degrees."""
    angle = np.deg2rad(rng.uniform(-degrees, degrees))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = _far(coordinates) / 2
    return np.tensordot(turn, coordinates - centre, 1) + centre


def shift(coordinates: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """Moves down and to the right by up to this share of height and width, or as much up and to the left."""
    most = share * np.array(coordinates.shape[1:])
    return coordinates - rng.uniform(-most, most)[:, None, None]


def zoom(coordinates: np.ndarray, rng: np.random.Generator, factor: float) -> np.ndarray:
    """Enlarges about the centre by a factor from 1/factor to factor, even in its logarithm."""
    centre = _far(coordinates) / 2
    return (coordinates - centre) / factor ** rng.uniform(-1, 1) + centre


def elastic(coordinates: np.ndarray, rng: np.random.Generator, strength: float, smoothness: float) -> np.ndarray:
    """Adds displacements that are random from pixel to pixel, smoothed with a Gaussian.

    Args:
        strength: root mean square of the displacements along an axis, as a share of the longer side.
        smoothness: standard deviation of the Gaussian, as a share of the longer side.

    Reference:
        Simard, Steinkraus & Platt (2003), Best practices for convolutional neural networks applied to visual document
        analysis, doi 10.1109/ICDAR.2003.1227801.
    """
    side = max(coordinates.shape[1:])
    noise = rng.uniform(-1, 1, coordinates.shape)
    field = ndimage.gaussian_filter(noise, smoothness * side, axes=(1, 2), mode="reflect")
    size = np.sqrt((field**2).mean(axis=(1, 2), keepdims=True))
    return coordinates + field * (strength * side / np.maximum(size, 1e-12))


def contrast(image: np.ndarray, rng: np.random.Generator, factor: float, brightness: float) -> np.ndarray:
    """Stretches about the mean by 1/factor to factor, adds -brightness to brightness, and cuts off what leaves 0..1."""
    stretch, lift = factor ** rng.uniform(-1, 1), rng.uniform(-brightness, brightness)
    mean = image.mean()
    return np.clip((image - mean) * stretch + mean + lift, 0, 1)


def _far(coordinates: np.ndarray) -> np.ndarray:
    """The last row and column."""
    return np.subtract(coordinates.shape[1:], 1.0)[:, None, None]
