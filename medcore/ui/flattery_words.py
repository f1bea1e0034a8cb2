"""By how many points a mistake flatters, in words and as two curves."""

import math

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import cross_validation, template
from medcore.evaluation.flattery import Flattery
from medcore.ui import path_controls
from medcore.ui.path_study import SCORES

Curve = tuple[str, tuple[float, ...], tuple[float, ...]]
"""Name, mean (L,), and standard error (L,)."""


def say(found: Flattery, score: str) -> None:
    """The gain with its standard error, and both scores.

    Args:
        score: a key of `SCORES`.
    """
    form = SCORES[score].form
    points, error = 100 * found.gain, 100 * found.error
    spread = f" ± {error:.1f}" if math.isfinite(error) else ""
    st.metric("Flattered by", f"{points:+.1f}{spread} points")
    judged = "" if found.clear else " That is no more than chance explains."
    st.markdown(
        f"Wrong: **{format(found.wrong, form)}**, right: **{format(found.right, form)}** "
        f"({SCORES[score].title.lower()}, each at its own best lambda, standard error over {found.folds} "
        f"folds).{judged}"
    )


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
