"""DICOM segmentation and report of a mask drawn on an upload, of the images as they are or de-identified."""

import threading
from collections.abc import Callable

import streamlit as st

from medcore.imaging.export import segmented
from medcore.imaging.export.archive import Archive
from medcore.imaging.export.drawn import Drawn
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.ui import made_download, work
from medcore.ui.made_download import Outcomes
from medcore.ui.work import Progress, Work

WHOSE = (
    "**They say whose they are.** A DICOM segmentation belongs to the study of its images: as the standard demands, it "
    "and its report carry name, id, birth date, sex, study and accession number as they stand in your files, and refer "
    "to each image. Keep them as you keep the images, or take the de-identified ones."
)
_MADE, _KEY = "mask_deidentified", "own_dicom"


class _Pair:
    """Segmentation and report, made together when the first of them is wanted: the one refers to the other."""

    def __init__(self, of: str, make: Callable[[], dict[str, bytes]]) -> None:
        self.of = of
        self._make, self._made, self._lock = make, {}, threading.Lock()

    def get(self, name: str) -> bytes:
        """One of them."""
        with self._lock:
            self._made = self._made or self._make()
            return self._made[name]


def show(shelf: Shelf, stack: Stack, mask: Drawn, name: str, looked: bool) -> None:
    """The downloads, as they are and de-identified.

    Args:
        shelf: holds the images.
        stack: that the mask lies over, of DICOM files.
        mask: what was drawn on it.
        name: of this mask in the names of files; tells it from any other of the session, and nothing of it.
        looked: whether a person has looked for names in the pictures, or there was no need to.
    """
    st.subheader("DICOM segmentation and report", divider="gray")
    st.markdown(WHOSE)
    pair = st.session_state.get(_KEY)
    if pair is None or pair.of != name:
        pair = st.session_state[_KEY] = _Pair(name, lambda: segmented.dicom(shelf, stack, mask))
    with st.container(horizontal=True):
        clicked = [_button("Segmentation (DICOM SEG)", pair, segmented.SEGMENTATION, f"segmentation-{name}.dcm", "seg")]
        if mask.size is not None:
            clicked.append(_button("Report (TID 1500)", pair, segmented.REPORT, f"report-{name}.dcm", "report"))
    if mask.size is None:
        st.caption("There is no report: without a known size of pixels, or of one slice across many, none is told.")
    made_download.tell(*clicked)
    _deidentified(shelf, stack, mask, name, looked)


def _button(label: str, pair: _Pair, part: str, file: str, key: str) -> Outcomes | None:
    return made_download.button(
        label,
        lambda: pair.get(part),
        file,
        "application/dicom",
        key=f"own_{key}",
        icon=":material/download:",
        help="One binary segment a class, with its place in the patient; read it with any DICOM viewer."
        if part == segmented.SEGMENTATION
        else "Volume of each class, of a single slice its area, referring to segmentation and images.",
    )


def _deidentified(shelf: Shelf, stack: Stack, mask: Drawn, name: str, looked: bool) -> None:
    def make(progress: Progress) -> Archive:
        risk = bool(stack.burned_in)  # then the button waited for a person to have looked
        return segmented.deidentified(shelf, stack, mask, risk, lambda done, total: progress(done / total))

    st.button(
        "De-identify images, segmentation and report",
        key="own_deidentify",
        icon=":material/shield:",
        disabled=not looked,
        on_click=_begin,
        args=(work.kept(), name, make),
        help="Makes de-identified copies of the images, as the data explorer does, and segmentation and report that "
        "refer to these.",
    )
    made = work.show(_MADE, name, "De-identifying…")
    if made is not None:
        images = "1 image" if made.files == 1 else f"{made.files:,} images"
        st.download_button(
            f"{images}, segmentation and report, de-identified (ZIP)",
            lambda: made.data,
            made.name,
            "application/zip",
            key="own_deidentified",
            on_click="ignore",
            icon=":material/download:",
        )


def _begin(works: dict[str, Work], name: str, make: Callable[[Progress], Archive]) -> None:
    works[_MADE] = Work(name, make)
