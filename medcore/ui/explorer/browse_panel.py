"""A data set to look at: its images, its numbers, its duplicates, its card."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medcore.data import sources
from medcore.ui import controls, data_card, reading
from medcore.ui.explorer import duplicate_pairs, image_browser, set_numbers
from medcore.ui.plain import plain

TABS = ("Images", "Numbers", "Duplicates", "Card")


def show(entry: sources.Entry, options: Mapping[str, Any]) -> None:
    """Shows a set that is here; the first time it is read in the background.

    Args:
        entry: the set.
        options: those of its source that differ from the default.
    """
    title = plain(entry.card.title)
    splits = reading.soon(sources.snapshot, entry.name, options, f"Reading the images of {title}…")
    if splits is None:
        return
    tabs = dict(zip(TABS, st.tabs(TABS, on_change="rerun", key="look", bind=controls.URL), strict=True))
    if tabs["Card"].open:
        with tabs["Card"]:
            data_card.show(entry)
    if tabs["Images"].open:
        with tabs["Images"]:
            image_browser.show(entry, options, splits)
    for name, panel in (("Numbers", set_numbers), ("Duplicates", duplicate_pairs)):
        if tabs[name].open:
            with tabs[name]:
                sentence = f"Looking at every image of {title} and for near duplicates…"
                overview = reading.soon(sources.overview, entry.name, options, sentence)
                if overview is not None:
                    panel.show(splits, sources.facts(entry.name, options), overview)
