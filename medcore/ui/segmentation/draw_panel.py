"""Draw a mask by hand, and hold it against the reference, a network's mask and another reader's."""

import streamlit as st

from medcore.charts import mask_colours
from medcore.imaging import run_lengths
from medcore.ui import controls, lesson, tabs, viewer
from medcore.ui.components.mask_editor import mask_editor
from medcore.ui.plain import plain
from medcore.ui.segmentation import draw_comparison, draw_from_network, draw_from_set, draw_from_upload, drawings
from medcore.ui.segmentation.draw_subject import MODEL, Subject, check

SOURCES = {
    "A data set": draw_from_set.show,
    "A network's test images": draw_from_network.show,
    "My own image": draw_from_upload.show,
}
READERS, BOTH = ("Reader A", "Reader B"), "Compare"


def show() -> None:
    """Writes the controls into the sidebar, and the editor with what the drawing comes to."""
    st.caption(
        "Draw what you see, then look how far you agree: with the reference, with a network, and with a second reader "
        "who has not seen your mask. A drawing stays until the page is closed or reloaded: download what to keep."
    )
    with st.sidebar:
        source = st.segmented_control(
            "Draw on",
            list(SOURCES),
            default=next(iter(SOURCES)),
            required=True,
            key="draw_on",
            bind=controls.URL,
            help="A test image with its reference, one that a finished network has drawn on, or an image of your own.",
        )
    subject = SOURCES[source]()
    if subject is not None:
        try:
            st.fragment(_drawing)(check(subject))
        except ValueError as error:
            st.error(plain(str(error)))
        st.caption("For teaching and research, not for diagnosis.")
    tabs.show({"Lesson": lambda: lesson.show("segmentation", opened="Two readers")}, "draw_about")


def _drawing(subject: Subject) -> None:
    """The editor of the reader whose turn it is, or both readers side by side; only this part runs after a stroke."""
    kept = drawings.of_session()
    for reader in READERS:
        kept.open(_name(subject, reader), subject.shape, len(subject.classes))
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = _reader()
        if MODEL in subject.masks and chosen != BOTH:
            st.space("stretch")
            _begin(subject, _name(subject, chosen), kept)
    if chosen == BOTH:
        drawn = {reader: kept.mask(_name(subject, reader)) for reader in READERS}
        draw_comparison.show_all(subject, {whose: mask for whose, mask in drawn.items() if mask.any()})
        return
    name = _name(subject, chosen)
    image, numbers = st.columns([3, 1], gap="medium")
    with image:
        _editor(subject, name, kept)
    with numbers:
        draw_comparison.numbers(subject, kept.mask(name))
    draw_comparison.show_one(subject, chosen, kept.mask(name))


def _reader() -> str:
    """Whose turn it is, or `BOTH`."""
    return st.segmented_control(
        "Who draws",
        [*READERS, BOTH],
        default=READERS[0],
        required=True,
        key="draw_reader",
        bind=controls.URL,
        label_visibility="collapsed",
        help="Each reader draws without seeing the other's mask; Compare shows all of them.",
    )


def _begin(subject: Subject, name: str, kept: drawings.Drawings) -> None:
    st.button(
        "Begin with the model's mask",
        key="draw_begin",
        on_click=kept.put,
        args=(name, subject.masks[MODEL]),
        disabled=not subject.masks[MODEL].any(),
        help="It takes the place of what you drew, for you to correct; undo takes it back.",
    )


def _editor(subject: Subject, name: str, kept: drawings.Drawings) -> None:
    mask_editor(
        subject.view,
        viewer.token(subject.view, "drawing"),
        subject.plane,
        subject.index,
        "mask_editor",
        name,
        subject.classes,
        run_lengths.encode(kept.mask(name)),
        kept.revision(name),
        mask_colours.of_classes(subject.classes),
        kept.heard,
    )


def _name(subject: Subject, reader: str) -> str:
    return f"{subject.name}/{reader}"
