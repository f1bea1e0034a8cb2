"""What exactly a network is asked: the slice shown or all slices, of which plane, and how."""

from typing import NamedTuple

import streamlit as st

from medcore.imaging import planes
from medcore.imaging.stack import Stack
from medcore.spec import SegmentationSpec
from medcore.ui import controls
from medcore.ui.segmentation import own_gray
from medcore.ui.segmentation.own_network import Network
from medcore.ui.segmentation.own_question import Asked
from medcore.ui.viewer import ViewState

SLICE, VOLUME = "Slice shown", "Whole volume"
AS_LEARNED = "as learned"
PLANES = (AS_LEARNED, "acquired", "axial", "coronal", "sagittal")
VARIANTS = {"None": "none", "Slightly changed": "mild", "Mirrored": "flips"}
OVERLAP = 0.25


class Settings(NamedTuple):
    """What the controls say.

    Args:
        whole: every slice, not only the one shown.
        plane: one of `PLANES`.
        hounsfield: values whose file does not say so are HU.
        wanted: variants, overlap and resampling.
    """

    whole: bool
    plane: str
    hounsfield: bool
    wanted: SegmentationSpec


def settings() -> Settings:
    """Writes the controls."""
    taken = st.segmented_control(
        "Segmented",
        [SLICE, VOLUME],
        default=SLICE,
        required=True,
        key="own_taken",
        bind=controls.URL,
        help="The slice as you see it, or every slice of the volume, one after the other.",
    )
    variants = st.segmented_control(
        "Other looks at the image",
        list(VARIANTS),
        default="Slightly changed",
        required=True,
        key="own_variants",
        bind=controls.URL,
        help="The network is asked about changed copies, too, and the mean is taken; where they disagree it is unsure. "
        "Mirrored ones suit networks that do not mind left and right, such as those of cells.",
    )
    with st.expander("How it is seen"):
        plane = st.selectbox(
            "Plane",
            PLANES,
            key="own_plane",
            bind=controls.URL,
            help="In which slices a volume is cut: those that the network learned from suit it best.",
        )
        overlap = st.slider(
            "Overlap of windows",
            0.0,
            0.75,
            OVERLAP,
            0.05,
            key="own_overlap",
            bind=controls.URL,
            help="A slice larger than the images learned from is seen through windows; more overlap hides their "
            "borders and takes longer.",
        )
        resample = st.toggle(
            "Resample to the pixel size learned",
            True,
            key="own_resample",
            bind=controls.URL,
            help="Off, a pixel is taken as a pixel, however large it is: things are then larger or smaller than the "
            "network knows them.",
        )
        hounsfield = st.toggle(
            "Values are Hounsfield units",
            False,
            key="own_hounsfield",
            bind=controls.URL,
            help="NIfTI files and arrays do not say so: switch it on for a CT in one of these, and its gray values "
            "become those that the network learned from.",
        )
    return Settings(taken == VOLUME, plane, hounsfield, SegmentationSpec(0, 0, VARIANTS[variants], overlap, resample))


def identity(stack: Stack) -> tuple[str, object]:
    """Tells whether a stack is still the same."""
    return stack.id, stack.places


def of(network: Network, stack: Stack, given: Settings, seen: ViewState) -> Asked:
    """The question that the controls and the viewer ask."""
    there = planes.planes(stack)
    plane = _plane(network, given, tuple(there))
    first, end = 0, there[plane].slices
    if not given.whole:
        plane, first = _slice(stack, plane, seen)
        end = first + 1
    gray = own_gray.of(stack, network, seen, given.hounsfield)
    return Asked(
        network.record.id, identity(stack), plane, first, end, gray, given.wanted, tuple(unlike(network, stack))
    )


def said(asked: Asked, stack: Stack) -> str:
    """What would be segmented, in a sentence."""
    if stack.shape[0] == 1:
        return "The image as a whole is segmented."
    if asked.end - asked.first > 1:
        return f"All {asked.end:,} {asked.plane} slices are segmented, one after the other."
    return f"Slice {asked.first + 1:,} of the {asked.plane} plane is segmented."


def _plane(network: Network, given: Settings, there: tuple[str, ...]) -> str:
    """The plane wanted, or the first one where the stack does not have it."""
    learned = "axial" if network.axial else there[0]
    wanted = learned if given.plane == AS_LEARNED else given.plane
    return wanted if wanted in there else there[0]


def _slice(stack: Stack, plane: str, seen: ViewState) -> tuple[str, int]:
    """The slice that a person looks at, turned as in the plane wanted where that runs along the same axis."""
    index = planes.same(stack, seen.plane, seen.index, plane)
    return (seen.plane, seen.index) if index is None else (plane, index)


def unlike(network: Network, stack: Stack) -> list[str]:
    """One sentence each on what speaks against asking this network about this image."""
    found = []
    if stack.modality and network.modality and stack.modality != network.modality:
        found.append(
            f"Another kind of image: the file says {stack.modality}, the network learned from {network.modality}. What "
            "it draws means nothing."
        )
    shape = network.learned.shape
    if stack.samples == 3 and shape is not None and shape[2] == 1:
        found.append("The network learned from gray images: it gets the brightness of the colours.")
    if stack.samples == 1 and shape is not None and shape[2] == 3:
        found.append("The network learned from images in colour: it gets the gray values three times.")
    return found
