"""Take the mask of an upload away: DICOM segmentation and report, NIfTI, pictures, and what was measured."""

import hashlib

import streamlit as st

from medcore import catalog
from medcore.charts import mask_colours
from medcore.data.own_volume import Answer
from medcore.imaging import planes
from medcore.imaging.export import drawn as measured
from medcore.imaging.export import mask_pictures
from medcore.imaging.export.drawn import Drawn
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.spec import RunSpec
from medcore.ui import made_download
from medcore.ui.explorer import take_away
from medcore.ui.made_download import Outcomes
from medcore.ui.plain import plain
from medcore.ui.segmentation import own_dicom
from medcore.ui.segmentation.own_question import Asked
from medcore.ui.viewer import ViewState

MIND = "mind"
"""Setting that says how the images are unlike those learned from: it stands in the DICOM segmentation."""


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
    if asked.unlike:
        settings[MIND] = " ".join(asked.unlike)
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
    if MIND in mask.settings:
        st.warning(plain(f"Mind before you pass these files on: {mask.settings[MIND]}"), icon=":material/warning:")
    looked = take_away.looked_at([stack], "mask")
    if stack.kind == "dicom":
        own_dicom.show(shelf, stack, mask, name, looked)
    st.subheader("The mask by itself", divider="gray")
    st.caption("Class numbers and geometry only: nothing in these files says whose they are.")
    with st.container(horizontal=True):
        clicked = [_nifti(shelf, stack, mask, name), _table(mask, name)]
        if seen is not None:
            clicked.append(_classes(stack, mask, seen, name))
    if seen is not None and looked:
        clicked.append(_overlay(shelf, stack, mask, seen, name))
    made_download.tell(*clicked)


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
