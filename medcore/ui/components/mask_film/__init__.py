"""Masks that grow from epoch to epoch: a film of a few images, played and scrubbed in the browser."""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from medcore.charts import mask_colours

_FOLDER = Path(__file__).parent
_SCRIPTS = ("frames.js", "paint.js", "mask_film.js")
_mount = st.components.v2.component(
    "medcore.mask_film",
    html=(_FOLDER / "mask_film.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "mask_film.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Frame:
    """What a network said of the images after an epoch.

    Args:
        epoch: 0 before training.
        packed: from `packed_frame`.
        dice: of each image, None where it has none.
        mean: of those that have one, None where none has.
    """

    epoch: int
    packed: bytes
    dice: tuple[float | None, ...]
    mean: float | None


@dataclass(frozen=True)
class Film:
    """A row of the film: one run.

    Args:
        id: of the run.
        label: what people see.
        colour: "#rrggbb" of the run.
        frames: in order of the epochs.
        growing: whether further ones may come, which are then followed.
        epochs: that it trains at most, 0 where unknown.
    """

    id: str
    label: str
    colour: str
    frames: Sequence[Frame]
    growing: bool = False
    epochs: int = 0


def mask_film(
    images: np.ndarray, truth: np.ndarray, notes: Sequence[str], films: Sequence[Film], classes: Sequence[str], key: str
) -> None:
    """Shows the images with their true outlines, and under them a row a run.

    Args:
        images: (k, height, width, 1 or 3) uint8.
        truth: (k, height, width) uint8 class numbers.
        notes: what each image is.
        films: of the same images.
        classes: names, class 0 (nothing) first.
        key: the same as long as the same runs are shown; new frames are then added to those that are there.
    """
    _mount(key=key, data=packed(images, truth, notes, films, classes))


def packed(
    images: np.ndarray, truth: np.ndarray, notes: Sequence[str], films: Sequence[Film], classes: Sequence[str]
) -> bytes:
    """<u32 header length><JSON header padded to a multiple of 4><parts as zlib packs them, one after the other>.

    The header's `parts` say name and length of each: "base" (images, then truth), and "RUN EPOCH" (`packed_frame`).
    """
    base = zlib.compress(np.ascontiguousarray(images, np.uint8).tobytes() + truth.astype(np.uint8).tobytes(), 1)
    parts = [("base", base)]
    parts += [(f"{film.id} {frame.epoch}", frame.packed) for film in films for frame in film.frames]
    header = {
        "height": images.shape[1],
        "width": images.shape[2],
        "samples": images.shape[3],
        "notes": list(notes),
        "classes": list(classes),
        "colours": mask_colours.of_classes(tuple(classes)),
        "outcomes": {
            "right": mask_colours.RIGHT,
            "missed": mask_colours.MISSED,
            "false": mask_colours.FALSE,
            "mixed": mask_colours.MIXED,
        },
        "epochs": max((_last(film) for film in films), default=0),
        "films": [_described(film) for film in films],
        "parts": [[name, len(content)] for name, content in parts],
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([struct.pack("<I", len(text)), text, *(content for _, content in parts)])


def packed_frame(foreground: np.ndarray, classes: np.ndarray) -> bytes:
    """The two arrays (k, height, width) uint8 of an epoch, one after the other, as zlib packs them."""
    return zlib.compress(foreground.astype(np.uint8).tobytes() + classes.astype(np.uint8).tobytes(), 1)


def _last(film: Film) -> int:
    """The epoch that it ends with, or will."""
    there = max((frame.epoch for frame in film.frames), default=0)
    return max(there, film.epochs) if film.growing else there


def _described(film: Film) -> dict[str, Any]:
    frames = [{"epoch": frame.epoch, "dice": frame.dice, "mean": frame.mean} for frame in film.frames]
    return {"id": film.id, "label": film.label, "colour": film.colour, "growing": film.growing, "frames": frames}
