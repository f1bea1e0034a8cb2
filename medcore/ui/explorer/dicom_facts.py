"""The header of a DICOM file as a table to search in, with what tells who the patient is marked."""

from typing import Any

import pandas as pd
import streamlit as st

from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack

COLUMNS = {"tag": "Tag", "name": "Name", "vr": "VR", "value": "Value", "personal": "Personal"}
HEADER_SECONDS = 5.0


def show(shelf: Shelf, stack: Stack, index: int) -> None:
    """The header of one slice.

    Args:
        shelf: holds the file.
        stack: of DICOM files.
        index: of the slice, in the order of the stack.
    """
    file = stack.places[min(index, len(stack.places) - 1)][0]
    frame = pd.DataFrame(_rows(shelf, file), columns=list(COLUMNS)).rename(columns=COLUMNS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search the header", key="header_search", help="In tags, names and values.", width=320)
        only = st.toggle("Only what may identify a person", key="header_personal")
    if text:
        frame = frame[_holds(frame, text) | _holds(frame, "".join(text.split()))]  # "patient name" is PatientName, too
    if only:
        frame = frame[frame["Personal"] != ""]
    st.dataframe(frame, hide_index=True, width="stretch", height=420)
    st.caption(
        f"{len(frame):,} elements of slice {index + 1:,}, {(frame['Personal'] != '').sum():,} of them may identify a "
        "person. They are shown to you alone: they are neither stored nor logged."
    )


def _holds(frame: pd.DataFrame, text: str) -> pd.Series:
    return frame.apply(lambda column: column.str.contains(text, case=False, regex=False)).any(axis=1)


def _rows(shelf: Shelf, file: str) -> list[dict[str, Any]]:
    """The header as the sandbox reads it; kept for the session, because every rerun asks for it."""
    kept = st.session_state.setdefault("headers", {})
    if file not in kept:
        kept.clear()  # one file's header at a time: a session holds no more than it shows
        reply = shelf.sandbox.run("medcore.imaging.dicom.header:header", {}, [shelf.file(file)], seconds=HEADER_SECONDS)
        kept[file] = reply.values["rows"]
    return kept[file]
