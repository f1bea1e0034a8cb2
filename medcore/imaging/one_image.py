"""One slice of an upload as a network takes it: as a person sees it, in the size of the images learned from."""

import numpy as np

from medcore.data.own_image import OwnImage
from medcore.imaging import fitting
from medcore.imaging.fitting import Fit
from medcore.imaging.own_set import SHRINK
from medcore.imaging.view import Cut, Plane
from medcore.sandbox import Sandbox

GRAY = np.array([0.299, 0.587, 0.114])
"""Share of red, green and blue in how bright a colour looks (ITU-R BT.601)."""
COLOURED = 4.0
"""Mean difference between the channels from which on a picture is in colour: JPEG changes gray ones a little."""


def make(
    cut: Cut,
    window: tuple[float, float],
    inverted: bool,
    fit: Fit,
    spacing: tuple[float, float] | None,
    channels: int,
    sandbox: Sandbox,
) -> OwnImage:
    """The image; pixels are touched in the sandbox alone.

    Args:
        cut: the slice.
        window: centre and width of what becomes black to white; of gray slices.
        inverted: low values become white.
        fit: of `fitted`.
        spacing: of the plane.
        channels: 1 or 3, as the network takes them.
        sandbox: of the upload's shelf.

    Raises:
        ValueError: if it cannot be made.
    """
    low, high = window[0] - window[1] / 2, window[0] + window[1] / 2
    values = {
        "shape": (1, *cut.pixels.shape),
        "dtype": cut.pixels.dtype.name,
        "rescale": [(cut.slope, cut.intercept)],
        "low": low,
        "high": high,
        "inverted": inverted,
        "spacing": spacing,
        "size": fit.size,
        "fill": fit.taken[2:] != cut.pixels.shape[:2],
    }
    reply = sandbox.run(SHRINK, values, [np.ascontiguousarray(cut.pixels)], seconds=30)
    pixels = np.frombuffer(reply.data[0], np.uint8).reshape(*fit.size, *cut.pixels.shape[2:])
    colour = pixels.ndim == 3 and bool(np.ptp(pixels.astype(np.int16), axis=2).mean() > COLOURED)
    return OwnImage(_channels(pixels, channels), tuple(cut.pixels.shape[:2]), colour)


def fitted(plane: Plane, size: tuple[int, int], fill: bool) -> Fit:
    """How a slice of this plane becomes an image of that size."""
    return fitting.fit((plane.rows, plane.columns), plane.spacing, size, fill)


def _channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """(height, width, channels): gray for one, gray three times where there is no colour."""
    if pixels.ndim == 2:
        return np.repeat(pixels[..., None], channels, axis=2)
    return pixels if channels == 3 else np.rint(pixels @ GRAY).astype(np.uint8)[..., None]
