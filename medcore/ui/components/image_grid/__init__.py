"""Small images in a grid, drawn from their pixels in the browser: to look over, and to choose one."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

_FOLDER = Path(__file__).parent
_mount = st.components.v2.component(
    "medcore.image_grid",
    html=(_FOLDER / "image_grid.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "image_grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "image_grid.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Cell:
    """What stands under an image.

    Args:
        id: what is told when the image is chosen, such as "test-12".
        title: its label.
        note: a second line.
        colour: CSS colour of the square before the title; "" for none.
        link: address that a click opens, in a tab of its own; "" for none.
    """

    id: str
    title: str
    note: str = ""
    colour: str = ""
    link: str = ""


def image_grid(
    images: np.ndarray,
    cells: Sequence[Cell],
    key: str,
    masks: np.ndarray | None = None,
    colours: Sequence[str] = (),
    chosen: str = "",
    cell_width: int = 96,
    on_choose: Callable[[str], None] | None = None,
) -> None:
    """Shows images of one size, each with its words.

    Args:
        images: (n, height, width, 1 or 3) uint8.
        cells: one an image.
        key: of the component.
        masks: (n, height, width) uint8 class numbers, drawn as outlines; or None.
        colours: "#rrggbb" of mask class 0, 1, …
        chosen: id of the cell that is marked.
        cell_width: least width of a cell in CSS pixels.
        on_choose: called with the id of a cell when it is clicked; without it the images cannot be chosen.
    """

    def tell() -> None:
        if on_choose is not None and (choice := st.session_state[key].chosen):
            on_choose(choice)

    header = {
        "height": images.shape[1],
        "width": images.shape[2],
        "samples": images.shape[3],
        "mask": masks is not None,
        "cells": [asdict(cell) for cell in cells],
        "colours": list(colours),
        "chosen": chosen,
        "cell_width": cell_width,
        "choosable": on_choose is not None,
    }
    _mount(key=key, data=packed(header, images, masks), on_chosen_change=tell)


def packed(header: dict[str, Any], images: np.ndarray, masks: np.ndarray | None) -> bytes:
    """<u32 header length><JSON header padded to a multiple of 4><uint8 images><uint8 masks>."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    parts = [struct.pack("<I", len(text)), text, np.ascontiguousarray(images, np.uint8).tobytes()]
    if masks is not None:
        parts.append(np.ascontiguousarray(masks, np.uint8).tobytes())
    return b"".join(parts)
