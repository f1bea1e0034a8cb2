"""What is known of a stack beside its pixels: size, spacing, what is odd, and labels to lay over it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from medcore.imaging import overlay
from medcore.imaging.stack import Stack
from medcore.ui import uploads
from medcore.ui.plain import plain

NO_OVERLAY = "None"


def show(stack: Stack) -> None:
    """Size, spacing, type and notes."""
    slices, rows, columns = stack.shape
    between, row, column = stack.spacing
    facts = [
        (
            "Kind",
            " · ".join(filter(None, (stack.kind.upper() if stack.kind == "dicom" else stack.kind, stack.modality))),
        ),
        ("Size", f"{columns} x {rows} px" + (f", {slices:,} slices" if slices > 1 else "")),
        ("Pixel spacing", _mm(row, column)),
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
    if any(length is None for length in stack.spacing[1:]):
        return ""
    lengths = [n * d for n, d in zip(stack.shape[::-1], stack.spacing[::-1], strict=True) if n > 1 and d is not None]
    return " x ".join(f"{length:.0f}" for length in lengths) + " mm"


def _values(stack: Stack) -> str:
    if stack.samples == 3:
        return "colour"
    scaled = not np.allclose(stack.rescale, (1, 0))
    return f"{stack.unit or ('rescaled' if scaled else 'stored units')}, kept as {stack.dtype}"


def pick_overlay(stack: Stack, stacks: Sequence[Stack]) -> Stack | None:
    """The labels to lay over the stack, where something fits."""
    fitting = {other.id: other for other in stacks if overlay.fits(stack, other)}
    if not fitting:
        return None
    chosen = st.selectbox(
        "Labels over the image",
        [NO_OVERLAY, *fitting],
        format_func=lambda i: NO_OVERLAY if i == NO_OVERLAY else uploads.named(fitting[i]),
        key=f"overlay_{stack.id}",
        help="Another upload of the same size and place whose values are class numbers.",
    )
    return fitting.get(chosen)
