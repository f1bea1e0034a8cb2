"""Images to try a network on, for who has none at hand: a test image of its own set, or one of its volumes."""

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.data.dataset import ImageDataset
from medcore.imaging.export.volume import WRITE
from medcore.imaging.shelf import Shelf
from medcore.ui import own_sets, reading, uploads
from medcore.ui.segmentation import own_truth
from medcore.ui.segmentation.own_network import Network
from medcore.ui.segmentation.own_truth import Truth, Truths

SLICE, VOLUME = "A test image of its own set", "A test volume of its own set"
SECONDS = 20


def show(network: Network) -> None:
    """A button for each."""
    part = _tests(network)
    if part is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Try it with:", width="content")
        for label in (SLICE, VOLUME) if part.volumes is not None else (SLICE,):
            st.button(
                label,
                key=f"own_example_{label}",
                on_click=_add,
                args=(uploads.shelf(), own_truth.of_session(), label, part),
            )


def _tests(network: Network) -> ImageDataset | None:
    """Test images of the set, mapped from disk; None where they are not here."""
    data = network.spec.data
    if not own_sets.may_see(data.name):
        return None
    try:
        splits = reading.soon(sources.snapshot, data.name, data.options, "Reading the images…")
    except (OSError, ValueError):
        return None
    return None if splits is None else splits["test"]


def _add(shelf: Shelf, truths: Truths, label: str, part: ImageDataset) -> None:
    """Puts it on the shelf as if it had been uploaded: as NIfTI, which has its pixel size; and remembers its masks."""
    number = len(shelf.uploads())
    taken = np.array([_telling(part, number)])
    if label == VOLUME:
        volumes = np.unique(part.volumes)
        taken = np.flatnonzero(part.volumes == volumes[number % len(volumes)])
    images = np.asarray(part.images[taken])
    pixels = images if images.dtype == np.uint8 else np.rint(255 * np.clip(images, 0, 1)).astype(np.uint8)
    pixels = np.ascontiguousarray(pixels if pixels.shape[3] == 3 else pixels[..., 0])
    truths.remember(pixels, Truth(np.asarray(part.masks[taken]), tuple(part.mask_classes)))
    shelf.add(f"{label} ({number + 1}).nii.gz", _nifti(shelf, pixels, part))


def _telling(part: ImageDataset, number: int) -> int:
    """An image whose mask is not empty, another one each time."""
    full = np.flatnonzero(np.asarray(part.masks).any(axis=(1, 2)))
    return int(full[number % len(full)]) if len(full) else number % len(part)


def _nifti(shelf: Shelf, pixels: np.ndarray, part: ImageDataset) -> bytes:
    """Slices from the feet up, front at the top, right at the left, as sets have them."""
    known = part.spacing is not None
    rows, columns = part.spacing or (1.0, 1.0)
    values = {
        "shape": list(pixels.shape),
        "dtype": pixels.dtype.str,
        "affine": np.diag([columns, rows, part.step or 1.0, 1.0]).tolist() if known else None,
        "spacing": [1.0, 1.0, 1.0],
        "rescale": (1.0, 0.0),
    }
    return bytes(shelf.sandbox.run(WRITE, values, [pixels], seconds=SECONDS).data[0])
