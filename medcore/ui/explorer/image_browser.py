"""The images of a set in a grid: filtered, ordered, a page at a time; one of them large."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.data.inspection.duplicates import Place
from medcore.data.inspection.selection import Selection, select
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import controls, reading, rows, thumbnails, viewer
from medcore.ui.components.image_grid import image_grid
from medcore.ui.explorer import mask_legend, paging
from medcore.ui.plain import plain

ON_A_PAGE = 48
ALL = "All"
EVERY_CLASS = "All classes"
Range = tuple[float, float] | None
"""Values that become black and white."""
ORDERS = {"As in the set": "given", "By class": "class", "Shuffled": "shuffled"}


def show(entry: sources.Entry, options: Mapping[str, Any], splits: Splits) -> None:
    """The controls and a page of the grid; the chosen image opens over it."""
    with rows.row("browse"):
        split = _split_control(splits)
        wanted = _class_control(splits)
        order, seed = _order_controls()
        masks = _masks_control(splits)
        doubled = _duplicates_control()
    wants = {"only_split": None if split == ALL else split, "only_class": wanted, "order": order, "seed": seed}
    window = None
    if doubled or (wanted is not None and splits["train"].labels is None) or _needs_window(splits):
        overview = reading.soon(sources.overview, entry.name, options, "Looking at every image once…")
        if overview is None:
            return
        wants["shows"], window = overview.shows, overview.window
        if doubled:
            wants["only_places"] = _with_duplicates(sources.facts(entry.name, options), overview)
    selected = select(splits, **wants)
    image = _named(splits)
    _grid(splits, selected, masks, image, window)
    if image:
        _large(entry, splits, selected, window)


def _needs_window(splits: Splits) -> bool:
    """Values that are no bytes are shown by the percentiles of the whole set, so that pages compare."""
    return splits["train"].images.dtype != np.uint8


def _split_control(splits: Splits) -> str:
    return st.segmented_control(
        "Split",
        [ALL, *splits],
        default=ALL,
        required=True,
        key="split",
        bind=controls.URL,
        on_change=_first_page,
        help="Images to learn from (train), to choose settings by (val), and to judge with at the end (test).",
    )


def _class_control(splits: Splits) -> int | None:
    """Number of the class to show; None for all."""
    names = splits["train"].class_names
    wanted = st.selectbox(
        "Class",
        [EVERY_CLASS, *names],
        key="class",
        bind=controls.URL,
        on_change=_first_page,
        width=220,
        help="Only images of one class; where masks are all there is, only images that show it.",
    )
    return names.index(wanted) if wanted in names else None


def _order_controls() -> tuple[str, int]:
    """The order, and its seed."""
    order = st.segmented_control(
        "Order",
        list(ORDERS),
        default="As in the set",
        required=True,
        key="order",
        bind=controls.URL,
        on_change=_first_page,
        help="Sets are often sorted by class or patient; shuffled, a page shows what is typical.",
    )
    if ORDERS[order] != "shuffled":
        return ORDERS[order], 0
    seed = st.number_input(
        "Shuffle",
        0,
        9999,
        0,
        key="shuffle",
        bind=controls.URL,
        on_change=_first_page,
        width=120,
        help="Another number is another order; the same number is the same order for everyone.",
    )
    return "shuffled", int(seed)


def _masks_control(splits: Splits) -> bool:
    if any(part.masks is None for part in splits.values()):
        return False
    return st.toggle(
        "Masks", value=True, key="masks", bind=controls.URL, help="Outlines what the masks mark, in its colour."
    )


def _duplicates_control() -> bool:
    return st.toggle(
        "Duplicates only",
        key="twice",
        bind=controls.URL,
        on_change=_first_page,
        help="Only images that lie in two splits, or have a near duplicate among the pairs listed under Duplicates.",
    )


def _first_page() -> None:
    st.session_state["page"] = 1


def _with_duplicates(facts: sources.Facts, overview: sources.Overview) -> set[Place]:
    exact = {place for group in facts.duplicates.places for place in group}
    return exact | {place for pair in overview.near.pairs for place in (pair.first, pair.second)}


def _grid(splits: Splits, selected: Selection, masks: bool, image: Place | None, window: Range) -> None:
    if not len(selected):
        st.info("No image passes these filters.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        span = paging.span(len(selected), ON_A_PAGE, "page")
        st.caption(f"{len(selected):,} images; click one to see it large.")
    shown = selected.places(*span)
    if masks:
        mask_legend.show(splits["train"].mask_classes, thumbnails.mask_colours(splits))
    image_grid(
        thumbnails.images(splits, shown, window),
        [thumbnails.cell(splits, place) for place in shown],
        key="grid",
        masks=thumbnails.masks(splits, shown) if masks else None,
        colours=thumbnails.mask_colours(splits),
        chosen=thumbnails.name(image) if image else "",
        on_choose=_choose,
    )


def _choose(image: str) -> None:
    st.query_params["image"] = image


def _close() -> None:
    st.query_params.pop("image", None)


def _named(splits: Splits) -> Place | None:
    """The image that the address names, if there is one."""
    split, _, index = st.query_params.get("image", "").partition("-")
    if split in splits and index.isdecimal() and len(index) < 10 and int(index) < len(splits[split]):
        return split, int(index)
    return None


@st.dialog("One image", width="large", on_dismiss=_close)
def _large(entry: sources.Entry, splits: Splits, selected: Selection, window: Range) -> None:
    """The image with its values, and the way to its neighbours in the grid."""
    image = _named(splits)
    if image is None:
        return
    split, index = image
    part = splits[split]
    number = thumbnails.class_of(part, index)
    at = selected.number(image)
    label = f"**{plain(part.class_names[number])}** · " if number is not None else ""
    group = f" · patient or volume {plain(str(part.groups[index]))}" if part.groups is not None else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{label}image {index:,} of {split} (the first is 0){group}", width="stretch")
        _step("Previous", "chevron_left", selected, None if at is None else at - 1)
        _step("Next", "chevron_right", selected, None if at is None else at + 1)
    view = DatasetView(part, [index], f"{entry.card.title}, {split} {index}", window)
    viewer.show(view, key="set_image", classes=part.mask_classes if part.masks is not None else ())


def _step(label: str, icon: str, selected: Selection, to: int | None) -> None:
    there = [] if to is None or to < 0 else selected.places(to, to + 1)
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label.lower()}_image",
        type="tertiary",
        disabled=not there,
        on_click=_choose,
        args=tuple(thumbnails.name(place) for place in there),
    )
