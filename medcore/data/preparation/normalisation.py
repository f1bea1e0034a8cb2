"""The last step: values brought to a common scale.

A normalisation is linear, value -> (value - zero) / unit. Where zero and unit come from is its `measure`: from one
image, or from all training images, never from those of validation and test.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

MOST_VALUES = 10_000_000
"""That percentiles of a training set look at, evenly spaced."""

SMALLEST_SPREAD = 1e-6
"""Of values in 0..1; what is less is rounding."""


class Scale(NamedTuple):
    """The value that becomes 0 and the distance that becomes 1; `clipped` to 0..1 or not."""

    zero: float
    unit: float
    clipped: bool = False

    def applied(self, image: np.ndarray) -> np.ndarray:
        """(image - zero) / unit as float32."""
        scaled = (image - np.float32(self.zero)) / np.float32(self.unit)
        return np.clip(scaled, 0, 1) if self.clipped else scaled

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return self._asdict()


class MinMax:
    """The smallest value becomes 0, the largest 1."""

    def measure(self, images: np.ndarray) -> Scale:
        """Of an image, or of many; constant ones become 0."""
        return _between(float(images.min()), float(images.max()))


class ZScore:
    """The mean becomes 0, the standard deviation 1; channels together, so colours keep their relation."""

    def measure(self, images: np.ndarray) -> Scale:
        """Of an image, or of many."""
        values = images.reshape(-1)
        mean = float(values.mean(dtype=np.float64))
        square = float(np.einsum("i,i->", values, values, dtype=np.float64)) / values.size  # makes no copy
        return Scale(mean, _unit(max(0.0, square - mean**2) ** 0.5))


class Percentile:
    """A low percentile becomes 0, a high one 1, and what lies beyond is cut off."""

    def __init__(self, low: float, high: float) -> None:
        self._shares = (low, high)

    def measure(self, images: np.ndarray) -> Scale:
        """Of an image, or of many."""
        values = images.reshape(-1)
        low, high = np.percentile(values[:: -(-values.size // MOST_VALUES)], self._shares)
        return _between(float(low), float(high))._replace(clipped=True)


def _between(low: float, high: float) -> Scale:
    return Scale(low, _unit(high - low))


def _unit(spread: float) -> float:
    """The spread of values, or 1 where they are all the same."""
    return spread if spread > SMALLEST_SPREAD else 1.0


def from_dict(values: Mapping[str, Any]) -> Scale:
    """What `Scale.to_dict` gave."""
    return Scale(float(values["zero"]), float(values["unit"]), bool(values["clipped"]))
