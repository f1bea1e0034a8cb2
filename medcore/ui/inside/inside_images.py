"""Choosing an image to ask about: right or wrong answers, of one class, a page at a time."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from medcore.charts import template
from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.evaluation import predictions
from medcore.evaluation.classification import positive_class
from medcore.runs import files
from medcore.runs.store import Record
from medcore.spec import DataSpec
from medcore.ui import controls, reading, thumbnails
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.explorer import paging

ON_A_PAGE = 12
PARAM = "image"
EVERY_CLASS = "All classes"
ANSWERS = ("All", "Wrong", "Right")


class Image(NamedTuple):
    """Which image."""

    split: str
    index: int


class Said(NamedTuple):
    """What the run said of test images, by their number: class names and probabilities."""

    classes: dict[int, str]
    sure: dict[int, float]


def data(trained: Record) -> DataSpec:
    """The images that a run was tested on."""
    told = (trained.result or {}).get("test_data") or trained.spec
    return DataSpec(told["data"]["name"], told["data"]["options"])


def splits(trained: Record) -> Splits | None:
    """Those images, or None while they are read."""
    spec = data(trained)
    return reading.soon(sources.snapshot, spec.name, spec.options, "Reading the images…")


def choose(trained: Record, whole: Splits) -> Image | None:
    """The filters and a page of the grid.

    Returns:
        The image that the address names; where it names none, the first of the class that is looked for that was
        answered rightly; None where it names one that is not there, or no image passes the filters.
    """
    part = whole["test"]
    said = _said(trained, len(part))
    chosen = named(whole)
    left = _filtered(whole, said)
    if not len(left):
        st.info("No test image passes these filters.")
        return chosen
    image = chosen if chosen or unknown(whole) else Image("test", _first(whole, left, said))
    start, stop = paging.span(len(left), ON_A_PAGE, "inside_page")
    places = [("test", int(index)) for index in left[start:stop]]
    image_grid(
        thumbnails.images(whole, places),
        [_cell(whole, index, said) for _, index in places],
        key="inside_grid",
        chosen=f"{image.split}:{image.index}" if image else "",
        cell_width=84,
        on_choose=_choose,
    )
    st.caption(f"{len(left):,} test images; click one to look into what the network makes of it.")
    return image


def named(whole: Splits) -> Image | None:
    """The image that the address names, if there is one."""
    split, _, index = st.query_params.get(PARAM, "").partition(":")
    there = split in whole and index.isdecimal() and len(index) < 10 and int(index) < len(whole[split])
    return Image(split, int(index)) if there else None


def unknown(whole: Splits) -> str:
    """That the address names an image which is not there, in a sentence; "" where it does not."""
    asked = st.query_params.get(PARAM, "")
    if not asked or named(whole):
        return ""
    split, _, index = asked.partition(":")
    if split not in whole or not index:
        return f"The address names no image of this data set: choose one at the left. Received: {asked[:40]}"
    return f"The {split} set has {len(whole[split]):,} images, the first is 0: there is no {index[:20]}."


def _first(whole: Splits, left: np.ndarray, said: Said | None) -> int:
    """Of these images the first of the class that is looked for that was answered rightly, as far as there is one."""
    part = whole["test"]
    positive = positive_class(part.class_names)
    looked_for = [i for i in left.tolist() if positive is None or part.labels[i] == positive]
    right = (i for i in looked_for if said is not None and _is_right(whole, i, said))
    return next(right, (looked_for or left.tolist())[0])


def _choose(image: str) -> None:
    st.query_params[PARAM] = image


def _first_page() -> None:
    st.session_state["inside_page"] = 1


def _filtered(whole: Splits, said: Said | None) -> np.ndarray:
    """Numbers of the test images that pass the filters."""
    part = whole["test"]
    if said is None:
        answers = "All"
    else:
        answers = st.segmented_control(
            "Answers",
            ANSWERS,
            default="All",
            required=True,
            key="answers",
            bind=controls.URL,
            on_change=_first_page,
            help="Whether the network was right about the test images; its mistakes tell most.",
        )
    wanted = st.selectbox(
        "True class",
        [EVERY_CLASS, *part.class_names],
        key="inside_class",
        bind=controls.URL,
        on_change=_first_page,
        help="Only images of one class.",
    )
    kept = np.ones(len(part), bool)
    if wanted in part.class_names:
        kept &= part.labels == part.class_names.index(wanted)
    if answers != "All":
        right = np.array([_is_right(whole, index, said) for index in range(len(part))], object)
        kept &= np.array([value is not None and value == (answers == "Right") for value in right])
    return np.flatnonzero(kept)


def _is_right(whole: Splits, index: int, said: Said) -> bool | None:
    """None for an image that the run was not tested on."""
    if index not in said.classes:
        return None
    part = whole["test"]
    return same(said.classes[index], part.class_names[int(part.labels[index])])


def same(one: str, other: str) -> bool:
    """Whether two sets mean the same class, as training matches them."""
    return one.strip().casefold() == other.strip().casefold()


def _cell(whole: Splits, index: int, said: Said | None) -> Cell:
    part = whole["test"]
    number = int(part.labels[index])
    note = f"test {index}"
    if said is not None and index in said.classes:
        right = same(said.classes[index], part.class_names[number])
        note = f"{'✓' if right else '✗'} {said.classes[index]} {said.sure[index]:.0%}"
    return Cell(f"test:{index}", part.class_names[number], note, template.colour(number))


def _said(trained: Record, images: int) -> Said | None:
    """What the run said; None where it cannot be told of which image, or it kept nothing."""
    try:
        kept = predictions.read(files.folder(trained.id))
    except (OSError, ValueError):
        return None
    rows = kept.rows
    if rows is None:
        if len(kept.labels) != images:
            return None
        rows = np.arange(images)
    names = ((trained.result or {}).get("data") or {}).get("classes")
    if not names:
        return None
    classes = {int(row): names[number] for row, number in zip(rows, kept.said, strict=True)}
    sure = {int(row): float(value) for row, value in zip(rows, kept.probabilities.max(axis=1), strict=True)}
    return Said(classes, sure)
