"""A slice of a person's own image to draw on; labels that fit it are the reference, what a network drew the model."""

import numpy as np
import streamlit as st

from medcore.data.own_volume import Answer
from medcore.imaging import planes
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.imaging.view import Plane
from medcore.ui import uploads
from medcore.ui.explorer import stack_facts
from medcore.ui.plain import plain
from medcore.ui.segmentation import drawings, own_asked, own_question
from medcore.ui.segmentation.draw_subject import MODEL, REFERENCE, Subject

NAME, NOTHING = "upload-", "nothing"
MOST_CLASSES = 8
WAIT_SECONDS = 60.0


def show() -> Subject | None:
    """Writes the field to drop files into and the controls; None where nothing was opened yet."""
    uploads.take()
    shelf = uploads.shelf()
    uploads.refused()
    stacks = shelf.stacks()
    if not stacks:
        drawings.of_session().forget(NAME)
        st.info(
            "Drop a DICOM file, NIfTI, PNG, JPEG, TIFF or a NumPy array, or take an example. It is read in a "
            "closed-off process and shown to you alone; nothing is written to disk."
        )
        return None
    stack = uploads.pick(stacks)
    with st.sidebar:
        uploads.memory()
    try:
        return _subject(shelf, stack)
    except (ValueError, TimeoutError) as error:
        st.error(plain(str(error)))
        return None


def _subject(shelf: Shelf, stack: Stack) -> Subject:
    """The slice that is chosen in the sidebar."""
    view = shelf.view(stack.id)
    with st.sidebar:
        plane = _plane(list(view.planes))
        index = _slice(stack, view.planes[plane])
        labels = stack_facts.pick_overlay(stack, shelf)
    held = {} if labels is None else {REFERENCE: _labelled(labels, plane, index)}
    answer = _answered(stack, plane, index)
    if answer is None:
        with st.sidebar:
            names = _names()
    else:
        names = tuple(answer.facts["classes"][1:])
        held[MODEL] = np.ascontiguousarray(planes.cut(answer.mask, stack, plane, index))
    most = max((int(mask.max()) for mask in held.values()), default=0)
    names = (*names, *(f"class {number}" for number in range(len(names) + 1, most + 1)))
    name = f"{NAME}{stack.id}-{plane}-{index}"
    return Subject(name, f"own-{plane}-{index}", view, plane, index, (NOTHING, *names), held)


def _answered(stack: Stack, plane: str, index: int) -> Answer | None:
    """What a network drew on this very slice under “Your own images”, if it did."""
    question = own_question.of_session()
    asked = question.asked
    if asked is None or asked.stack != own_asked.identity(stack) or not question.begun():
        return None
    whole = (asked.first, asked.end) == (0, planes.planes(stack)[asked.plane].slices)
    if not whole and (plane != asked.plane or not asked.first <= index < asked.end):
        return None
    return question.answer()


def _plane(there: list[str]) -> str:
    if len(there) == 1:
        return there[0]
    return st.segmented_control(
        "Plane",
        there,
        default=there[0],
        required=True,
        format_func=str.capitalize,
        key="draw_plane",
        help="As the slices were taken, or through them.",
    )


def _slice(stack: Stack, plane: Plane) -> int:
    if plane.slices == 1:
        return 0
    key = f"draw_slice_{stack.id}_{plane.name}"
    return (
        st.slider("Slice", 1, plane.slices, plane.slices // 2 + 1, key=key, help="Each has a drawing of its own.") - 1
    )


def _names() -> tuple[str, ...]:
    """What can be drawn."""
    text = st.text_input(
        "What is drawn",
        "structure",
        max_chars=200,
        key="draw_classes",
        help=f"Names of the classes with commas between them, at most {MOST_CLASSES}.",
    )
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if len(names) > MOST_CLASSES:
        st.warning(f"At most {MOST_CLASSES} classes can be drawn. Received: {len(names)}; the first ones are taken.")
    return names[:MOST_CLASSES] or ("structure",)


def _labelled(labels: StackView, plane: str, index: int) -> np.ndarray:
    cut = labels.cut(plane, index, WAIT_SECONDS)
    return np.rint(cut.pixels * cut.slope + cut.intercept).astype(np.uint8)
