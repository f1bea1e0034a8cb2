"""Take the mask of an upload away: DICOM segmentation and report, NIfTI, pictures, and what was measured."""

import hashlib
import threading
from collections.abc import Callable

import streamlit as st

from medcore import catalog
from medcore.charts import mask_colours
from medcore.data.own_volume import Answer
from medcore.imaging import planes
from medcore.imaging.export import drawn as measured
from medcore.imaging.export import mask_pictures, segmented
from medcore.imaging.export.archive import Archive
from medcore.imaging.export.drawn import Drawn
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.spec import RunSpec
from medcore.ui import made_download, work
from medcore.ui.explorer import take_away
from medcore.ui.made_download import Outcomes
from medcore.ui.segmentation.own_question import Asked
from medcore.ui.viewer import ViewState
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


def drawn(answer: Answer, asked: Asked, spec: RunSpec, stack: Stack) -> Drawn:
    """An answer as the exports take it.

    Args:
        answer: what was drawn.
        asked: the question.
        spec: of the run that was asked.
        stack: that the mask lies over.
    """
    turn, slices = planes.turn(stack, asked.plane), stack.shape[0]
    whole = asked.end - asked.first == turn.shape(stack.shape)[0]
    pixel, voxel = measured.measures(stack)
    first, end = 0, slices
    if turn.axes[0] == 0:
        first, end = asked.first, asked.end
        if turn.flips[0]:
            first, end = slices - end, slices - first
    elif not whole:
        voxel = None  # one slice across all of them has no volume
    settings = {"plane": asked.plane, "variants": asked.wanted.variants, "overlap": f"{asked.wanted.overlap:g}"}
    settings["resampled"] = "yes" if asked.wanted.resample else "no"
    label = catalog.MODELS[spec.model.name].label
    names = tuple(answer.facts["classes"][1:])
    return Drawn(answer.mask, names, first, end, pixel, voxel, label, asked.network, settings)


def show(shelf: Shelf, stack: Stack, mask: Drawn, identity: str, seen: ViewState | None) -> None:
    """The downloads.

    Args:
        shelf: holds the images.
        stack: that the mask lies over.
        mask: what was drawn on it.
        identity: tells this mask from any other of the session.
        seen: what the viewer shows; None while that is not known.
    """
    name = hashlib.sha256(f"{shelf.secret.hex()} {identity}".encode()).hexdigest()[:12]
    if stack.kind == "dicom":
        _dicom(shelf, stack, mask, name)
    st.subheader("The mask by itself", divider="gray")
    st.caption("Class numbers and geometry only: nothing in these files says whose they are.")
    with st.container(horizontal=True):
        clicked = [_nifti(shelf, stack, mask, name), _table(mask, name)]
        if seen is not None:
            clicked.append(_classes(stack, mask, seen, name))
    if seen is not None and take_away.looked_at([stack], "mask_view"):
        clicked.append(_overlay(shelf, stack, mask, seen, name))
    made_download.tell(*clicked)


def _dicom(shelf: Shelf, stack: Stack, mask: Drawn, name: str) -> None:
    st.subheader("DICOM segmentation and report", divider="gray")
    st.markdown(WHOSE)
    pair = st.session_state.get(_KEY)
    if pair is None or pair.of != name:
        pair = st.session_state[_KEY] = _Pair(name, lambda: segmented.dicom(shelf, stack, mask))
    with st.container(horizontal=True):
        clicked = [
            _dicom_button("Segmentation (DICOM SEG)", pair, segmented.SEGMENTATION, f"segmentation-{name}.dcm", "seg")
        ]
        if mask.size is not None:
            clicked.append(_dicom_button("Report (TID 1500)", pair, segmented.REPORT, f"report-{name}.dcm", "report"))
    if mask.size is None:
        st.caption("There is no report: without a known size of pixels, or of one slice across many, none is told.")
    made_download.tell(*clicked)
    _deidentified(shelf, stack, mask, name)


def _dicom_button(label: str, pair: _Pair, part: str, file: str, key: str) -> Outcomes | None:
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


def _deidentified(shelf: Shelf, stack: Stack, mask: Drawn, name: str) -> None:
    looked = take_away.looked_at([stack], "mask_dicom")

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


def _nifti(shelf: Shelf, stack: Stack, mask: Drawn, name: str) -> Outcomes | None:
    uneven = "" if stack.regular else " Mind: the slices are not evenly spaced, which NIfTI cannot say."
    return made_download.button(
        "Mask (NIfTI)",
        lambda: mask_pictures.nifti(shelf, stack, mask),
        f"mask-{name}.nii.gz",
        "application/gzip",
        key="own_nifti",
        icon=":material/view_in_ar:",
        help=f"Class numbers of all slices, voxel by voxel over the images, with their place.{uneven}",
    )


def _table(mask: Drawn, name: str) -> Outcomes | None:
    return made_download.button(
        "Measurements (CSV)",
        lambda: measured.table(mask).encode(),
        f"measurements-{name}.csv",
        "text/csv",
        key="own_table",
        icon=":material/table:",
        help="Pixels and mm² of each class in every slice, and ml of the whole.",
    )


def _classes(stack: Stack, mask: Drawn, seen: ViewState, name: str) -> Outcomes | None:
    return made_download.button(
        "Mask of the slice shown (PNG)",
        lambda: mask_pictures.classes(mask, stack, seen.plane, seen.index, _colours(mask)),
        f"mask-{name}-{seen.plane}-{seen.index + 1}.png",
        "image/png",
        key="own_mask_png",
        icon=":material/image:",
        help="Pixel by pixel: its values are the class numbers, its palette their colours.",
    )


def _overlay(shelf: Shelf, stack: Stack, mask: Drawn, seen: ViewState, name: str) -> Outcomes | None:
    window = seen.centre, seen.width, seen.inverted
    return made_download.button(
        "Slice shown with its mask (PNG)",
        lambda: mask_pictures.overlay(
            shelf.view(stack.id), mask, seen.plane, seen.index, window, _colours(mask), shelf.sandbox
        ),
        f"overlay-{name}-{seen.plane}-{seen.index + 1}.png",
        "image/png",
        key="own_overlay_png",
        icon=":material/layers:",
        help="The slice in its window, with square pixels, the mask over it.",
    )


def _colours(mask: Drawn) -> tuple[str, ...]:
    return mask_colours.of_classes(("", *mask.classes))[1:]
