"""A person's own images: opened, looked at, understood, taken away."""

import streamlit as st

from medcore.imaging.overlay import Overlaid
from medcore.ui import uploads, viewer
from medcore.ui.explorer import dicom_facts, own_dataset, stack_facts, take_away

HEADER, AWAY, DATASET = "DICOM header", "Take it away", "Make a data set"


def show() -> None:
    """The whole path from a dropped file to a download."""
    uploads.take()
    shelf = uploads.shelf()
    uploads.refused()
    stacks = shelf.stacks()
    if not stacks:
        st.info(
            "Drop a DICOM file, a folder or a ZIP with several series, NIfTI, PNG, JPEG, TIFF or NumPy arrays. "
            "They are read in a closed-off process and shown to you alone; nothing is written to disk."
        )
        return
    stack = uploads.pick(stacks)
    view = shelf.view(stack.id)
    image, facts = st.columns([3, 1], gap="medium")
    with facts:
        stack_facts.show(stack)
        labels = stack_facts.pick_overlay(stack, shelf)
    with image:
        shown = viewer.show(Overlaid(view, labels) if labels else view, key="own")
    st.caption("For teaching and research, not for diagnosis.")
    uploads.memory()

    names = [HEADER, AWAY, DATASET] if stack.kind == "dicom" else [AWAY, DATASET]
    for name, tab in zip(names, st.tabs(names, on_change="rerun", key="own_tab"), strict=True):
        if tab.open:
            with tab:
                if name == HEADER:
                    dicom_facts.show(shelf, stack, shown.index if shown and shown.plane == "acquired" else 0)
                elif name == AWAY:
                    take_away.show(shelf, stack, shown)
                else:
                    own_dataset.show(shelf)
