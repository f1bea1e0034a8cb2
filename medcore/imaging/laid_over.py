"""A mask laid over its image in colours: translucent, with opaque edges."""

from collections.abc import Sequence

import numpy as np

OPACITY = 0.4
"""Of the mask within its edges."""


def laid_over(image: np.ndarray, mask: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    """The picture, (rows, columns, 3) uint8.

    Args:
        image: (rows, columns, 3) uint8.
        mask: (rows, columns) uint8 class numbers; 0 stays as it is.
        colours: "#rrggbb" of classes 1, 2, …; they repeat where there are more classes.
    """
    opacity = np.where(edges(mask), 1.0, OPACITY) * (mask > 0)
    mixed = image + opacity[..., None] * (palette(colours)[mask] - image)
    return np.rint(mixed).astype(np.uint8)


def edges(mask: np.ndarray) -> np.ndarray:
    """Pixels that have another class above, below or beside them, bool."""
    around = np.pad(mask, 1, "edge")
    neighbours = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    return np.any([other != mask for other in neighbours], axis=0)


def palette(colours: Sequence[str]) -> np.ndarray:
    """(256, 3) red, green and blue of every class; 0 is black."""
    known = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours], float)
    return np.vstack([np.zeros(3), known[np.arange(255) % len(known)]])
