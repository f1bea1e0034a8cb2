"""A page with nothing but the mask editor, and what Python hears from it."""

import numpy as np
import streamlit as st

from medcore.data.dataset import Card, ImageDataset
from medcore.imaging import run_lengths
from medcore.imaging.dataset_view import DatasetView
from medcore.ui import viewer
from medcore.ui.components.mask_editor import mask_editor
from medcore.ui.segmentation.drawings import Drawings

ROWS, COLUMNS = 40, 60
CLASSES = ("Nothing", "Liver", "Spleen")


@st.cache_resource
def view() -> DatasetView:
    ramp = np.tile(np.linspace(0, 255, COLUMNS, dtype=np.uint8), (ROWS, 1))[None, ..., None]
    card = Card("ramp", "A ramp", "segmentation", "", "", "", "")
    return DatasetView(ImageDataset(ramp, None, CLASSES, card), [0], "A ramp")


st.set_page_config(layout="wide")
kept = st.session_state.setdefault("kept", Drawings())
with st.container(horizontal=True):
    st.button("Run again", key="again")
    reader = st.segmented_control("Reader", ["A", "B"], default="A", required=True, key="reader")
    hide = st.toggle("Hide", key="hide")
    classes = CLASSES[:2] if st.toggle("Liver alone", key="alone") else CLASSES
    kept.open(reader, (ROWS, COLUMNS), len(classes))
    st.button("All liver", key="full", on_click=kept.put, args=(reader, np.ones((ROWS, COLUMNS), np.uint8)))
if hide:
    st.text("hidden")
    st.stop()
mask_editor(
    view(),
    viewer.token(view(), "editor"),
    "acquired",
    0,
    "editor",
    reader,
    classes,
    run_lengths.encode(kept.mask(reader)),
    kept.revision(reader),
    on_drawn=kept.heard,
)
st.text(f"heard: {np.bincount(kept.mask(reader).ravel(), minlength=3).tolist()}")
