"""How many weights the networks have that are asked for, and how much memory a run takes, before anything is built."""

from collections.abc import Mapping

import streamlit as st

from medcore.catalog import mask_footprint
from medcore.catalog.footprint import Footprint
from medcore.data import sources
from medcore.labs import network_sizes
from medcore.labs.labels import group
from medcore.spec import RunSpec
from medcore.ui.plain import plain

CLASSES = 2
"""Background and what is looked for: how many there are is known when the masks are read, and hardly matters here."""


def show(specs: Mapping[str, RunSpec], entry: sources.Entry, images: int | None) -> None:
    """One sentence; none where nothing is known of the images.

    Args:
        specs: by label.
        entry: their data set.
        images: for training; None where unknown.
    """
    found: dict[Footprint, str] = {}
    for label, spec in specs.items():
        if size := footprint(spec, entry, images):
            found.setdefault(size, group(label))
    if found:
        parts = [_words(size, label if len(found) > 1 else "") for size, label in found.items()]
        st.caption(plain(f"{'; '.join(parts)}. Memory includes TensorFlow's own."))


def footprint(spec: RunSpec, entry: sources.Entry, images: int | None) -> Footprint | None:
    """Of a run; None where the images are of unknown size or too small for the network."""
    height, width, channels = network_sizes.resized(entry.shape, spec.preparation)
    if min(height, width) < mask_footprint.multiple(spec.model.name, spec.model.options):
        return None
    batch = spec.training.batch_size
    together = (images or 1) if batch == "all" else int(batch)
    seen = channels * (1 + 2 * spec.segmentation.context)
    return mask_footprint.footprint(
        spec.model.name, spec.model.options, (height, width, seen), CLASSES, min(together, images or together)
    )


def _words(size: Footprint, label: str) -> str:
    before = f"{label}: " if label else ""
    return f"{before}{size.parameters:,} weights, about {size.memory / 1e9:.1f} GB"
