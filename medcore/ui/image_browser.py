"""The images of a set in a grid: filtered, ordered, a page at a time; one of them large."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.data.duplicates import Place
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import controls, thumbnails, viewer
from medcore.ui.components.image_grid import image_grid
from medcore.ui.plain import plain

ON_A_PAGE = 48
ALL = "All"
EVERY_CLASS = "All classes"
ORDERS = {"As in the set": "given", "By class": "class", "Shuffled": "shuffled"}


def show(entry: sources.Entry, options: Mapping[str, Any], splits: Splits) -> None:  # noqa: ARG001
    """The controls, the page of the grid, and the chosen image beside it."""
    places, masks = _chosen_images(splits)
    image = _named(splits, st.query_params.get("image", ""))
    grid, large = st.columns([3, 2], gap="medium") if image else (st.container(), None)
    with grid:
        _grid(splits, places, masks, image)
    if large:
        with large:
            _large(entry, splits, image)


def _chosen_images(splits: Splits) -> tuple[list[Place], bool]:
    """What the controls let through, in their order; and whether masks are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Split",
            [ALL, *splits],
            default=ALL,
            required=True,
            key="split",
            bind=controls.URL,
            on_change=_first_page,
            help="Images to learn from (train), to choose settings by (val), and to judge with at the end (test).",
        )
        wanted = _class_control(splits)
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
        seed = _seed() if ORDERS[order] == "shuffled" else 0
        masked = all(part.masks is not None for part in splits.values())
        masks = masked and st.toggle(
            "Masks", value=True, key="masks", bind=controls.URL, help="Outlines what the masks mark, in its colour."
        )
    return _ordered(splits, _filtered(splits, split, wanted), ORDERS[order], seed), masks


def _class_control(splits: Splits) -> int | None:
    """Number of the class to show; None for all. Sets of masks have no class an image."""
    names = splits["train"].class_names
    if any(part.labels is None for part in splits.values()):
        return None
    wanted = st.selectbox(
        "Class",
        [EVERY_CLASS, *names],
        key="class",
        bind=controls.URL,
        on_change=_first_page,
        width=220,
        help="Shows the images of one class only.",
    )
    return None if wanted == EVERY_CLASS else names.index(wanted)


def _seed() -> int:
    return int(
        st.number_input(
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
    )


def _first_page() -> None:
    st.session_state["page"] = 1


def _filtered(splits: Splits, split: str, wanted: int | None) -> list[Place]:
    found = []
    for name, part in splits.items():
        if split in (ALL, name):
            indices = range(len(part)) if wanted is None else np.flatnonzero(part.labels == wanted).tolist()
            found += [(name, index) for index in indices]
    return found


def _ordered(splits: Splits, places: list[Place], order: str, seed: int) -> list[Place]:
    if order == "shuffled":
        return [places[number] for number in np.random.default_rng(seed).permutation(len(places))]
    if order == "class":
        return sorted(places, key=lambda place: thumbnails.class_of(splits[place[0]], place[1]) or 0)
    return places


def _grid(splits: Splits, places: Sequence[Place], masks: bool, image: Place | None) -> None:
    if not places:
        st.info("No image passes these filters.")
        return
    pages = -(-len(places) // ON_A_PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key="page", bind=controls.URL) if pages > 1 else 1
        st.caption(f"{len(places):,} images; click one to see it large.")
    shown = places[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    image_grid(
        thumbnails.images(splits, shown),
        [thumbnails.cell(splits, place) for place in shown],
        key="grid",
        masks=thumbnails.masks(splits, shown) if masks else None,
        colours=thumbnails.colours(splits),
        chosen=thumbnails.name(image) if image else "",
        on_choose=_choose,
    )


def _choose(image: str) -> None:
    st.query_params["image"] = image


def _close() -> None:
    st.query_params.pop("image", None)


def _named(splits: Splits, name: str) -> Place | None:
    """The image that the address names, if there is one."""
    split, _, index = name.partition("-")
    if split in splits and index.isdecimal() and len(index) < 10 and int(index) < len(splits[split]):
        return split, int(index)
    return None


def _large(entry: sources.Entry, splits: Splits, image: Place) -> None:
    split, index = image
    part = splits[split]
    number = thumbnails.class_of(part, index)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"**{plain(part.class_names[number])}** · " if number is not None else ""
        group = f" · patient or volume {plain(str(part.groups[index]))}" if part.groups is not None else ""
        st.markdown(f"{label}image {index:,} of {split} (from 0){group}", width="stretch")
        st.button("", icon=":material/close:", key="close_image", on_click=_close, type="tertiary", help="Closes it.")
    view = DatasetView(part, [index], f"{entry.card.title}, {split} {index}")
    viewer.show(view, key=f"set-{entry.name}-{split}-{index}")
