"""The card of a data set: what it is, where it comes from, how far to trust it, and how to get it."""

from collections.abc import Mapping

import streamlit as st

from medcore.data import sources
from medcore.ui import controls
from medcore.ui.plain import plain


def show(entry: sources.Entry) -> None:
    """Writes the card; duplicates between splits are looked for when the set is here."""
    card = entry.card
    height, width, channels = entry.shape
    sizes = " · ".join(f"{n:,} {split}" for split, n in entry.sizes.items())
    st.markdown(f"**{plain(card.title)}** — {plain(card.source)}")
    st.markdown(f"{sizes} · {height} x {width} px{'' if channels == 1 else ', colour'} · {_classes(entry)}")
    st.markdown(f"**Labels.** {plain(card.labels)}")
    for note in dict.fromkeys((*card.notes, *_duplicates(entry))):
        st.markdown(f":orange-badge[Mind] {plain(note)}")
    st.caption(f"Licence: {plain(card.licence)}. {plain(card.citation)}")


def _classes(entry: sources.Entry) -> str:
    """The classes in quotes: some names hold a comma."""
    return ", ".join(f"“{plain(name)}”" for name in entry.classes) or "classes known once it was read"


def _duplicates(entry: sources.Entry) -> tuple[str, ...]:
    if not entry.available:
        return ()
    with st.spinner("Reading the set once, looking for duplicates…"):
        exact = sources.facts(entry.card.name).notes
    overview = sources.known_overview(entry.card.name)
    return (*exact, *([] if overview is None else _near(overview.near.between or {})))


def _near(between: Mapping[str, int]) -> list[str]:
    """Near duplicates between splits in one sentence, where they were looked for."""
    found = [(count, *pair.split(" and ")) for pair, count in between.items()]
    words = [f"{count:,} of {second} with one in {first}" for count, first, second in found]
    return [f"Leak: near duplicates between splits: {', '.join(words)} (see Duplicates)."] if words else []


def unusable() -> list[sources.Entry]:
    """Files and folders in those of MEDCORE_DATA that are no data set."""
    return [entry for entry in controls.listing() if not entry.available and entry.card.task == "unknown"]


def unreadable() -> None:
    """Says which of them there are, and why."""
    for entry in unusable():
        st.warning(f"**{plain(entry.name)}**: {plain(entry.how)}")


def offer_download(entry: sources.Entry) -> None:
    """For a set that is not here: how to get it, and a button where it can be fetched."""
    st.warning(f"{plain(entry.card.title)} is not on this machine yet. {plain(entry.how)}")
    if entry.remote and st.button("Download", key="download", icon=":material/download:"):
        bar = st.progress(0.0, f"Downloading {entry.card.title}…")
        sources.download(entry.card.name, lambda done, total: bar.progress(min(1.0, done / max(total, 1))))
        controls.listing.clear()
        st.rerun()
