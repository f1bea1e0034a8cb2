"""Images to try the gate with, for who has none at hand: one of the network's own set, and some that it never saw."""

import io

import numpy as np
import streamlit as st

from medcore.data import sources
from medcore.imaging.shelf import Shelf
from medcore.runs.store import Record
from medcore.ui import reading, uploads
from medcore.ui.predict.predict_network import Network

TEST, INVERTED, NOISE = "A test image of its own set", "The same, inverted", "Noise"


def show(network: Network) -> None:
    """A button for each."""
    images = _tests(network.record) if network.record else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Try it with:", width="content")
        for label in (TEST, INVERTED, NOISE) if images is not None else (NOISE,):
            st.button(
                label, key=f"predict_example_{label}", on_click=_add, args=(uploads.shelf(), label, images, network)
            )


def _tests(record: Record) -> np.ndarray | None:
    """Test images of the set, mapped from disk; None where they are not here."""
    told = (record.result or {}).get("test_data") or record.spec
    if record.spec["adaptation"]["method"] == "source_only":
        told = record.spec  # the other place's images it has never seen
    try:
        splits = reading.soon(sources.snapshot, told["data"]["name"], told["data"]["options"], "Reading the images…")
    except (OSError, ValueError):
        return None
    return None if splits is None else splits["test"].images


def _add(shelf: Shelf, label: str, images: np.ndarray | None, network: Network) -> None:
    """Puts it on the shelf as if it had been uploaded."""
    number = len(shelf.uploads())
    if label == NOISE:
        pixels = np.random.default_rng(number).integers(0, 256, network.shape, np.uint8)
    else:
        pixels = np.asarray(images[number % len(images)])
        pixels = pixels if pixels.dtype == np.uint8 else np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
        pixels = 255 - pixels if label == INVERTED else pixels
    buffer = io.BytesIO()
    np.save(buffer, pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    shelf.add(f"{label} ({number + 1}).npy", buffer.getvalue())
