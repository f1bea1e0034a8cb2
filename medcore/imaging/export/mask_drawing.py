"""The sandbox's job that draws a slice with its mask as a PNG."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from medcore.imaging.export.drawing import square, window
from medcore.imaging.laid_over import laid_over
from medcore.sandbox import Reply


def overlay(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The mask over its image, of 8 bits a colour.

    Args:
        values: as for `drawing.png`, and "colours": "#rrggbb" of classes 1, 2, …
        data: [pixels as they are stored, mask as uint8 of the same rows and columns].
    """
    pixels = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    shown = window(pixels * values["slope"] + values["intercept"], values["centre"], values["width"])
    if values["inverted"]:
        shown = 255 - shown
    mask = Image.fromarray(np.frombuffer(data[1], np.uint8).reshape(values["shape"][:2]))
    size = square(mask.size, values["spacing"])
    image = np.asarray(Image.fromarray(shown).convert("RGB").resize(size, Image.Resampling.BICUBIC))
    made = Image.fromarray(laid_over(image, np.asarray(mask.resize(size, Image.Resampling.NEAREST)), values["colours"]))
    buffer = io.BytesIO()
    made.save(buffer, "PNG")
    return Reply({"size": list(size)}, [buffer.getvalue()])
