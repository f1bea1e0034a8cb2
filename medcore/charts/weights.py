"""The weights of a network: how they are spread as training goes, and those of the first layer as images."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import template

ROW = 190
"""Pixels of a layer's map."""
RAREST = 1e-5
"""Share of a layer's weights below which a bin is drawn as empty."""
SIGNED = ((0.0, "#B2182B"), (0.25, "#F4A582"), (0.5, "#F7F7F7"), (0.75, "#92C5DE"), (1.0, "#2166AC"))
"""From negative through zero to positive (ColorBrewer "RdBu")."""
_BETWEEN = "rgba(128, 139, 150, 0.45)"
MOST_ACROSS = 8
MOST_UNITS = 32


def spread(edges: np.ndarray, counts: np.ndarray, epochs: np.ndarray, layers: Sequence[str]) -> go.Figure:
    """A map a layer: how the values of its weights (up) are spread at each epoch recorded (across).

    Args:
        edges: (b + 1,) borders of the bins.
        counts: (s, layers, b) weights in each bin at each of s times.
        epochs: (s,) when; 0 is before the first update.
        layers: their names.
    """
    chart = make_subplots(
        rows=len(layers), cols=1, shared_xaxes=True, subplot_titles=list(layers), vertical_spacing=0.04
    )
    middles = (edges[:-1] + edges[1:]) / 2
    low, high = _range(edges, counts)
    for number in range(len(layers)):
        part = counts[:, number].astype(float)
        shares = part / np.maximum(part.sum(axis=1, keepdims=True), 1)
        chart.add_heatmap(
            x=epochs,
            y=middles,
            z=np.log10(np.where(shares >= RAREST, shares, np.nan)).T,
            customdata=shares.T,
            zmin=math.log10(RAREST),
            zmax=0,
            coloraxis="coloraxis",
            hovertemplate="epoch %{x}: %{customdata:.3%} of the weights near %{y:.3~g}<extra></extra>",
            hoverongaps=False,
            row=number + 1,
            col=1,
        )
    template.apply(chart)
    chart.update_layout(
        height=ROW * len(layers) + 150,
        margin={"l": 10, "r": 10, "t": 100, "b": 10},
        coloraxis={
            "colorscale": "Viridis",
            "cmin": math.log10(RAREST),
            "cmax": 0,
            "colorbar": {
                "title": {"text": "Share of the layer's weights", "side": "top"},
                "tickvals": [-5, -4, -3, -2, -1, 0],
                "ticktext": ["0.001%", "0.01%", "0.1%", "1%", "10%", "100%"],
                **_bar(ROW * len(layers), 26),
            },
        },
    )
    chart.update_annotations(font_size=13, x=0, xanchor="left")
    chart.update_yaxes(title="Weight", range=(low, high), nticks=5)
    chart.update_xaxes(title="Epoch (0: before the first update)", row=len(layers), col=1)
    return chart


def _bar(height: float, above: float) -> dict[str, Any]:
    """A scale of colours that many pixels above a drawing of that height: beside it a phone has no room."""
    place = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1 + above / height, "yanchor": "bottom"}
    return place | {"len": 0.9, "thickness": 12, "xpad": 0, "ypad": 0, "ticklabelposition": "outside bottom"}


def _range(edges: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """The values between which anything lies, the same to both sides of 0."""
    bins = np.flatnonzero(counts.sum(axis=(0, 1)))
    if not len(bins):
        return float(edges[0]), float(edges[-1])
    reach = float(max(abs(edges[bins[0]]), abs(edges[bins[-1] + 1])))
    return -reach, reach


def zeros(shares: Mapping[str, tuple[np.ndarray, np.ndarray]], colours: Mapping[str, str]) -> go.Figure:
    """A line a run: which share of its weights is exactly 0 after each epoch.

    Args:
        shares: by label, epochs (n,) and shares (n,).
        colours: by label.
    """
    chart = go.Figure()
    for label, (epochs, share) in shares.items():
        chart.add_scatter(
            x=epochs,
            y=share,
            mode="lines",
            name=label,
            line={"color": colours[label], "width": 2},
            hovertemplate="<b>%{fullData.name}</b><br>epoch %{x:.3~g}: %{y:.3%}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=320, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}, showlegend=True
    )
    chart.update_xaxes(title="Epoch", rangemode="tozero")
    chart.update_yaxes(title="Weights that are exactly 0", tickformat=".3~%", rangemode="tozero")
    return chart


def images(units: np.ndarray, limit: float | None = None) -> go.Figure:
    """Weights of the first layer, a picture a unit, those with the largest weights first.

    Args:
        units: (height, width, n) a weight for each pixel and unit.
        limit: the weight at the ends of the colours; None takes the largest of these.
    """
    height, width, _ = units.shape
    order = np.argsort(-np.linalg.norm(units, axis=(0, 1)), kind="stable")[:MOST_UNITS]
    across = min(MOST_ACROSS, len(order))
    down = math.ceil(len(order) / across)
    board = np.full((down * (height + 1) - 1, across * (width + 1) - 1), np.nan, np.float32)
    names = np.full(board.shape, -1)
    for place, unit in enumerate(order):
        top, left = (place // across) * (height + 1), (place % across) * (width + 1)
        board[top : top + height, left : left + width] = units[:, :, unit]
        names[top : top + height, left : left + width] = unit
    limit = limit or float(np.nanmax(np.abs(board))) or 1.0
    chart = go.Figure(
        go.Heatmap(
            z=board,
            customdata=names,
            zmin=-limit,
            zmax=limit,
            colorscale=SIGNED,
            hoverongaps=False,
            hovertemplate="unit %{customdata}: %{z:.3~g}<extra></extra>",
            colorbar={"title": {"text": "Weight (per unit of input)", "side": "top"}, **_bar(82 * down, 6)},
        )
    )
    template.apply(chart)
    margin = {"l": 10, "r": 10, "t": 76, "b": 10}
    chart.update_layout(height=90 + max(82 * down, 200), plot_bgcolor=_BETWEEN, margin=margin)
    chart.update_xaxes(visible=False, constrain="domain")
    chart.update_yaxes(visible=False, scaleanchor="x", autorange="reversed", constrain="domain")
    return chart
