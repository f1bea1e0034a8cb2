"""What is known of a stack beside its pixels: size, spacing, what is odd, and labels to lay over it."""

import numpy as np
import streamlit as st

from medcore.imaging import overlay
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.sentences import sentence
from medcore.ui.plain import plain

NO_OVERLAY = "None"
KINDS = {"dicom": "DICOM", "nifti": "NIfTI volume", "picture": "Picture", "arrays": "NumPy array"}


def show(stack: Stack) -> None:
    """Size, spacing, type and notes."""
    slices, rows, columns = stack.shape
    between, row, column = stack.spacing
    facts = [
        ("Kind", " · ".join(filter(None, (KINDS[stack.kind], stack.modality)))),
        ("Size", f"{columns} x {rows} px (width x height)" + (f", {slices:,} slices" if slices > 1 else "")),
        ("Pixel spacing", _mm(column, row)),
        ("Between slices", _mm(between) if slices > 1 else ""),
        ("Covers", _extent(stack)),
        ("Values", _values(stack)),
    ]
    st.markdown("  \n".join(f"**{name}** {text}" for name, text in facts if text))
    for note in stack.notes:
        st.markdown(f":orange-badge[Mind] {plain(note)}")
    if stack.burned_in:
        st.markdown(f":red-badge[Look] {plain(stack.burned_in)}")


def _mm(*lengths: float | None) -> str:
    if any(length is None for length in lengths):
        return "unknown: lengths are in pixels"
    return " x ".join(f"{length:.4g}" for length in lengths) + " mm"


def _extent(stack: Stack) -> str:
    """Width x height x depth."""
    if any(length is None for length in stack.spacing[1:]):
        return ""
    lengths = [n * d for n, d in zip(stack.shape[::-1], stack.spacing[::-1], strict=True) if n > 1 and d is not None]
    return " x ".join(f"{length:.0f}" for length in lengths) + " mm"


def _values(stack: Stack) -> str:
    if stack.samples == 3:
        return "colour"
    scaled = not np.allclose(stack.rescale, (1, 0))
    return f"{stack.unit or ('rescaled' if scaled else 'stored units')}, kept as {stack.dtype}"


def pick_overlay(stack: Stack, shelf: Shelf) -> StackView | None:
    """The labels to lay over the stack, where something fits and turns out to be labels."""
    fitting = {other.id: other for other in shelf.stacks() if overlay.fits(stack, other)}
    if not fitting:
        return None
    chosen = st.selectbox(
        "Labels over the image",
        [NO_OVERLAY, *fitting],
        format_func=lambda i: NO_OVERLAY if i == NO_OVERLAY else fitting[i].title,
        key=f"overlay_{stack.id}",
        help="A volume, arrays or a DICOM segmentation of the same size and place. Its values are class numbers: "
        f"whole, from 0 to {overlay.MAX_CLASS}, and at most {overlay.MAX_CLASSES} different ones.",
    )
    return None if chosen == NO_OVERLAY else _labels(shelf, fitting[chosen], stack)


def _labels(shelf: Shelf, stack: Stack, image: Stack) -> StackView | None:
    """The labels; None, and why, if they are none. Told once for as long as the stack has the same slices."""
    try:
        view = shelf.view(stack.id, beside=image.id)
    except ValueError as error:  # no room for both
        st.warning(plain(sentence(error)))
        return None
    told = st.session_state.setdefault("not_labels", {})
    if (stack.id, stack.places) not in told:
        try:
            with st.spinner("Reading the labels…"):
                overlay.check_classes(view)
            told[stack.id, stack.places] = ""
        except (ValueError, TimeoutError) as error:
            told[stack.id, stack.places] = sentence(error)
    if why := told[stack.id, stack.places]:
        st.warning(plain(why))
    return None if why else view
