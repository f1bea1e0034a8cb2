"""A test image of a data set to draw on; its mask is the reference."""

from dataclasses import replace

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import ImageDataset
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import controls, data_card, reading
from medcore.ui.plain import plain
from medcore.ui.segmentation import segmentation_controls
from medcore.ui.segmentation.draw_subject import REFERENCE, Subject

MOST_LOOKED_AT = 500
"""Masks that are looked at for one that is not empty."""


def show() -> Subject | None:
    """Writes the controls into the sidebar; None while the set is read, or where it is not here."""
    with st.sidebar:
        entry = controls.dataset("segmentation")
        options = segmentation_controls.data_options(entry)
    if not entry.available:
        data_card.offer_download(entry)
        return None
    title = plain(entry.card.title)
    splits = reading.soon(sources.snapshot, entry.name, options, f"Reading the images of {title}…")
    if splits is None:
        return None
    test = splits["test"]
    with st.sidebar:
        index = image_control(len(test), _with_something(test))
    return subject(test, index, f"set-{entry.name}-{sorted(options.items())}", {REFERENCE: test.masks[index]})


def subject(part: ImageDataset, index: int, name: str, masks: dict[str, np.ndarray], note: str = "") -> Subject:
    """An image of a split without its mask, so that no browser is sent the answer.

    Args:
        part: the split.
        index: of the image.
        name: of the set, for the drawing.
        masks: by whose they are.
        note: on the masks.
    """
    view = DatasetView(replace(part, masks=None), [index], f"{part.card.title}, test {index}")
    file = f"{part.card.name if not part.card.name.startswith('session') else 'own'}-test-{index}"
    plain_masks = {whose: np.ascontiguousarray(mask) for whose, mask in masks.items()}
    return Subject(f"{name}-{index}", file, view, "acquired", 0, part.mask_classes, plain_masks, note)


def image_control(n: int, first: int) -> int:
    """Picks an image of the test split.

    Args:
        n: how many there are.
        first: where to begin.
    """
    if problem := controls.beyond("Test image", "draw_image", 0, n - 1):
        st.warning(plain(problem))
    if st.session_state.get("draw_image", 0) >= n:
        del st.session_state["draw_image"]
    index = st.number_input(
        "Test image",
        0,
        n - 1,
        first,
        key="draw_image",
        bind=controls.URL,
        help=f"One of the {n:,} test images, the first is 0. It begins with one that has something to draw.",
    )
    return int(index)


def _with_something(part: ImageDataset) -> int:
    """Number of the first image whose mask is not empty."""
    return next((index for index, mask in enumerate(part.masks[:MOST_LOOKED_AT]) if mask.any()), 0)
