"""How one map comes about: what goes in, the weights that slide over it, and what comes out."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import template
from medcore.charts.weights import SIGNED

ROW = 150
MOST_NUMBERS = 25
"""Weights of a filter whose numbers are written into it."""
INKS = "#111111", "#FFFFFF"
DARK_FROM = 0.7
"""Share of the largest weight from which on a cell is dark."""
_MARK = {"line": {"color": "#EE6677", "width": 2}, "fillcolor": "rgba(0, 0, 0, 0)"}


class Part(NamedTuple):
    """One input of a map.

    Args:
        name: what it is called.
        values: (h, w), perhaps made smaller.
        kernel: (rows, columns) the weights on it; None for pooling.
    """

    name: str
    values: np.ndarray
    kernel: np.ndarray | None


def figure(
    parts: list[Part],
    made: np.ndarray,
    sizes: tuple[tuple[int, int], tuple[int, int]],
    window: tuple[int, int, int, int],
    peak: tuple[int, int],
) -> go.Figure:
    """Inputs to the left, weights in the middle, the map to the right; one place and what it is made of are marked.

    Args:
        parts: the inputs, the strongest first.
        made: (h, w) the map, perhaps made smaller.
        sizes: (rows, columns) of inputs and map as they are.
        window: top, left, rows and columns of the input that the place is made of.
        peak: row and column of that place in the map.
    """
    pooled = parts[0].kernel is None
    columns = 2 if pooled else 3
    specs = [[{}] * (columns - 1) + [{"rowspan": len(parts)}], *([[{}] * (columns - 1) + [None]] * (len(parts) - 1))]
    titles = []
    for number, part in enumerate(parts):
        titles += [part.name] if pooled else [part.name, "× weights"]
        titles += ["= map"] if number == 0 else []
    gap = 0.1 / max(1, len(parts) - 1)
    chart = make_subplots(
        len(parts), columns, specs=specs, subplot_titles=titles, horizontal_spacing=0.05, vertical_spacing=gap
    )
    for row, part in enumerate(parts, 1):
        chart.add_trace(_gray(part.values, sizes[0]), row, 1)
        top, left, high, wide = window
        chart.add_shape(
            type="rect", x0=left - 0.5, x1=left + wide - 0.5, y0=top - 0.5, y1=top + high - 0.5, row=row, col=1, **_MARK
        )
        if not pooled:
            chart.add_trace(_weights(part.kernel), row, 2)
    chart.add_trace(_gray(made, sizes[1]), 1, columns)
    y, x = peak
    chart.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, row=1, col=columns, **_MARK)
    template.apply(chart)
    chart.update_layout(height=60 + max(ROW * len(parts), 240), margin={"l": 5, "r": 5, "t": 40, "b": 10})
    chart.update_annotations(font_size=13)
    chart.update_xaxes(visible=False, constrain="domain")
    chart.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for number, axis in enumerate(chart.select_yaxes(), 1):
        axis.scaleanchor = "x" if number == 1 else f"x{number}"
    return chart


def _gray(values: np.ndarray, size: tuple[int, int]) -> go.Heatmap:
    """Drawn at the size that it has, so that places can be pointed at."""
    steps = [length / shown for length, shown in zip(size, values.shape, strict=True)]
    return go.Heatmap(
        z=values.astype(np.float32),
        y0=(steps[0] - 1) / 2,
        dy=steps[0],
        x0=(steps[1] - 1) / 2,
        dx=steps[1],
        colorscale="gray",
        showscale=False,
        hovertemplate="row %{y:.0f}, column %{x:.0f}: %{z:.3~g}<extra></extra>",
    )


def _weights(kernel: np.ndarray) -> go.Heatmap:
    limit = float(np.abs(kernel).max()) or 1.0
    # Plotly shrinks numbers by the length of what is written, spans and all, unless their size is given.
    font = {"texttemplate": "%{text}", "textfont": {"size": 12}}
    numbers = {"text": _numbers(kernel, limit), **font} if kernel.size <= MOST_NUMBERS else {}
    return go.Heatmap(
        z=kernel,
        zmin=-limit,
        zmax=limit,
        colorscale=SIGNED,
        showscale=False,
        hovertemplate="weight %{z:.3~g}<extra></extra>",
        **numbers,
    )


def _numbers(kernel: np.ndarray, limit: float) -> list[list[str]]:
    """Each weight in the ink that can be read on its cell: a span keeps it, a font takes that of the page's theme."""
    inks = np.where(np.abs(kernel) >= DARK_FROM * limit, *reversed(INKS))
    return [
        [f'<span style="color:{ink}">{weight:.2f}</span>' for ink, weight in zip(*row, strict=True)]
        for row in zip(inks, kernel, strict=True)
    ]
