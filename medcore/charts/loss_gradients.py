"""Losses and their gradients against the confidence in the true class."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

CUT = 5.0
"""Cross-entropy has no upper end; the panel does."""
LOSS, GRADIENT, SHARE = "Loss", "Size of the gradient<br>by the true logit", "Gradient, as a share<br>of its largest"
X_TITLE = "Probability given to the true class"


class Line(NamedTuple):
    """One loss: its values (n,) and the size of its gradients (n,); `floor` is the least it can reach, if not 0."""

    value: np.ndarray
    gradient: np.ndarray
    floor: float | None = None


def figure(p: np.ndarray, lines: Mapping[str, Line], chosen: str, relative: bool = False) -> go.Figure:
    """Two panels, one above the other; a line that lies on an earlier one is dashed, so that both are seen.

    Args:
        p: (n,) probabilities of the true class, increasing.
        lines: by label.
        chosen: the label drawn strong.
        relative: draws each gradient as a share of its largest, which shows its shape however small it is.
    """
    chart = go.Figure()
    drawn: dict[int, list[np.ndarray]] = {1: [], 2: []}
    for i, (label, line) in enumerate(lines.items()):
        strong = label == chosen
        style = {"color": template.colour(i), "width": 3.5 if strong else 1.5, "simplify": False}
        gradient = line.gradient / line.gradient.max() if relative else line.gradient
        for number, values in enumerate((line.value, gradient), 1):
            hides = any(np.allclose(values, below) for below in drawn[number])
            drawn[number].append(values)
            chart.add_scatter(
                x=p,
                y=values,
                mode="lines",
                line=style | ({"dash": "dash"} if hides else {}),
                name=label,
                legendgroup=label,
                showlegend=number == 1,
                xaxis=f"x{number}",
                yaxis=f"y{number}",
                hovertemplate=f"<b>{label}</b><br>p = %{{x:.3f}}: %{{y:.4f}}<extra></extra>",
            )
        if line.floor is not None:
            _floor(chart, line.floor, style["color"])
    chart.update_layout(xaxis2={}, yaxis2={})  # there to be given the template, too
    template.apply(chart)
    top = min(CUT, max(float(line.value.max()) for line in lines.values()))
    chart.update_layout(
        height=560,
        margin={"l": 70, "r": 10, "t": 60, "b": 55},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        xaxis={"anchor": "y", "matches": "x2", "showticklabels": False, "range": [0, 1]},
        xaxis2={"anchor": "y2", "range": [0, 1], "title": X_TITLE},
        yaxis={"domain": [0.54, 1], "title": LOSS, "range": [0, 1.03 * top]},
        yaxis2={"anchor": "x2", "domain": [0, 0.46], "title": SHARE if relative else GRADIENT, "rangemode": "tozero"},
    )
    return chart


def _floor(chart: go.Figure, floor: float, colour: str) -> None:
    line = {"dash": "dot", "width": 1.5, "color": colour}
    chart.add_shape(type="line", xref="x", yref="y", x0=0, x1=1, y0=floor, y1=floor, line=line)
    note = {"text": f"floor {floor:.4f}", "x": 0, "y": floor, "xref": "x", "yref": "y"}
    chart.add_annotation(**note, xanchor="left", yanchor="bottom", showarrow=False, font={"size": 12, "color": colour})
