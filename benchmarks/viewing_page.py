"""The page that `benchmarks.viewing` measures: a viewer with a volume as large as a CT."""

import numpy as np
import streamlit as st

from medcore.imaging.view import Cut, Plane, Window
from medcore.ui import viewer

SLICES, SIZE = 64, 512


class Volume:
    """(64, 512, 512) int16: steps from slice to slice, and noise, as nothing that compresses well."""

    title, unit, colour, inverted = "Volume", "HU", False, False
    windows = (Window("Soft tissue", 40, 400),)

    def __init__(self) -> None:
        self.planes = {"acquired": Plane("acquired", SLICES, SIZE, SIZE, (0.7, 0.7), 1.5, ("R", "L", "A", "P"))}
        noise = np.random.default_rng(0).integers(-200, 200, (SLICES, SIZE, SIZE), dtype=np.int16)
        self.volume = noise + np.arange(SLICES, dtype=np.int16)[:, None, None]

    def cut(self, plane: str, index: int, seconds: float) -> Cut:  # noqa: ARG002 - nothing to wait for
        return Cut(self.volume[index], 1.0, 0.0)


@st.cache_resource
def volume() -> Volume:
    return Volume()


st.set_page_config(layout="wide")
viewer.show(volume(), key="volume")
