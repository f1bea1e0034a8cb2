"""A sweep over learning rates: the U of the validation loss, and the accuracy it buys."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import palette, template

HEIGHT = 400
ROOM = 0.1
"""Share of the loss axis above the highest value, where runs that diverged are marked."""
MANY_TIMES = 30
"""Losses this far apart need a logarithmic axis."""


class _Panel(NamedTuple):
    column: str
    title: str
    value: str


_PANELS = (
    _Panel("val_loss", "Validation loss", ".4g"),
    _Panel("accuracy", "Test accuracy", ".1%"),
)


def figure(runs: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """Validation loss and test accuracy against the learning rate, side by side.

    Points are means over the seeds that did not diverge, bands one standard deviation to each side. A rate at which
    a run diverged carries a cross at the top.

    Args:
        runs: one row a run, columns line (what people see), rate, val_loss and accuracy (both of the weights that
            were tested, each NaN where there is none) and diverged (bool).
        colours: line to colour; its order is the order of the legend.
    """
    chart = make_subplots(1, 2, horizontal_spacing=0.1)
    logarithmic = _far_apart(runs.loc[~runs["diverged"], "val_loss"])
    for line, colour in colours.items():
        part = runs[runs["line"] == line]
        for column, panel in enumerate(_PANELS, 1):
            _line(chart, column, panel, line, colour, part[~part["diverged"]], logarithmic and column == 1)
    top, edge = _top(runs.loc[~runs["diverged"], "val_loss"], logarithmic)
    for line, colour in colours.items():
        _crosses(chart, line, colour, runs[(runs["line"] == line) & runs["diverged"]], edge)
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "tracegroupgap": 0},
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
    )
    chart.update_xaxes(title="Learning rate (logarithmic)", type="log", dtick=1, tickformat="~g")
    chart.update_yaxes(title=_PANELS[0].title, col=1, range=top)
    if logarithmic:
        chart.update_yaxes(type="log", tickformat=".3~g", nticks=5, col=1)
    chart.update_yaxes(title=_PANELS[1].title, tickformat=".2~%", col=2)
    return chart


def edges(runs: pd.DataFrame) -> list[str]:
    """A sentence for each line whose lowest mean loss is at the smallest or the largest rate that was tried.

    Args:
        runs: as for `figure`. Rates at which a run diverged were tried, and are not the best.
    """
    said = []
    for line, part in runs.groupby("line", sort=False):
        sound = part[~part["diverged"].groupby(part["rate"]).transform("any")]
        losses = sound.groupby("rate")["val_loss"].mean().dropna()
        if part["rate"].nunique() < 2 or losses.empty:
            continue
        best = losses.idxmin()
        for end, which in ((part["rate"].max(), "largest"), (part["rate"].min(), "smallest")):
            if best == end:
                said.append(f"{line} is best at the {which} rate tried, {best:g}: widen the range before you judge it.")
    return said


def _line(
    chart: go.Figure, column: int, panel: _Panel, line: str, colour: str, part: pd.DataFrame, positive: bool
) -> None:
    found = part.dropna(subset=panel.column).groupby("rate")[panel.column]
    mean, sd, n = found.mean(), found.std(ddof=1).fillna(0.0), found.size()
    x, y = mean.index.to_numpy(dtype=float), mean.to_numpy()
    if (n > 1).any():
        low = np.maximum(y - sd, y / 10) if positive else y - sd
        chart.add_scatter(
            x=np.append(x, x[::-1]),
            y=np.append(y + sd, low[::-1]),
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=palette.translucent(colour, 0.18),
            hoverinfo="skip",
            legendgroup=line,
            showlegend=False,
            row=1,
            col=column,
        )
    several = f" ± %{{customdata[0]:{panel.value}}} over %{{customdata[1]}} seeds" if (n > 1).any() else ""
    chart.add_scatter(
        x=x,
        y=y,
        customdata=np.column_stack([sd, n]),
        mode="lines+markers",
        name=line,
        legendgroup=line,
        showlegend=column == 1,
        line={"color": colour, "width": 2.5},
        marker={"size": 8},
        hovertemplate=f"<b>%{{fullData.name}}</b><br>learning rate %{{x:.3~g}}: %{{y:{panel.value}}}{several}"
        "<extra></extra>",
        row=1,
        col=column,
    )


def _crosses(chart: go.Figure, line: str, colour: str, part: pd.DataFrame, edge: float) -> None:
    """Marks at the top of the loss the rates at which runs diverged."""
    counts = part.groupby("rate").size()
    if counts.empty:
        return
    chart.add_scatter(
        x=counts.index.to_numpy(dtype=float),
        y=np.full(len(counts), edge),
        customdata=counts.to_numpy(),
        mode="markers",
        name=f"{line}: diverged",
        legendgroup=line,
        showlegend=False,
        cliponaxis=False,
        marker={"symbol": "x", "size": 10, "color": colour, "line": {"width": 0}},
        hovertemplate="<b>%{fullData.name}</b><br>learning rate %{x:.3~g}, runs: %{customdata}<extra></extra>",
        row=1,
        col=1,
    )


def _far_apart(losses: pd.Series) -> bool:
    losses = losses[losses > 0]
    return bool(len(losses) and losses.max() > MANY_TIMES * losses.min())


def _top(losses: pd.Series, logarithmic: bool) -> tuple[list[float], float]:
    """The range of the loss axis, and where on it the crosses stand."""
    losses = losses[losses > 0] if logarithmic else losses
    values = np.log10(losses) if logarithmic else losses
    low, high = (values.min(), values.max()) if values.notna().any() else (0.0, 1.0)
    span = (high - low) or abs(high) or 1.0
    bottom = low - ROOM * span if logarithmic else max(0.0, low - ROOM * span)
    edge = high + 2 * ROOM * span
    return [bottom, edge + ROOM * span / 2], float(10**edge if logarithmic else edge)
