"""Dice of every case, the worst on the left, and what another threshold or a clean-up made of it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template


def figure(
    dice: np.ndarray,
    before: np.ndarray | None,
    names: Sequence[str],
    unit: str,
    colour: str,
    mean: float,
    marked: int | None = None,
    of: str = "cases",
) -> go.Figure:
    """A point a case, from the worst to the best.

    Args:
        dice: (units,) 0 to 1, NaN where there is nothing to find and nothing was found; these are left out.
        before: (units,) of the same cases at a threshold of 0.5 without clean-up, or None where nothing differs.
        names: (units,) of the cases.
        unit: what a case is, "image" or "volume".
        colour: of the run.
        mean: as it is told elsewhere, NaN for none.
        marked: the case that is shown, if any.
        of: what the mean is taken over last: "cases", or "classes", which is another mean than that of the points.
    """
    order = np.argsort(dice, kind="stable")[: np.isfinite(dice).sum()]
    place = np.arange(1, len(order) + 1)
    labels = [names[i] for i in order]
    chart = go.Figure()
    if before is not None:
        _moves(chart, place, before[order], dice[order])
    chart.add_scatter(
        x=place,
        y=dice[order],
        mode="markers",
        name="Dice of a case",
        marker={"color": colour, "size": 7},
        customdata=labels,
        hovertemplate="%{customdata}: Dice %{y:.3f}<extra></extra>",
    )
    if marked is not None and (order == marked).any():
        at = int(np.flatnonzero(order == marked)[0])
        chart.add_scatter(
            x=[place[at]],
            y=[dice[marked]],
            mode="markers",
            name="shown below",
            marker={"symbol": "circle-open", "size": 16, "color": template.MUTED, "line": {"width": 2}},
            hoverinfo="skip",
        )
    if np.isfinite(mean):
        chart.add_hline(y=mean, line={"dash": "dash", "width": 1.5, "color": template.MUTED})
        chart.add_annotation(
            text=f"mean of the {of} {mean:.3f}",
            x=0,
            xref="paper",
            xanchor="left",
            y=mean,
            yanchor="bottom",
            showarrow=False,
        )
    template.apply(chart)
    chart.update_layout(
        height=280,
        margin={"l": 10, "r": 10, "t": 34, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    chart.update_xaxes(title=f"Test {unit}s, the worst first", range=(0, len(order) + 1), rangemode="tozero")
    chart.update_yaxes(title="Dice", range=(-0.04, 1.04))
    return chart


def _moves(chart: go.Figure, place: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
    """A line from what it was to what it is."""
    gap = np.full(len(place), np.nan)
    chart.add_scatter(
        x=np.stack([place, place, gap], axis=1).ravel(),
        y=np.stack([before, after, gap], axis=1).ravel(),
        mode="lines",
        line={"color": template.MUTED, "width": 1.5},
        showlegend=False,
        hoverinfo="skip",
    )
    chart.add_scatter(
        x=place,
        y=before,
        mode="markers",
        name="at 0.5, without clean-up",
        marker={"symbol": "line-ew", "size": 7, "line": {"color": template.MUTED, "width": 2}},
        hovertemplate="at 0.5, without clean-up: %{y:.3f}<extra></extra>",
    )
