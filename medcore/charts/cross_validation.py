"""What K folds say of each strength of a penalty: their mean with its standard error, and what is chosen by it."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import strengths as axis
from medcore.charts import template

HEIGHT = 430
MEAN, RULE = template.COLOURS[0], template.COLOURS[1]


class Score(NamedTuple):
    """What is measured: its name, how numbers are written, and whether more of it is better."""

    title: str
    form: str
    higher: bool


class Choice(NamedTuple):
    """Two strengths by their place in the grid: the best, and the strongest within one standard error of it."""

    minimum: int
    one_standard_error: int


def figure(
    strengths: Sequence[float],
    folds: Mapping[str, Sequence[float]],
    mean: Sequence[float],
    error: Sequence[float],
    score: Score,
    *,
    choice: Choice | None = None,
    partly: Collection[str] = (),
    nonzero: Sequence[float] | None = None,
) -> go.Figure:
    """The curve of a cross-validation, as glmnet draws it.

    Args:
        strengths: (L,) ascending; 0 stands apart, as it has no logarithm.
        folds: scores (L,) by fold, NaN where there are none.
        mean, error: (L,) over the folds that count, and its standard error; NaN where unknown.
        choice: None while there is none.
        partly: folds that are not in the mean; they are dashed.
        nonzero: (L,) weights that are not zero, for the axis along the top.
    """
    chart = go.Figure()
    for place, (name, scores) in enumerate(folds.items()):
        x, y, customdata = axis.broken(strengths, scores, strengths)
        chart.add_scatter(
            x=x,
            y=y,
            customdata=customdata,
            mode="lines+markers",
            name="Single folds",
            legendgroup="folds",
            showlegend=place == 0,
            opacity=0.6,
            line={"width": 1, "color": template.MUTED, "dash": "dot" if name in partly else "solid"},
            marker={"size": 4},
            hovertemplate=f"{name}, lambda %{{customdata:.3~g}}: %{{y:{score.form}}}<extra></extra>",
        )
    _mean(chart, strengths, mean, error, score)
    if choice is not None:
        _marks(chart, strengths, np.asarray(mean, float), np.asarray(error, float), score, choice)
    return _finished(chart, strengths, nonzero, score)


def compared(
    strengths: Sequence[float], curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], score: Score
) -> go.Figure:
    """Several cross-validations over the same grid, each with its standard errors.

    Args:
        strengths: (L,) ascending.
        curves: mean and standard error (L,) by name.
    """
    chart = go.Figure()
    for (name, (mean, error)), colour in zip(curves.items(), template.COLOURS, strict=False):
        _mean(chart, strengths, mean, error, score, name, colour)
    return _finished(chart, strengths, None, score)


def _finished(chart: go.Figure, strengths: Sequence[float], nonzero: Sequence[float] | None, score: Score) -> go.Figure:
    template.apply(chart)
    axis.lay_out(chart, strengths, nonzero)
    chart.update_layout(
        height=HEIGHT,
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.28, "yanchor": "top"},
        margin={"l": 10, "r": 20, "t": 20, "b": 10},
    )
    chart.update_yaxes(title=score.title, tickformat=".0%" if score.form.endswith("%") else ".3~g")
    return chart


def _mean(
    chart: go.Figure,
    strengths: Sequence[float],
    mean: Sequence[float],
    error: Sequence[float],
    score: Score,
    name: str = "Mean of the folds ± standard error",
    colour: str = MEAN,
) -> None:
    x, y, spread, customdata = axis.broken(strengths, mean, error, strengths)
    if not np.isfinite(y).any():
        return
    chart.add_scatter(
        x=x,
        y=y,
        customdata=np.column_stack([customdata, spread]),
        error_y={"type": "data", "array": np.nan_to_num(spread), "thickness": 1.5, "width": 4},
        mode="lines+markers",
        name=name,
        line={"width": 2.5, "color": colour},
        marker={"size": 8},
        hovertemplate=f"lambda %{{customdata[0]:.3~g}}: %{{y:{score.form}}} ± %{{customdata[1]:{score.form}}}"
        f"<extra>{name}</extra>",
    )


def _marks(
    chart: go.Figure, strengths: Sequence[float], mean: np.ndarray, error: np.ndarray, score: Score, choice: Choice
) -> None:
    """The two choices, and the height up to which a score is within one standard error of the best."""
    at, (best, simplest) = axis.places(strengths), choice
    margin = float(np.nan_to_num(error[best])) * (-1 if score.higher else 1)
    if margin and best != simplest:
        chart.add_scatter(
            x=at[[best, simplest]],
            y=np.full(2, mean[best] + margin),
            mode="lines",
            line={"width": 1.5, "dash": "dot", "color": RULE},
            hoverinfo="skip",
            showlegend=False,
        )
    # The one that may lie below the other comes first, and is larger.
    for name, place, symbol, size, colour in (
        ("One standard error", simplest, "diamond", 17, RULE),
        ("Best", best, "star", 14, MEAN),
    ):
        chart.add_vline(x=float(at[place]), line={"dash": "dash", "width": 1, "color": colour}, opacity=0.6)
        chart.add_scatter(
            x=at[place : place + 1],
            y=mean[place : place + 1],
            mode="markers",
            marker={"symbol": symbol, "size": size, "color": colour, "line": {"width": 1, "color": "white"}},
            name=f"{name}: lambda {axis.text(strengths[place])}",
            hovertemplate=f"{name}, lambda {axis.text(strengths[place])}: %{{y:{score.form}}}<extra></extra>",
        )
