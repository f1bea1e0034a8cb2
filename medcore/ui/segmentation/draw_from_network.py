"""A test image of a finished network to draw on: its mask is held against the reference and against the network's."""

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import ImageDataset
from medcore.evaluation import cases
from medcore.evaluation.masks import masks
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import finished_networks, reading
from medcore.ui.plain import plain
from medcore.ui.segmentation import draw_from_set
from medcore.ui.segmentation.draw_subject import MODEL, REFERENCE, Subject, brought


def show() -> Subject | None:
    """Writes the controls into the sidebar; None where no network is there, or its images are not."""
    with st.sidebar:
        run = finished_networks.pick("draw_network", finished_networks.SEGMENT)
    if run is None:
        missing = finished_networks.unknown(finished_networks.SEGMENT)
        st.info(finished_networks.MISSING if missing else "Train a network under “Train and watch” first.")
        return None
    try:
        return _subject(run)
    except (OSError, ValueError) as error:
        st.warning(plain(str(error)))
        return None


def _subject(run: Record) -> Subject | None:
    """The test image that is chosen in the sidebar."""
    said = _cases(run.id)
    data = run.spec["data"]
    splits = reading.soon(sources.snapshot, data["name"], data["options"], "Reading the images…")
    if splits is None:
        return None
    test, of = splits["test"], draw_from_set.named(data["name"], data["options"])
    with st.sidebar:
        row = draw_from_set.image_control(len(test), int(said.rows[draw_from_set.with_much(said.truth)]), of)
    (places,) = np.nonzero(said.rows == row)
    held = {REFERENCE: test.masks[row]}
    if not len(places):
        note = "The network was not asked about this image."
        return draw_from_set.subject(test, row, f"set-{of}", held, note)
    drawn, note = _fitting(masks(said.foreground[places[0]], said.classes[places[0]]), test)
    return draw_from_set.subject(test, row, f"set-{of}", {**held, MODEL: drawn}, note)


def _fitting(drawn: np.ndarray, test: ImageDataset) -> tuple[np.ndarray, str]:
    """The network's mask in the size of the set's images, and what was done to it."""
    shape = test.images.shape[1:3]
    if drawn.shape == shape:
        return drawn, ""
    sizes = [f"{columns} x {rows}" for rows, columns in (drawn.shape, shape)]
    return brought(drawn, shape), f"The network draws at {sizes[0]} pixels; its mask was brought to {sizes[1]}."


@st.cache_resource(show_spinner=False, max_entries=4)
def _cases(run_id: str) -> cases.Cases:
    return cases.read(files.folder(run_id))
