"""A page with nothing but the mask editor, and what Python hears from it."""

import numpy as np
import streamlit as st

from medcore.data.dataset import Card, ImageDataset
from medcore.imaging import run_lengths
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import viewer
from medcore.ui.components.mask_editor import mask_editor

ROWS, COLUMNS = 40, 60
CLASSES = ("Nothing", "Liver", "Spleen")


@st.cache_resource
def view() -> DatasetView:
    ramp = np.tile(np.linspace(0, 255, COLUMNS, dtype=np.uint8), (ROWS, 1))[None, ..., None]
    card = Card("ramp", "A ramp", "segmentation", "", "", "", "")
    return DatasetView(ImageDataset(ramp, None, CLASSES, card), [0], "A ramp")


def heard(said) -> None:
    kept[said["name"]] = run_lengths.decode(said["runs"], (ROWS, COLUMNS), len(CLASSES))


st.set_page_config(layout="wide")
kept = st.session_state.setdefault("kept", {})
with st.container(horizontal=True):
    st.button("Run again", key="again")
    reader = st.segmented_control("Reader", ["A", "B"], default="A", required=True, key="reader")
    hide = st.toggle("Hide", key="hide")
    full = st.toggle("All liver", key="full")
if hide:
    st.text("hidden")
    st.stop()
mask = np.ones((ROWS, COLUMNS), np.uint8) if full else kept.get(reader, np.zeros((ROWS, COLUMNS), np.uint8))
mask_editor(
    view(),
    viewer.token(view(), "editor"),
    "acquired",
    0,
    "editor",
    reader,
    CLASSES,
    run_lengths.encode(mask),
    revision=int(full),
    on_drawn=heard,
)
drawn = kept.get(reader)
st.text(f"heard: {[] if drawn is None else np.bincount(drawn.ravel(), minlength=3).tolist()}")
