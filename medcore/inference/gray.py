"""Slices of an upload as gray values or colours from 0 to 1, brought to what the network learned from."""

from collections.abc import Callable

import numpy as np

from medcore.data.own_volume import OwnVolume

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue (ITU-R BT.601)."""
MOST_VALUES = 2**24
"""That percentiles look at, evenly spaced."""


def _as_it_is(image: np.ndarray) -> np.ndarray:
    return image


class Slices:
    """The slices of the plane, one at a time: the volume stays as it is stored.

    Args:
        volume: the upload.
        channels: 1 or 3, as the network was taught.

    Raises:
        ValueError: if the values are too large.
    """

    def __init__(self, volume: OwnVolume, channels: int) -> None:
        self._volume, self._channels = volume, channels
        self.count = volume.plane[0]
        self.low, self.high = volume.seen.range or percentiles(volume)
        if not np.isfinite(self.high - self.low):
            raise ValueError(
                "The values of the file are too large to be gray values: give them in another unit. "
                f"Received: {self.low:.3g} to {self.high:.3g}"
            )

    def one(self, index: int) -> np.ndarray:
        """(rows, columns, channels) float32 in 0..1; what is no number is the lowest value."""
        turn = self._volume.seen.turn
        stored = turn.cut(self._volume.values, index)
        if stored.ndim == 3:
            return self._coloured(np.asarray(stored, np.float32) / 255)
        slope, intercept = (turn.cut(part, index) for part in _rescale(self._volume))
        gray = stored * slope
        gray += intercept
        np.nan_to_num(gray, copy=False, nan=self.low, posinf=self.high, neginf=self.low)
        gray -= self.low
        gray /= self.high - self.low
        np.clip(gray, 0, 1, out=gray)
        gray = 1 - gray if self._volume.seen.inverted else gray
        return np.repeat(gray[..., None].astype(np.float32, copy=False), self._channels, axis=2)

    def beside(self, index: int, context: int, forth: Callable[[np.ndarray], np.ndarray] = _as_it_is) -> np.ndarray:
        """The slice between its neighbours, (rows, columns, channels (2 context + 1)), as `data.neighbours` stacks
        them: beyond the ends the last slice again.

        Args:
            index: of the slice.
            context: neighbours to each side.
            forth: what is done to each before they are stacked.
        """
        numbers = np.clip(np.arange(index - context, index + context + 1), 0, self.count - 1)
        return np.concatenate([forth(self.one(int(number))) for number in numbers], axis=2)

    def _coloured(self, colours: np.ndarray) -> np.ndarray:
        return colours if self._channels == 3 else (colours @ LUMINANCE)[..., None]


def percentiles(volume: OwnVolume) -> tuple[float, float]:
    """The values of the whole volume that become black and white."""
    stored = volume.values.reshape(len(volume.values), -1)
    every = max(1, -(-stored.size // MOST_VALUES))
    slope, intercept = (part[:, None].astype(np.float32) for part in volume.rescale.T)
    values = (stored[:, ::every] * slope + intercept).ravel()
    values = values[np.isfinite(values)]
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = np.percentile(values, volume.seen.percentiles) if len(values) else (0.0, 0.0)
    return float(low), float(high) if high > low else float(low) + 1


def not_numbers(volume: OwnVolume) -> int:
    """Voxels of the wanted slices that are no number (NaN)."""
    if volume.values.dtype.kind != "f":
        return 0
    wanted = range(volume.seen.first, volume.seen.end)
    return sum(int(np.isnan(volume.seen.turn.cut(volume.values, index)).sum()) for index in wanted)


def _rescale(volume: OwnVolume) -> np.ndarray:
    """(2, slices, rows, columns) float32: slope and intercept of every voxel, in the memory of two a slice."""
    by_slice = volume.rescale.astype(np.float32).T.reshape(2, -1, 1, 1)
    return np.broadcast_to(by_slice, (2, *volume.shape))
