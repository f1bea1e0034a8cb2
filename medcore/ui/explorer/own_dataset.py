"""A data set from a person's own images: labelled in a table, split by patient, taken home or used in the labs."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from medcore.data import session_sets
from medcore.evaluation.intervals import wilson
from medcore.imaging import labelled, own_set
from medcore.imaging.labelled import Labelled, Wanted
from medcore.imaging.own_set import Made
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.view import Window
from medcore.sentences import sentence
from medcore.ui import own_sets, work
from medcore.ui.explorer import own_labels
from medcore.ui.plain import plain
from medcore.ui.work import Work

URL = "query-params"
LAB = Path(__file__).resolve().parents[3] / "pages" / "optimizer_comparison.py"
SLICES = {"Middle slice": labelled.MIDDLE, "All slices": labelled.ALL}
OWN, ONE = "Each image's own", "One for all"
FEW_TESTS = 30
_MADE = "own_made"


def show(shelf: Shelf) -> None:
    """The table of what is open, how the images are made, and what becomes of the set."""
    stacks = shelf.stacks()
    st.caption(
        "Give each image or series a label; those without one stay out. All images of a patient go into the same of "
        "the three splits, so that no network is tested on a patient it has seen. Who the patient is can be said in "
        "the table."
    )
    by_id = {stack.id: stack for stack in stacks}
    wanted = _wanted(own_labels.show(shelf, stacks), by_id)
    try:
        labelled.check(wanted, by_id)
    except ValueError as error:
        st.info(plain(str(error)))
        _list()
        return
    st.button(
        "Make the set",
        type="primary",
        key="own_make",
        icon=":material/dataset:",
        on_click=_begin,
        args=(work.kept(), shelf, wanted),
    )
    made = work.show(_MADE, wanted, "Making the images…")
    if made is not None:
        _offer(made, wanted)
    _list()


def _wanted(rows: tuple[Labelled, ...], stacks: Mapping[str, Stack]) -> Wanted:
    """How the images are made."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = st.select_slider(
            "Size",
            labelled.SIZES,
            64,
            format_func=lambda side: f"{side} x {side}",
            key="own_size",
            bind=URL,
            width=260,
            help="Pixels of an image. The whole image is kept in its true proportions, with black around it.",
        )
        slices = st.segmented_control(
            "Of each series",
            list(SLICES),
            default="Middle slice",
            required=True,
            key="own_slices",
            bind=URL,
            help="Neighbouring slices look alike: many of one patient teach little more than one.",
        )
        window = _window()
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, 0, key="own_seed", bind=URL, width=140, help="Fixes which patients go where."
        )
    risky = [row.stack for row in rows if stacks[row.stack].burned_in]
    looked = False
    if risky:
        st.markdown(f":red-badge[Look] {plain(stacks[risky[0]].burned_in)}")
        looked = st.checkbox(
            f"I have looked at {'this image' if len(risky) == 1 else f'these {len(risky):,} images'}, at every slice: "
            "no text in the picture tells who it is.",
            key=f"own_looked_{hashlib.sha256(' '.join(risky).encode()).hexdigest()[:12]}",
            help="Text that was burned into the picture would come along into the set.",
        )
    return Wanted(rows, int(size), SLICES[slices], window, int(seed), looked)


def _window() -> Window | None:
    which = st.segmented_control(
        "Window",
        [OWN, ONE],
        default=OWN,
        required=True,
        key="own_window",
        bind=URL,
        help="Which values become black and white. Its own: the first window of the file, else most of its range. "
        "One for all keeps the values of different images comparable.",
    )
    if which == OWN:
        return None
    centre = st.number_input("Centre", value=40.0, key="own_centre", bind=URL, width=120, help="Becomes middle gray.")
    width = st.number_input(
        "Width", 0.001, value=400.0, key="own_width", bind=URL, width=120, help="From black to white."
    )
    return Window("One for all", float(centre), float(width))


def _begin(works: dict[str, Work], shelf: Shelf, wanted: Wanted) -> None:
    works[_MADE] = Work(wanted, lambda progress: own_set.make(shelf, wanted, progress))


def _offer(made: Made, wanted: Wanted) -> None:
    """What the set is, its downloads, and the way into the labs."""
    counts = pd.DataFrame(made.counts, index=pd.Index(made.classes, name="Label"))
    st.dataframe(counts.reset_index(), hide_index=True, width="content")
    if made.split:
        st.caption(plain(made.split))
    for note in (*made.notes, *_small(sum(made.counts["test"]))):
        st.markdown(f":orange-badge[Mind] {plain(note)}")
    with st.container(horizontal=True):
        stem = f"medcore-set-{made.hash}"
        st.download_button(
            "Images and labels (.npz)",
            lambda: made.content,  # bytes would lie under an address without a password
            f"{stem}.npz",
            "application/octet-stream",
            key="own_npz",
            on_click="ignore",
            help="In the layout of MedMNIST; put it into a folder of MEDCORE_DATA to keep it.",
        )
        st.download_button(
            "Card (JSON)",
            lambda: made.card(wanted).encode(),
            f"{stem}.json",
            "application/json",
            key="own_card",
            on_click="ignore",
        )
        why = session_sets.unreachable()
        st.button(
            "Use in the labs for this session",
            key="own_use",
            icon=":material/science:",
            disabled=bool(why),
            on_click=_use,
            args=(made,),
            help=why
            or "It appears among the images of every lab, for you alone, until you close the page; trainings "
            "that wait by then fail.",
        )
    if why:
        st.caption(plain(why))
    elif session_sets.on_disk(made.content):
        st.caption(
            "This machine has no memory to lay files in: for use in the labs the set lies on disk, in the folder of "
            "Medcore, readable by its user alone, until the session ends."
        )
    if problem := st.session_state.pop("own_problem", None):
        st.error(plain(problem))


def _small(images: int) -> tuple[str, ...]:
    """What a test on so few images can show."""
    if images >= FEW_TESTS:
        return ()
    low, high = (f"{100 * share:.0f}" for share in wilson(images, images) or (0.0, 1.0))
    what = "1 test image proves" if images == 1 else f"{images} test images prove"
    return (
        f"{what} little: even if all are recognised, the 95% interval of the accuracy reaches from {low} to {high}%.",
    )


def _use(made: Made) -> None:
    try:
        name = session_sets.keep(made.content, made.classes, made.about)
        own_sets.add(name)
        _choose(session_sets.title(name))
    except (OSError, ValueError) as error:
        st.session_state["own_problem"] = sentence(error)


def _list() -> None:
    """The sets of this session, each with its way into the lab and out of memory."""
    for entry in own_sets.entries():
        images = sum(entry.sizes.values())
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":green-badge[In the labs] **{plain(entry.card.title)}** · {images:,} images")
            if st.session_state.get("dataset") == entry.card.title:
                st.page_link(LAB, label="Train on it", icon=":material/arrow_forward:")
            else:
                st.button(
                    "Choose",
                    key=f"own_choose_{entry.card.title[-6:]}",
                    type="tertiary",
                    on_click=_choose,
                    args=(entry.card.title,),
                )
            st.button(
                "Remove",
                key=f"own_remove_{entry.card.title[-6:]}",
                type="tertiary",
                icon=":material/close:",
                on_click=own_sets.forget,
                args=(entry.name,),
            )


def _choose(title: str) -> None:
    """All labs keep the chosen set under one key, which counts before a link's own."""
    st.session_state["dataset"] = title
