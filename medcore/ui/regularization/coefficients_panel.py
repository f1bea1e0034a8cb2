"""Weights of the first layer along the path of the whole set, and the pixels that it looks at at one strength."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import coefficients, template
from medcore.charts.strengths import text
from medcore.runs import files
from medcore.ui.regularization import path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import Study
from medcore.ui.run_line import ACTIVE

FILE = "coefficients.npz"
MOST_PIXELS = 300
"""Rows or columns of an image whose map can still be read."""


def show(study: Study | None, reading: Reading) -> None:
    """Coefficient paths with the chosen strength, and the map of dead inputs with a slider."""
    if study is None or study.parent.state in ACTIVE:
        st.info("The paths are drawn when the whole set has walked the grid.", icon=":material/hourglass_top:")
        return
    arrays = _arrays(study.parent.id) if study.parent.state == "done" else None
    if arrays is None:
        st.info("The whole set was not walked to its end, so there are no paths of its weights.")
        return
    found = path_study.validate(study.folds, len(study.strengths), reading.score)
    place = found.chosen(reading.rule)
    lines, used = st.columns([3, 2], gap="medium")
    with lines:
        st.plotly_chart(
            _paths(study.parent.id, None if place is None else study.strengths[place]),
            width="stretch",
            key="coefficient_paths",
            config=template.CONFIG,
            alt="Values of the largest weights of the first layer against the strength of the penalty",
        )
        st.caption(_caption(arrays))
    with used:
        _map(study, arrays, place)


def views(study: Study | None, reading: Reading) -> dict[str, go.Figure]:
    """The charts by title, to be taken home; none before there are any."""
    if study is None or study.parent.state != "done" or _arrays(study.parent.id) is None:
        return {}
    found = path_study.validate(study.folds, len(study.strengths), reading.score)
    place = found.chosen(reading.rule)
    return {"Coefficient paths": _paths(study.parent.id, None if place is None else study.strengths[place])}


def _caption(arrays: dict[str, np.ndarray]) -> str:
    shown = arrays["values"].shape[1]
    return (
        f"The {shown} weights of the first layer that get largest, trained on all images but the test set. Each line "
        "is one weight, blue where it is positive at its largest, red where negative. The proximal step of L1 takes "
        "them to exact 0 one after the other; L2 makes all of them small and none 0."
    )


def _map(study: Study, arrays: dict[str, np.ndarray], place: int | None) -> None:
    if "dead" not in arrays or max(arrays["dead"].shape[1:]) > MOST_PIXELS:
        st.caption("A map of dead pixels needs a first layer that looks at all pixels at once: Linear or MLP.")
        return
    chosen = st.select_slider(
        "Lambda of the map",
        study.strengths,
        study.strengths[opens_at(arrays["dead"], place or 0)],
        format_func=text,
        key="map_lambda",
        help="Shows which pixels the network looks at with a penalty of this strength; opens where some are dead.",
    )
    number = study.strengths.index(chosen)
    dead = arrays["dead"][number]
    st.plotly_chart(
        _used(study.parent.id, number),
        width="stretch",
        key="dead_inputs",
        config=template.CONFIG,
        alt="Map of the image's pixels: those that the network looks at, and those whose weights are all 0",
    )
    st.caption(f"At lambda {text(chosen)} the network looks at {(~dead).sum():,} of {dead.size:,} pixels (blue).")


def opens_at(dead: np.ndarray, place: int) -> int:
    """Where the map opens: at this place in the grid, or the next one where a pixel is dead."""
    seen = np.flatnonzero(dead[place:].any(axis=(1, 2)))
    return place + int(seen[0]) if len(seen) else place


# What a run that ended has kept does not change.
@st.cache_resource(max_entries=32, show_spinner=False)
def _arrays(run_id: str) -> dict[str, np.ndarray] | None:
    try:
        with np.load(files.folder(run_id) / FILE, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError):
        return None


@st.cache_resource(max_entries=32, show_spinner=False)
def _paths(run_id: str, chosen: float | None) -> go.Figure:
    arrays = _arrays(run_id)
    strengths = [float(value) for value in arrays["strengths"]]
    return coefficients.paths(strengths, arrays["values"], arrays["places"], arrays["nonzero"], chosen)


@st.cache_resource(max_entries=64, show_spinner=False)
def _used(run_id: str, number: int) -> go.Figure:
    return coefficients.used(_arrays(run_id)["dead"][number])
