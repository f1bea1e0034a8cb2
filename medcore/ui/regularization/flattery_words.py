"""By how many points a mistake flatters, in words and as two curves."""

import math

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import cross_validation, template
from medcore.evaluation.flattery import Flattery
from medcore.ui.regularization import path_controls
from medcore.ui.regularization.path_study import SCORES

Curve = tuple[str, tuple[float, ...], tuple[float, ...]]
"""Name, mean (L,), and standard error (L,)."""


def say(found: Flattery, score: str) -> None:
    """The gain with its standard error, and both scores.

    Args:
        score: a key of `SCORES`.
    """
    form = SCORES[score].form
    spread = f" ± {100 * found.error:.1f}" if math.isfinite(found.error) else ""
    st.metric("Flattered by", f"{points(found.gain)}{spread} points")
    st.markdown(
        f"Wrong: **{format(found.wrong, form)}**, right: **{format(found.right, form)}** "
        f"({SCORES[score].title.lower()}, each at its own best lambda, standard error over {found.folds} "
        f"folds). {_judged(found)}"
    )


def points(gain: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * gain:+.1f}".replace("-", "−")


def _judged(found: Flattery) -> str:
    """What the gain means beside chance."""
    if found.never_negative:
        return (
            "It cannot be below 0, since a fold's best score is never under another score of the same fold: ask how "
            "large it is, not whether it is there."
        )
    if found.gain <= 0:
        return "Here it does not flatter."
    return "" if found.clear else "That is no more than chance explains."


def chart(strengths: tuple[float, ...], curves: tuple[Curve, ...], score: str, key: str) -> None:
    """Draws the curves of both ways against the strength."""
    st.plotly_chart(
        _figure(strengths, curves, score),
        width="stretch",
        key=key,
        config=template.CONFIG,
        alt="Mean scores of the right and of the wrong way against the strength of the penalty",
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(strengths: tuple[float, ...], curves: tuple[Curve, ...], score: str) -> go.Figure:
    kind = SCORES[score]._replace(title=path_controls.SCORES[score])
    return cross_validation.compared(strengths, {name: (mean, error) for name, mean, error in curves}, kind)
