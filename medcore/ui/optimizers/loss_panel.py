"""What a loss says of one image, and how hard it pulls, against the confidence in the true class."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import loss_gradients, template
from medcore.charts.loss_gradients import Line
from medcore.optimization import losses
from medcore.ui.controls import URL

CONFIDENCES = np.linspace(0.001, 0.999, 333)
DOUBT = 0.01
"""A confidently wrong answer."""
_RELATIVE = "loss_relative"


def show(loss: str, delta: float, classes: int) -> None:
    """Draws every loss, the chosen one strong, and says what its gradient means.

    Args:
        loss: a name of `catalog.LOSSES`.
        delta: of the Huber loss.
        classes: of the data set.
    """
    st.toggle(
        "Each gradient as a share of its largest",
        True,
        key=_RELATIVE,
        bind=URL,
        help="Shows where each loss pulls; off, how hard they pull beside each other.",
    )
    st.plotly_chart(
        chart(loss, delta, classes),
        width="stretch",
        key="loss_gradients",
        config=template.CONFIG,
        alt="Each loss, and the size of its gradient, against the probability given to the true class",
    )
    st.caption(
        f"One image, {classes} classes; the others share equally what the true class does not get. "
        "The axis of the loss ends at 5: cross-entropy goes on."
    )
    st.markdown(_pulls(delta, classes))
    st.markdown(EXPLANATIONS[loss])
    if delta >= 1:
        st.markdown(
            f"At $\\delta = {delta:g}$ Huber is exactly half of MSE: an error of a probability is never larger than 1, "
            "so the linear part is never reached. As shares of their largest the two gradients are one line."
        )


def chart(loss: str, delta: float, classes: int) -> go.Figure:
    """The chart as it is shown, or would be."""
    return _figure(loss, delta, classes, st.session_state.get(_RELATIVE, True))


EXPLANATIONS = {
    "cross_entropy": (
        "**Cross-entropy** pulls with $|p - 1|$: hardest where the answer is most wrong, not at all where it is right. "
        "The slope of the softmax, $p\\,(1-p)$, cancels against the $1/p$ of the logarithm."
    ),
    "focal": (
        "**Focal** is cross-entropy times $(1 - p)^\\gamma$, here with $\\gamma = 2$: a confidently wrong answer pulls "
        "as hard as before, one that is right already hardly pulls. So the many easy images of a common class do not "
        "drown the few of a rare one."
    ),
    "mse": (
        "**MSE** keeps the slope of the softmax, so its gradient vanishes at both ends: where the network is "
        "confidently wrong it hardly learns. That is why it is not the loss for classes."
    ),
    "huber": (
        "**Huber** clips the error at $\\pm\\delta$ before the slope of the softmax multiplies it. So its gradient is "
        "never larger than that of half of MSE, and vanishes at confidently wrong answers just the same: robustness "
        "against outliers is a virtue where targets are measured numbers, not where they are classes."
    ),
    "softmax_twice": (
        "**Softmax twice** passes the slope of the softmax a second time: it vanishes at both ends, and the loss stays "
        "above its floor however right the answer is."
    ),
}


def _pulls(delta: float, classes: int) -> str:
    """How hard each loss pulls at a confidently wrong answer."""
    pulls = {
        choice.label: float(losses.curve(name, np.array(DOUBT), classes, delta).gradient)
        for name, choice in catalog.LOSSES.items()
    }
    listed = ", ".join(f"{label} {pull:.2g}" for label, pull in pulls.items())
    return f"Confidently wrong, at $p = {DOUBT:g}$, the gradients are: {listed}."


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(loss: str, delta: float, classes: int, relative: bool) -> go.Figure:
    lines = {
        choice.label: Line(
            *losses.curve(name, CONFIDENCES, classes, delta),
            losses.floor(classes) if name == "softmax_twice" else None,
        )
        for name, choice in catalog.LOSSES.items()
    }
    return loss_gradients.figure(CONFIDENCES, lines, catalog.LOSSES[loss].label, relative)
