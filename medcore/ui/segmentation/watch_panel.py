"""Watch it learn: the masks of a few validation images after every epoch, with a scrubber back through them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from medcore.evaluation import masks, overlap, watched
from medcore.evaluation.watched import Watched
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import live_panel, own_sets, run_colours
from medcore.ui.components.mask_film import Film, Frame, mask_film, packed_frame
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

EVERY = 1.0
"""Seconds between two looks at what has been learned."""
MOST_ROWS = 6
"""Runs of which one sees anything on one screen."""
MOST_PIXELS = 2**26
"""Of all frames together, packed to a few percent of it for the browser; of more every other epoch is left out."""

WORDS = (
    "Validation images, which the network does not learn from. A pixel is foreground where its probability reaches "
    "0.5. Mean: over those images and classes of which there is something to find, or found; the curves and the tables "
    "are of all images. For teaching and research, not for diagnosis."
)


def show(records: Sequence[Record]) -> None:
    """Shows the film of the runs, which grows as long as one of them trains.

    Args:
        records: the runs shown.
    """
    if not all(own_sets.may_see(record.spec["data"]["name"]) for record in records):
        st.warning(own_sets.NOT_YOURS)
        return
    active = any(record.state in ACTIVE for record in records)
    st.fragment(_film, run_every=EVERY if active else None)([record.id for record in records])


def _film(ids: Sequence[str]) -> None:
    records = live_panel.found(ids)
    begun = [record for record in records if _watched(record.id) is not None][:MOST_ROWS]
    if not begun:
        _nothing(records)
        return
    first = _watched(begun[0].id)
    alike = [record for record in begun if _same(first, _watched(record.id))]
    colours = run_colours.of(records)
    films = [_row(record, colours[record.id], len(alike)) for record in alike]
    notes = [f"Image {row}" for row in first.rows]
    key = f"film-{'-'.join(ids)}"
    mask_film(first.images, first.truth, notes, films, _classes(begun[0]), key)
    st.caption(" ".join(filter(None, (WORDS, _left_out(records, films)))))


def _nothing(records: Sequence[Record]) -> None:
    if any(record.state in ACTIVE for record in records):
        st.caption("The first masks come as soon as the network stands: in a few seconds.")
    elif any(record.state == "done" for record in records):
        st.caption("These runs have kept no masks on their way.")


def _left_out(records: Sequence[Record], shown: Sequence[Film]) -> str:
    """Which runs are not in the film."""
    there = {film.id for film in shown}
    missing = [record.label for record in records if record.id not in there and record.state != "queued"]
    if not missing:
        return ""
    return plain(f"Not in the film, which shows {MOST_ROWS} runs on the same images at most: {', '.join(missing)}.")


def _same(one: Watched, other: Watched) -> bool:
    """Whether two runs watch the same images."""
    return one is other or all(map(np.array_equal, one, other))


def _row(record: Record, colour: str, rows: int) -> Film:
    found = _watched(record.id)
    epochs = watched.epochs(files.folder(record.id))
    step = -(-2 * found.truth.size * len(epochs) * rows // MOST_PIXELS)
    chosen = sorted({*epochs[:: max(1, step)], *epochs[-1:]})
    frames = [_frame(record.id, epoch, len(_classes(record))) for epoch in chosen]
    shown = [frame for frame in frames if frame]
    epochs = record.spec["training"]["epochs"]
    return Film(record.id, record.label, colour, shown, record.state in ACTIVE, epochs)


def _classes(record: Record) -> list[str]:
    """Names of the mask's classes, as the run said before it trained, and says in its result."""
    return record.plan.get("classes") or record.result["data"]["classes"]


# What was written once does not change; what is not there yet is asked for again.
def _watched(run_id: str) -> Watched | None:
    try:
        return _read(run_id)
    except OSError:
        return None


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(run_id: str) -> Watched:
    return watched.images(files.folder(run_id))


def _frame(run_id: str, epoch: int, classes: int) -> Frame | None:
    try:
        return _packed(run_id, epoch, classes)
    except OSError:
        return None


@st.cache_resource(max_entries=2048, show_spinner=False)
def _packed(run_id: str, epoch: int, classes: int) -> Frame:
    seen = watched.moment(files.folder(run_id), epoch)
    counts = overlap.counts(_read(run_id).truth, masks.masks(*seen), classes)
    dice = overlap.mean(overlap.dice(counts), axis=1)
    return Frame(epoch, packed_frame(*seen), tuple(map(_known, dice)), _known(overlap.mean(dice)))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
