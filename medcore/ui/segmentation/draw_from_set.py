"""A test image of a data set to draw on; its mask is the reference."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from medcore.data import session_sets, sources
from medcore.data.dataset import ImageDataset
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import controls, data_card, reading
from medcore.ui.plain import plain
from medcore.ui.segmentation import segmentation_controls
from medcore.ui.segmentation.draw_subject import REFERENCE, Subject

MOST_LOOKED_AT = 200
"""Masks that are looked at for one with much in it."""
KEY, _OF = "draw_image", "draw_image_of"


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
        index = image_control(len(test), with_much(test.masks), named(entry.name, options))
    return subject(test, index, f"set-{named(entry.name, options)}", {REFERENCE: test.masks[index]})


def named(dataset: str, options: Mapping[str, Any]) -> str:
    """A name of the set with these options, for this session."""
    return f"{dataset} {sorted(options.items())}"


def subject(part: ImageDataset, index: int, name: str, masks: dict[str, np.ndarray], note: str = "") -> Subject:
    """An image of a split without its mask, so that no browser is sent the answer.

    Args:
        part: the split.
        index: of the image.
        name: of the set, for the drawing: that of an image is the same whatever it is held against.
        masks: by whose they are.
        note: on the masks.
    """
    view = DatasetView(replace(part, masks=None), [index], f"{part.card.title}, test {index}")
    file = f"{'own' if session_sets.is_name(part.card.name) else part.card.name}-test-{index}"
    plain_masks = {whose: np.ascontiguousarray(mask) for whose, mask in masks.items()}
    return Subject(f"{name}-{index}", file, view, "acquired", 0, part.mask_classes, plain_masks, note)


def image_control(n: int, first: int, of: str) -> int:
    """Picks an image of the test split.

    Args:
        n: how many there are.
        first: where to begin.
        of: the set; another one begins anew.
    """
    if problem := controls.beyond("Test image", KEY, 0, n - 1):
        st.warning(plain(problem))
    other = st.session_state.get(_OF, of) != of
    if other or (KEY not in st.session_state and KEY not in st.query_params):
        st.session_state[KEY] = first
    st.session_state[_OF] = of
    index = st.number_input(
        "Test image",
        0,
        n - 1,
        key=KEY,
        bind=controls.URL,
        help=f"One of the {n:,} test images, the first is 0. It begins with one that has much to draw.",
    )
    return int(index)


def with_much(masks: np.ndarray) -> int:
    """Number of the first image with at least half as much foreground as any has."""
    sizes = np.array([np.count_nonzero(mask) for mask in masks[:MOST_LOOKED_AT]])
    return int((2 * sizes >= sizes.max()).argmax())
