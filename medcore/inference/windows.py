"""A large image is seen through windows that overlap, and what is said of a pixel is a mean over its windows."""

from collections.abc import Callable, Iterator

import numpy as np

PIXELS_AT_ONCE = 2**16
"""Of the windows that are worked on together: a person who stops waits for them."""
LEAST_WEIGHT = 0.05
"""Of a window's corner, as a share of its middle's."""

Ask = Callable[[np.ndarray], np.ndarray]
"""Probabilities (n, height, width, classes) of images (n, height, width, channels)."""


def seen(
    images: np.ndarray, window: tuple[int, int], overlap: float, ask: Ask, pause: Callable[[], None] = lambda: None
) -> np.ndarray:
    """(n, height, width, classes) float32 probabilities.

    Where several windows see a pixel, those count more whose middle it is nearer to: a network knows least at the
    border of what it sees.

    Args:
        images: (n, height, width, channels) as the network takes them; no smaller than the window.
        window: rows and columns.
        overlap: of neighbouring windows, as a share of their side, 0 to less than 1.
        ask: of some windows.
        pause: called before each question; may raise to stop.
    """
    looks = [
        (number, *_under(corner, window))
        for number in range(len(images))
        for corner in places(images.shape[1:3], window, overlap)
    ]
    weight = weights(window)[..., None]
    together = max(1, PIXELS_AT_ONCE // (window[0] * window[1]))
    total, sums = np.zeros((*images.shape[:3], 1), np.float32), None
    for start in range(0, len(looks), together):
        pause()
        part = looks[start : start + together]
        said = ask(np.stack([images[look] for look in part]))
        sums = np.zeros((*images.shape[:3], said.shape[-1]), np.float32) if sums is None else sums
        for look, one in zip(part, said, strict=True):
            sums[look] += weight * one
            total[look] += weight
    sums /= total
    return sums


def places(size: tuple[int, int], window: tuple[int, int], overlap: float) -> Iterator[tuple[int, int]]:
    """Top left corners of windows that see every pixel, as far apart as the overlap allows, evenly spread.

    Raises:
        ValueError: if the window is larger than the image.
    """
    for row in _starts(size[0], window[0], overlap):
        for column in _starts(size[1], window[1], overlap):
            yield row, column


def _starts(length: int, window: int, overlap: float) -> list[int]:
    if window > length:
        raise ValueError(f"An image must be as large as the window, {window} pixels. Received: {length} pixels")
    step = max(1, int(window * (1 - overlap)))
    count = 1 + -(-(length - window) // step)
    return np.rint(np.linspace(0, length - window, count)).astype(int).tolist()


def weights(window: tuple[int, int]) -> np.ndarray:
    """(rows, columns) float32: 1 in the middle, falling evenly to the border."""
    rows, columns = (np.maximum(1 - np.abs(np.linspace(-1, 1, side + 2)[1:-1]), 0) for side in window)
    peak = np.outer(rows, columns)
    return np.maximum(peak / peak.max(), LEAST_WEIGHT).astype(np.float32)


def _under(corner: tuple[int, int], window: tuple[int, int]) -> tuple[slice, slice]:
    return slice(corner[0], corner[0] + window[0]), slice(corner[1], corner[1] + window[1])
