"""The table of a person's own images, each with its label and its patient."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import pandas as pd
import streamlit as st

from medcore.imaging import own_set
from medcore.imaging.labelled import Labelled
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack

LONGEST = 40
"""Characters of a label and of a patient."""
_TABLE = "own_labels"


def show(shelf: Shelf, stacks: Sequence[Stack]) -> tuple[Labelled, ...]:
    """The stacks that the person gave a label."""
    said = _said(shelf, stacks)
    if any(_folder(shelf, stack) for stack in stacks):
        st.button(
            "Labels from the folders",
            key="own_folders",
            on_click=_label_by_folder,
            args=(shelf, stacks),
            help="Takes the name of the folder that each file came in, where it came in one.",
        )
    frame = pd.DataFrame(
        {
            "Image": [stack.title for stack in stacks],
            "Slices": [stack.shape[0] for stack in stacks],
            "Label": [said[stack.id][0] for stack in stacks],
            "Patient": [said[stack.id][1] for stack in stacks],
        }
    )
    edited = st.data_editor(
        frame,
        key=_key(stacks),
        hide_index=True,
        width="stretch",
        disabled=["Image", "Slices"],
        column_config={
            "Label": st.column_config.TextColumn(
                help="The class. It is kept with every run that trains on the set: no patient's name.",
                max_chars=LONGEST,
            ),
            "Patient": st.column_config.TextColumn(
                help="The same for images of one patient. From DICOM files as a code; elsewhere each image counts as "
                "a patient of its own until you say otherwise.",
                max_chars=LONGEST,
            ),
        },
    )
    lines = zip(stacks, edited["Label"], edited["Patient"], strict=True)
    now = {stack.id: (_clean(label), _clean(patient)) for stack, label, patient in lines}
    st.session_state[_TABLE] |= {"latest": st.session_state[_TABLE]["latest"] | now}
    made_up = st.session_state[_TABLE]["made_up"]
    images = Counter(patient for _, patient in now.values())
    return tuple(
        Labelled(stack, label, patient, made_up.get(stack) == patient and images[patient] == 1)
        for stack, (label, patient) in now.items()
        if label
    )


def _said(shelf: Shelf, stacks: Sequence[Stack]) -> dict[str, tuple[str, str]]:
    """Label and patient of each stack as the table begins: it keeps the edits itself as long as its rows stay."""
    table = st.session_state.setdefault(_TABLE, {"key": "", "first": {}, "latest": {}, "made_up": {}, "turn": 0})
    if table["key"] != _key(stacks):
        new = [stack for stack in stacks if stack.id not in table["latest"]]
        codes = own_set.patients(shelf, new)
        for stack in new:
            if not codes[stack.id]:
                table["made_up"][stack.id] = f"{len(table['latest']) + 1}"
            table["latest"][stack.id] = ("", codes[stack.id] or table["made_up"][stack.id])
        table["key"], table["first"] = _key(stacks), dict(table["latest"])
    return table["first"]


def _key(stacks: Sequence[Stack]) -> str:
    rows = " ".join(stack.id for stack in stacks)
    turn = st.session_state[_TABLE]["turn"] if _TABLE in st.session_state else 0
    return f"own_table_{turn}_{hashlib.sha256(rows.encode()).hexdigest()[:12]}"


def _label_by_folder(shelf: Shelf, stacks: Sequence[Stack]) -> None:
    table = st.session_state[_TABLE]
    for stack in stacks:
        if folder := _folder(shelf, stack):
            table["latest"][stack.id] = (folder, table["latest"][stack.id][1])
    table["turn"] += 1


def _folder(shelf: Shelf, stack: Stack) -> str:
    """Name of the folder that the stack's first file came in; "" where it came in none."""
    name = shelf.name(stack.places[0][0]).rpartition(": ")[2].replace("\\", "/")
    return _clean(PurePosixPath(name).parent.name)


def _clean(text: object) -> str:
    return " ".join(text.split())[:LONGEST] if isinstance(text, str) else ""
