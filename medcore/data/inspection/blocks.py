"""Images of a split a block at a time, so that a large set never lies in memory as a whole."""

from collections.abc import Iterator

import numpy as np

IMAGES = 2000
"""In a block, at most."""

PIXELS = 2**22
"""In a block, at most."""

LUMINANCE = np.array((0.2125, 0.7154, 0.0721), np.float32)
"""Of red, green and blue in gray, as in skimage.color.rgb2gray (Rec. 709)."""


def slices(count: int, pixels: int) -> Iterator[slice]:
    """The blocks of `count` images of so many pixels each."""
    step = max(1, min(IMAGES, PIXELS // max(pixels, 1)))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def gray(images: np.ndarray, wanted: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """Blocks of (n, height, width) float32 gray values.

    Args:
        images: (n, height, width, 1 or 3).
        wanted: indices of the images to take; None for all.
    """
    count = len(images) if wanted is None else len(wanted)
    for block in slices(count, int(np.prod(images.shape[1:]))):
        found = images[block] if wanted is None else images[wanted[block]]
        yield luminance(found)


def luminance(images: np.ndarray) -> np.ndarray:
    """(…, 1 or 3) images in gray, float32."""
    if images.shape[-1] == 1:
        return images[..., 0].astype(np.float32)
    return images.astype(np.float32) @ LUMINANCE


def reduced(images: np.ndarray, side: int) -> np.ndarray:
    """(n, height, width, …) images averaged down by a whole factor until no side is longer than `side`.

    What does not fill a whole square at the right and bottom edge is left out.
    """
    factor = -(-max(images.shape[1:3]) // side)
    if factor == 1:
        return images
    rows, columns = (max(1, length // factor) for length in images.shape[1:3])
    tall, wide = (min(factor, length) for length in images.shape[1:3])
    total = np.zeros((len(images), rows, columns, *images.shape[3:]), np.float32)
    for row in range(tall):  # several times faster than the mean over the axes of squares
        for column in range(wide):
            total += images[:, row : rows * tall : tall, column : columns * wide : wide]
    return total / (tall * wide)
