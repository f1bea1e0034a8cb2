"""The sandbox's jobs that draw a mask as a PNG: by itself, and over its image."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from medcore.imaging.export.drawing import square, window
from medcore.sandbox import Reply

OPACITY = 0.4
"""Of the mask within its edges."""


def classes(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """The mask by itself: class numbers as palette indices, 0 is black.

    Args:
        values: {"shape": (rows, columns), "colours": "#rrggbb" of classes 1, 2, …}.
        data: [mask as uint8].
    """
    image = Image.fromarray(np.frombuffer(data[0], np.uint8).reshape(values["shape"]))
    image.putpalette(_palette(values["colours"]).astype(np.uint8).tobytes())
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
    return _png(Image.fromarray(_laid(np.asarray(image), np.asarray(mask.resize(size, 0)), values["colours"])))


def _laid(image: np.ndarray, mask: np.ndarray, colours: Sequence[str]) -> np.ndarray:
    opacity = np.where(_edges(mask), 1.0, OPACITY) * (mask > 0)
    mixed = image + opacity[..., None] * (_palette(colours)[mask] - image)
    return np.rint(mixed).astype(np.uint8)


def _edges(mask: np.ndarray) -> np.ndarray:
    """Pixels that have another class above, below or beside them."""
    around = np.pad(mask, 1, "edge")
    neighbours = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    return np.any([other != mask for other in neighbours], axis=0)


def _palette(colours: Sequence[str]) -> np.ndarray:
    """(256, 3) the colour of every class; they repeat."""
    known = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours], float)
    return np.vstack([np.zeros(3), known[np.arange(255) % len(known)]])


def _png(image: Image.Image) -> Reply:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Reply({"size": list(image.size)}, [buffer.getvalue()])
