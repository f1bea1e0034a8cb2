"""Small images on the page, pixel for pixel: enlarged without smoothing."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from medcore.charts import template

SIDE = 576
"""Pixels that the longer side of an image gets, about; the page shows it as wide as there is room."""
GAP = 4
BORDER = 4
GRAY = 128
"""Between and around images: neither white nor black ones melt into each other or into the page."""
MASK_SHARE = 0.45


def pixels(image: np.ndarray, scale: tuple[float, float], mask: np.ndarray | None = None) -> np.ndarray:
    """The image as bytes, its mask over it, each class in its colour.

    Args:
        image: (height, width, channels) float32, one channel or three.
        mask: (height, width) class numbers, 0 is nothing.

    Returns:
        (height, width, 3) uint8.
    """
    low, high = scale
    shown = np.rint(np.clip((image - low) / (high - low), 0, 1) * 255)
    shown = np.repeat(shown, 3, axis=-1) if shown.shape[-1] == 1 else shown[..., :3]
    if mask is not None:
        for number in np.unique(mask[mask > 0]).astype(int):
            inside, colour = mask == number, _rgb(template.colour(number))
            shown[inside] = (1 - MASK_SHARE) * shown[inside] + MASK_SHARE * colour
    return shown.astype(np.uint8)


def _rgb(colour: str) -> np.ndarray:
    """Red, green and blue of "#rrggbb", 0 to 255."""
    return np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)])


def show(picture: np.ndarray, caption: str, alt: str) -> None:
    """One image (height, width, 3)."""
    st.image(framed(enlarged(picture, SIDE)), caption, width="stretch", output_format="PNG", alt=alt)


def show_row(pictures: Sequence[np.ndarray], caption: str) -> None:
    """Several images of one size in a row."""
    st.image(strip(pictures), caption, width="stretch", output_format="PNG", alt=caption)


def strip(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Images of one size side by side, gray between and around them."""
    large = [enlarged(picture, SIDE // 4) for picture in pictures]
    spaced = [np.pad(picture, ((0, 0), (0, GAP), (0, 0)), constant_values=GRAY) for picture in large]
    return framed(np.concatenate(spaced, axis=1)[:, :-GAP])


def framed(picture: np.ndarray) -> np.ndarray:
    """With a thin gray border."""
    return np.pad(picture, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), constant_values=GRAY)


def enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    """Every pixel as a square, so that the longer side has about `side` pixels; large images stay as they are."""
    times = max(1, round(side / max(picture.shape[:2])))
    return picture.repeat(times, axis=0).repeat(times, axis=1)
