"""Images that lie in a set twice, exactly or nearly, side by side."""

from collections import Counter

import numpy as np
import streamlit as st

from medcore.data.dataset import Splits
from medcore.data.inspection import near_duplicates
from medcore.data.inspection.duplicates import Place
from medcore.data.inspection.facts import Facts
from medcore.data.inspection.near_duplicates import Pair
from medcore.data.inspection.overview import Overview
from medcore.ui import thumbnails
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.explorer import paging
from medcore.ui.plain import plain

ON_A_PAGE = 24
GAP = 2


def show(splits: Splits, facts: Facts, overview: Overview) -> None:
    """What was found in words, then the pairs."""
    exact, near = facts.duplicates, overview.near
    st.subheader("The same image twice")
    for note in exact.notes() or ("No image is equal to another one to the last pixel.",):
        st.markdown(_badge(note))
    if exact.places:
        _exact_pairs(splits, exact.places)
    st.subheader("Nearly the same image twice")
    for note in near.notes() or ("No image is nearly the same as another one, as far as this test can tell.",):
        st.markdown(_badge(note))
    if near.skipped:
        return
    if near.pairs:
        _near_pairs(splits, near.pairs, near.found)
    st.caption(
        f"Nearly the same: the perceptual hashes (Zauner 2010) differ in at most {near_duplicates.MAX_DISTANCE} of 63 "
        f"bits, and the pixels correlate by at least {near_duplicates.MIN_CORRELATION:g}. That is another copy, or "
        "another frame of the same scan; whether it is the same patient only the source can tell."
    )
    st.caption(
        "What it does not find: neighbouring slices of one patient with noise of their own correlate by less, and a "
        "turned or cropped copy looks like another image. Finding nothing is no proof: a split by patient is what "
        f"protects. {_by_patient(splits)}"
    )


def _by_patient(splits: Splits) -> str:
    """Whether this set is split so."""
    groups = [part.groups for part in splits.values()]
    if any(of_split is None for of_split in groups):
        return "This set does not say whose its images are, so whether it was split so cannot be checked here."
    splits_of = Counter(name for of_split in groups for name in set(of_split.tolist()))
    shared = sum(count > 1 for count in splits_of.values())
    if shared:
        return f"In this set, {shared:,} patients or volumes lie in more than one split."
    return "In this set, no patient or volume lies in more than one split."


def _exact_pairs(splits: Splits, groups: tuple[tuple[Place, ...], ...]) -> None:
    """Of each image that lies in several splits, two of its places."""
    start, stop = paging.span(len(groups), ON_A_PAGE, "exact_page")
    pairs = []
    for first, *others in groups[start:stop]:
        second = next(place for place in others if place[0] != first[0])
        pairs.append((first, second, "equal"))
    _pairs(splits, pairs, "exact_pairs")


def _near_pairs(splits: Splits, pairs: tuple[Pair, ...], found: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        start, stop = paging.span(len(pairs), ON_A_PAGE, "pair_page")
        of_all = f"{len(pairs):,} of {found:,} pairs" if found > len(pairs) else f"{found:,} pairs"
        st.caption(f"{of_all}, those between splits first, of these the most alike first.")
    shown = pairs[start:stop]
    words = [f"correlation {pair.correlation:.4f}{_same_group(splits, pair)}, {_bits(pair.distance)}" for pair in shown]
    _pairs(splits, [(pair.first, pair.second, word) for pair, word in zip(shown, words, strict=True)], "near_pairs")


def _bits(distance: int) -> str:
    return "1 bit apart" if distance == 1 else f"{distance} bits apart"


def _same_group(splits: Splits, pair: Pair) -> str:
    groups = [splits[split].groups for split, _ in (pair.first, pair.second)]
    if any(of_split is None for of_split in groups):
        return ""
    same = groups[0][pair.first[1]] == groups[1][pair.second[1]]
    return ", one patient" if same else ", two patients"


def _pairs(splits: Splits, pairs: list[tuple[Place, Place, str]], key: str) -> None:
    """Both images of each pair in one cell, with where they lie and how they are labelled."""
    first = thumbnails.images(splits, [a for a, _, _ in pairs])
    second = thumbnails.images(splits, [b for _, b, _ in pairs])
    gap = np.full((*first.shape[:2], GAP, first.shape[3]), 128, np.uint8)
    cells = [
        Cell(f"{key}-{i}", _labels(splits, a, b), f"{_where(a)} | {_where(b)}: {word}")
        for i, (a, b, word) in enumerate(pairs)
    ]
    image_grid(np.concatenate([first, gap, second], axis=2), cells, key=key, cell_width=230)


def _labels(splits: Splits, first: Place, second: Place) -> str:
    """The class of both, or both classes where they differ."""
    names = [_class(splits, place) for place in (first, second)]
    if not any(names):
        return " "
    return names[0] if names[0] == names[1] else f"{names[0]} | {names[1]}: labels differ"


def _class(splits: Splits, place: Place) -> str:
    number = thumbnails.class_of(splits[place[0]], place[1])
    return "" if number is None else splits[place[0]].class_names[number]


def _where(place: Place) -> str:
    return f"{place[0]} {place[1]:,}"


def _badge(note: str) -> str:
    return f":red-badge[Leak] {plain(note.removeprefix('Leak: '))}" if note.startswith("Leak: ") else plain(note)
