"""Images that a network can learn and no network can learn at once: made here, so that a measurement needs no file."""

import numpy as np

SIDE = 28
KINDS = 3
"""Looks that each class has."""


def learnable(n: int, classes: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Smooth random patterns, a few a class, shifted by up to eight pixels and buried in noise.

    Returns:
        Images (n, 28, 28, 1) uint8 and labels (n,) int64. The patterns are the same for every seed.
    """
    patterns = _smooth(np.random.default_rng(0).normal(size=(classes, KINDS, SIDE + 8, SIDE + 8)))
    rng = np.random.default_rng([1, seed])
    labels, kinds = rng.integers(0, classes, n), rng.integers(0, KINDS, n)
    top, left = rng.integers(0, 9, (2, n))
    windows = np.lib.stride_tricks.sliding_window_view(patterns, (SIDE, SIDE), axis=(2, 3))
    images = 0.3 * windows[labels, kinds, top, left] + rng.normal(-0.15, 0.5, (n, SIDE, SIDE))
    return (255 * images.clip(0, 1)).round().astype(np.uint8)[..., None], labels


def _smooth(patterns: np.ndarray) -> np.ndarray:
    """A running mean over seven pixels along both sides, with a standard deviation of 1."""
    for axis in (-1, -2):
        patterns = np.apply_along_axis(lambda line: np.convolve(line, np.ones(7) / 7, "same"), axis, patterns)
    return patterns / patterns.std()
