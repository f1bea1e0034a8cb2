"""A metric against how few or how bad the training images are: one line for each way to learn, with its intervals."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from medcore.charts import palette, template

HEIGHT = 330
INK = 0.3
"""Opacity that the bands share: the more lines, the fainter each, so that the lines stay in front."""


def figure(
    points: pd.DataFrame,
    colours: Mapping[str, str],
    x_title: str,
    y_title: str,
    logarithmic: bool = False,
    x_percent: bool = False,
    y_percent: bool = True,
    baseline: Mapping[float, float] | None = None,
    legend: bool = True,
) -> go.Figure:
    """Means as lines, intervals as bands.

    Args:
        points: columns line, value, mean, low, high and n; low and high are NaN where one seed leaves no interval.
        colours: line to colour; its order is the order of the legend.
        x_title, y_title: of the axes.
        logarithmic: whether the values are.
        x_percent, y_percent: whether values and metric are shares.
        baseline: what no learning gives, by value; None draws none.
        legend: whether the lines are named in the chart.
    """
    chart = go.Figure()
    form = ".1%" if y_percent else ".3f"
    where = "%{x:.0%}" if x_percent else "%{x:,~g}"
    for line, colour in colours.items():
        part = points[points["line"] == line].sort_values("value")
        if part.empty:
            continue
        _band(chart, line, palette.translucent(colour, INK / max(2, len(colours))), part.dropna(subset=["low", "high"]))
        chart.add_scatter(
            x=part["value"].to_numpy(float),
            y=part["mean"].to_numpy(float),
            customdata=_interval(part, form),
            mode="lines+markers",
            name=line,
            legendgroup=line,
            line={"color": colour, "width": 2.5, "dash": "dot" if _classic(part) else "solid"},
            marker={"size": 8, "symbol": "diamond" if _classic(part) else "circle"},
            hovertemplate=f"<b>%{{fullData.name}}</b><br>{where}: %{{y:{form}}}%{{customdata[0]}}<extra></extra>",
        )
    if baseline:
        levels = sorted(baseline.items())
        chart.add_scatter(
            x=np.array([value for value, _ in levels], float),
            y=np.array([level for _, level in levels], float),
            mode="lines",
            name="without learning",
            line={"dash": "dash", "width": 1.5, "color": template.MUTED},
            hovertemplate=f"without learning: %{{y:{form}}}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        hovermode="closest",
        showlegend=legend,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "tracegroupgap": 0},
    )
    values = sorted(points["value"].unique())
    ticks = {"tickmode": "array", "tickvals": values, "tickformat": ".0%" if x_percent else ",~g"}
    chart.update_xaxes(title=x_title, type="log" if logarithmic else "linear", **ticks)
    chart.update_yaxes(title=y_title, tickformat=".0%" if y_percent else ".2f")
    return chart


def _classic(part: pd.DataFrame) -> bool:
    return bool(part.get("classic", pd.Series([False])).iloc[0])


def _band(chart: go.Figure, line: str, colour: str, part: pd.DataFrame) -> None:
    """The interval of every mean."""
    if part.empty:
        return
    x = part["value"].to_numpy(float)
    chart.add_scatter(
        x=np.append(x, x[::-1]),
        y=np.append(part["high"].to_numpy(float), part["low"].to_numpy(float)[::-1]),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
        name=line,
        legendgroup=line,
        showlegend=False,
    )


def _interval(part: pd.DataFrame, form: str) -> np.ndarray:
    """What the interval says on hovering; "" where there is none."""
    of = form.lstrip(".")
    texts = [
        f" [{low:.{of}} to {high:.{of}}], {n:g} seeds" if np.isfinite(low) else ""
        for low, high, n in zip(part["low"], part["high"], part["n"], strict=True)
    ]
    return np.array(texts, object)[:, None]
