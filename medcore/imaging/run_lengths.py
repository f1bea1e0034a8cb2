"""Masks as run lengths: [class, length, class, length, …] along the rows, as they travel to and from the browser."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def encode(mask: np.ndarray) -> list[int]:
    """The run lengths of a mask (rows, columns) of class numbers."""
    flat = np.asarray(mask).ravel()
    if not flat.size:
        return []
    starts = np.flatnonzero(np.diff(flat, prepend=~flat[:1]))
    lengths = np.diff(starts, append=flat.size)
    return np.column_stack([flat[starts], lengths]).ravel().tolist()


def decode(runs: Sequence[Any], shape: tuple[int, int], classes: int) -> np.ndarray:
    """The mask (rows, columns) uint8 of run lengths that anybody may have made up.

    Args:
        runs: what `encode` gives.
        shape: (rows, columns).
        classes: how many there are, with class 0.

    Raises:
        ValueError: if they are no mask of this shape and these classes.
    """
    wrong = f"A mask of {shape[1]} x {shape[0]} pixels and {classes} classes was expected. Received: something else"
    if not isinstance(runs, list | tuple) or len(runs) % 2 or len(runs) > 2 * shape[0] * shape[1]:
        raise ValueError(wrong)
    if not all(type(value) is int and 0 <= value <= shape[0] * shape[1] for value in runs):
        raise ValueError(wrong)
    pairs = np.asarray(runs, np.int64).reshape(-1, 2)
    if pairs[:, 1].sum() != shape[0] * shape[1] or (pairs[:, 0] >= classes).any():
        raise ValueError(wrong)
    return np.repeat(pairs[:, 0].astype(np.uint8), pairs[:, 1]).reshape(shape)
