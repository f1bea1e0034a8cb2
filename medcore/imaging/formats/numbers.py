"""Numbers of any type as those that can be shown: "uint8", "int16", "uint16" or "float32"."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

EXACT = {"?": "uint8", "u1": "uint8", "i1": "int16", "i2": "int16", "u2": "uint16"}
"""Types that fit whatever the values."""
ROUNDED = "Its 64-bit numbers are shown with 7 digits."
WIDE = "Its whole numbers need more than 16 bits and are shown as float32, which is exact up to 16,777,216."


class Fit(NamedTuple):
    """The type that numbers are shown in, and what is lost."""

    dtype: str
    notes: tuple[str, ...] = ()


def fit(dtype: np.dtype, chunks: Iterable[np.ndarray]) -> Fit:
    """The type that holds the values without loss, where there is one.

    Args:
        dtype: of the numbers as stored.
        chunks: all of them; read only as far as needed.

    Raises:
        ValueError: if they are no plain numbers, or none of them is a number (NaN).
    """
    if dtype.kind not in "buif" or dtype.itemsize > 8:
        raise ValueError(f"The values must be plain numbers. Received: {dtype.name}")
    if dtype.kind == "f":
        return _floats(dtype, chunks)
    exact = EXACT.get(dtype.str[1:] if dtype.kind != "b" else "?")
    return Fit(exact) if exact else _narrowest(chunks)


def stored(values: np.ndarray, dtype: str) -> np.ndarray:
    """The values as the type they are shown in: C-contiguous, little-endian."""
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32: infinite, and shown as that
        return np.ascontiguousarray(values, np.dtype(dtype).newbyteorder("<"))


def _floats(dtype: np.dtype, chunks: Iterable[np.ndarray]) -> Fit:
    """Masks and images are often saved as floats that are whole numbers: those become such."""
    ranges, numbers = [], False
    for chunk in chunks:
        finite = np.isfinite(chunk)
        numbers |= bool(finite.any())
        if ranges is not None and finite.all() and (chunk == np.rint(chunk)).all():
            ranges.append(np.array([chunk.min(), chunk.max()]))
        else:
            ranges = None
        if numbers and ranges is None:
            return Fit("float32", (ROUNDED,) if dtype.itemsize > 4 else ())
    if not numbers:
        raise ValueError("The values must be numbers. Received: nothing but NaN or infinite ones")
    fit = _narrowest(ranges)
    return fit if fit.dtype != "float32" else Fit("float32", (ROUNDED,) if dtype.itemsize > 4 else ())


def _narrowest(chunks: Iterable[np.ndarray]) -> Fit:
    """Of the types that hold these whole numbers."""
    lowest = highest = 0
    for chunk in chunks:
        lowest, highest = min(lowest, int(chunk.min())), max(highest, int(chunk.max()))
        if lowest < -(2**15) or highest >= 2**16 or (lowest < 0 and highest >= 2**15):
            return Fit("float32", (WIDE,))
    if lowest < 0:
        return Fit("int16")
    return Fit("uint8" if highest < 2**8 else "uint16")
