"""The sandbox's jobs that draw a mask as a PNG: by itself, and over its image."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from medcore.imaging.export.drawing import square, window
from medcore.imaging.laid_over import laid_over, palette
from medcore.sandbox import Reply


def classes(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The mask by itself: class numbers as palette indices, 0 is black.

    Args:
        values: {"shape": (rows, columns), "colours": "#rrggbb" of classes 1, 2, …}.
        data: [mask as uint8].
    """
    image = Image.fromarray(np.frombuffer(data[0], np.uint8).reshape(values["shape"]))
    image.putpalette(palette(values["colours"]).astype(np.uint8).tobytes())
    return _png(image)


def overlay(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The mask over its image, of 8 bits a colour.

    Args:
        values: as for `drawing.png`, and "colours" as for `classes`.
        data: [pixels as they are stored, mask as uint8 of the same rows and columns].
    """
    pixels = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    shown = window(pixels * values["slope"] + values["intercept"], values["centre"], values["width"])
    if values["inverted"]:
        shown = 255 - shown
    mask = Image.fromarray(np.frombuffer(data[1], np.uint8).reshape(values["shape"][:2]))
    size = square(mask.size, values["spacing"])
    image = Image.fromarray(shown).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    return _png(Image.fromarray(laid_over(np.asarray(image), np.asarray(mask.resize(size, 0)), values["colours"])))


def _png(image: Image.Image) -> Reply:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Reply({"size": list(image.size)}, [buffer.getvalue()])
