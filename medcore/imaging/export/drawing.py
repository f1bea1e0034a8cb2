"""The sandbox's job that draws a slice as a PNG, as it is seen in the viewer."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from medcore.sandbox import Reply

MAX_SIDE = 4096
"""Pixels of a picture's longer side."""


def png(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The PNG, of 8 bits and without any text in it.

    Args:
        values: {"shape", "dtype", "slope", "intercept", "centre", "width", "inverted", "spacing"}: of the slice, its
            window, and the distances (between rows, between columns), or None.
        data: [pixels as they are stored].
    """
    pixels = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    shown = window(pixels * values["slope"] + values["intercept"], values["centre"], values["width"])
    if values["inverted"]:
        shown = 255 - shown
    image = Image.fromarray(shown)
    size = square(image.size, values["spacing"])
    if size != image.size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Reply({"size": list(size)}, [buffer.getvalue()])


def window(values: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Values from centre - width/2 to centre + width/2 as uint8 0 to 255; NaN is black."""
    share = np.nan_to_num((values - (centre - width / 2)) / width)
    return (np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)


def square(size: tuple[int, int], spacing: Sequence[float] | None) -> tuple[int, int]:
    """(width, height) with square pixels: the coarser direction is drawn larger; at most `MAX_SIDE` long."""
    row, column = spacing or (1.0, 1.0)
    finest = min(row, column)
    width, height = size[0] * column / finest, size[1] * row / finest
    shrink = min(1.0, MAX_SIDE / max(width, height))
    return max(1, round(width * shrink)), max(1, round(height * shrink))
