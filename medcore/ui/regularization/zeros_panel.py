"""Why L1 makes weights exactly 0, and when it does not: one weight step by step, and two weights as a picture."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import constraint, soft_threshold, template
from medcore.optimization import proximal, quadratic
from medcore.ui.controls import URL

TARGET, START, UPDATES = 0.3, 1.0, 100
"""Of the one weight: what is best for the data, its first value, and how often it is updated."""
STRENGTHS = tuple(round(0.05 * i, 2) for i in range(41))
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
GRID = 200
LATE = 20
"""Updates at the end, by which a weight has settled if it ever does."""


def show() -> None:
    """Draws both pictures with their sliders, and says what they show."""
    left, right = st.columns(2)
    with left:
        strength = st.select_slider(
            "Strength λ",
            STRENGTHS,
            0.8,
            key="zeros_strength",
            bind=URL,
            help="Of the penalty: λ·Σ|w| for L1, λ·Σw² for L2.",
        )
    with right:
        rate = st.select_slider(
            "Learning rate of the one weight",
            RATES,
            0.1,
            key="zeros_rate",
            bind=URL,
            help="How long its steps are; the picture of two weights does not depend on it.",
        )
    walks, picture = st.columns([1, 1], gap="medium")
    with walks:
        _walk(strength, rate)
    with picture:
        _picture(strength)


def charts() -> dict[str, go.Figure]:
    """The charts by title as they are shown, or would be."""
    strength, rate = (st.session_state.get(key, value) for key, value in (("zeros_strength", 0.8), ("zeros_rate", 0.1)))
    return {"One weight under L1": _walks(strength, rate), "Diamond and circle": _shapes(strength)}


def _walk(strength: float, rate: float) -> None:
    st.markdown("**One weight, update by update**")
    st.plotly_chart(
        _walks(strength, rate),
        width="stretch",
        key="zeros_walks",
        config=template.CONFIG,
        alt="One weight after every update, by the slope of L1 and by proximal steps, for three optimizers",
    )
    st.caption(_said(strength, rate))


def _said(strength: float, rate: float) -> str:
    """What the walks show, measured on them."""
    pulled = f"The data alone want the weight at {TARGET:g}, and pull at 0 with a force of {TARGET:g}"
    if strength < TARGET:
        return (
            f"{pulled}: more than λ = {strength:g}. So the best weight is {TARGET - strength:.2f}, not 0, and both "
            "ways head for it. Make λ larger."
        )
    late = _ways("minibatch", strength, rate)["subgradient"][-LATE:]
    return (
        f"{pulled}: no more than λ = {strength:g}, so the best weight **is** 0. The slope of |w| is λ however near the "
        f"weight comes, so gradient descent steps over 0 and back: at the end it is between {late.min():.2g} and "
        f"{late.max():.2g}, and a smaller learning rate makes the circles smaller, not zero. The proximal step takes "
        "the step of the data, then moves the weight towards 0 by at most rate·λ, and stops **at** 0."
    )


def _picture(strength: float) -> None:
    st.markdown("**Two weights: where the data loss meets the penalty**")
    st.plotly_chart(
        _shapes(strength),
        width="stretch",
        key="zeros_shapes",
        config=template.CONFIG,
        alt="Contours of the data loss, the diamond of L1, the circle of L2, and the best weights as lambda grows",
    )
    (a, b), (c, d) = quadratic.best_l1(strength), quadratic.best_l2(strength)
    zeros = "both are exactly 0" if a == b == 0 else "w2 is exactly 0" if b == 0 else "none is 0 yet"
    st.caption(
        "Gray: lines of equal data loss, least where the thick line starts. Thick: the best weights as λ grows from 0; "
        "the dot is at this λ, on the border (dotted) of all weights with the same penalty. The diamond has its "
        f"corners on the axes, so the loss meets it there: at λ = {strength:g} L1 has ({a:.2f}, {b:.2f}), {zeros}. "
        f"The circle has no corners: L2 has ({c:.2f}, {d:.2f}), smaller, and never 0."
    )


def _ways(optimizer: str, strength: float, rate: float) -> dict[str, np.ndarray]:
    return {
        way: proximal.walk(optimizer, way, START, lambda w: w - TARGET, strength, rate, UPDATES)
        for way in proximal.STEPS
    }


@st.cache_resource(max_entries=64, show_spinner=False)
def _walks(strength: float, rate: float) -> go.Figure:
    return soft_threshold.figure(
        {catalog.OPTIMIZERS[name].label: _ways(name, strength, rate) for name in proximal.OPTIMIZERS}
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _shapes(strength: float) -> go.Figure:
    places = np.linspace(*constraint.REACH, GRID)
    values = quadratic.loss(np.stack(np.meshgrid(places, places), axis=-1))
    best = {"l1": quadratic.best_l1, "l2": quadratic.best_l2}
    grown = np.concatenate([np.linspace(0, STRENGTHS[-1], 101), np.geomspace(STRENGTHS[-1], 1000, 50)])
    paths = {name: np.stack([at(value) for value in grown]) for name, at in best.items()}
    return constraint.figure((places, values), paths, {name: at(strength) for name, at in best.items()})
