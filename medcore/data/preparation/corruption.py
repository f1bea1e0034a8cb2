"""What goes wrong with images on their way: noise, blur, motion, losses.

Every step takes an image (height, width, channels) float32 in 0..1 and a random generator, and gives an image of
the same shape and range.
"""

import numpy as np
from scipy import ndimage
from skimage import draw, filters, util


def gaussian_noise(image: np.ndarray, rng: np.random.Generator, sd: float) -> np.ndarray:
    """Adds noise of mean 0 and standard deviation `sd`, and cuts off what leaves 0..1."""
    return util.random_noise(image, "gaussian", rng=rng, var=sd**2)


def poisson_noise(image: np.ndarray, rng: np.random.Generator, photons: float) -> np.ndarray:
    """Photon counts of a detector at which white gives `photons` on average.

    `skimage.util.random_noise` takes the number of gray values for the number of photons; here it is said.
    """
    return np.clip(rng.poisson(image * photons) / photons, 0, 1)


def blur(image: np.ndarray, rng: np.random.Generator, sigma: float) -> np.ndarray:  # noqa: ARG001 - always the same
    """Convolves with a Gaussian of `sigma` pixels."""
    return filters.gaussian(image, sigma, channel_axis=-1)


def motion_blur(image: np.ndarray, rng: np.random.Generator, length: int, angle: float) -> np.ndarray:  # noqa: ARG001
    """Mean along a line of `length` pixels in the direction `angle`, in degrees from the right, counter-clockwise.

    Even motion during the exposure is a convolution with a line (Gonzalez & Woods, Digital Image Processing, 5.6).
    """
    return ndimage.convolve(image, _line(length, angle)[..., None], mode="nearest")


def _line(length: int, angle: float) -> np.ndarray:
    """A kernel of sum 1 with an anti-aliased line through its centre."""
    half, radians = (length - 1) / 2, np.deg2rad(angle)
    down, right = -half * np.sin(radians), half * np.cos(radians)
    reach = int(np.ceil(half))
    ends = np.rint([reach - down, reach - right, reach + down, reach + right]).astype(int)
    rows, columns, weights = draw.line_aa(*ends)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    kernel[rows, columns] = weights
    return kernel / kernel.sum()


def ghosts(image: np.ndarray, rng: np.random.Generator, shift: int, period: int) -> np.ndarray:  # noqa: ARG001
    """An MR image whose object stood `shift` pixels lower while every `period`-th line of k-space was taken.

    By the shift theorem the object's motion along the phase-encoded axis multiplies these lines by a linear phase,
    which gives `period` ghosts. Zaitsev, Maclaren & Herbst (2015), Motion artifacts in MRI, doi 10.1002/jmri.24850.
    """
    lines = np.fft.fft(image, axis=0)
    frequencies = np.fft.fftfreq(len(image))[::period, None, None]
    lines[::period] *= np.exp(-2j * np.pi * frequencies * shift)
    return np.clip(np.abs(np.fft.ifft(lines, axis=0)), 0, 1)


def missing_pixels(image: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """Blackens this share of the pixels, in all channels; one at least, and one stays."""
    height, width = image.shape[:2]
    count = min(max(1, round(share * height * width)), height * width - 1)
    lost = image.copy()
    lost.reshape(height * width, -1)[rng.choice(height * width, count, replace=False)] = 0
    return lost


def missing_lines(image: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """Blackens this share of the rows, one at least."""
    lost = image.copy()
    lost[rng.choice(len(image), max(1, round(share * len(image))), replace=False)] = 0
    return lost


def missing_blocks(image: np.ndarray, rng: np.random.Generator, count: int, side: float) -> np.ndarray:
    """Blackens `count` squares that lie inside the image and may overlap; `side` as a share of the shorter side."""
    lost = image.copy()
    pixels = max(1, round(side * min(image.shape[:2])))
    for _ in range(count):
        row, column = rng.integers(0, np.subtract(image.shape[:2], pixels - 1))
        lost[row : row + pixels, column : column + pixels] = 0
    return lost


def inverted_contrast(image: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """1 - image, for this share of the images."""
    return util.invert(image) if rng.random() < share else image
