"""Two weights under a penalty: where the data loss meets the diamond of L1, and the circle of L2."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import template

REACH = (-1.0, 2.0)
"""What of both weights is drawn."""
LEVELS = 15
TITLES = {"l1": "L1: a diamond", "l2": "L2: a circle"}
COLOURS = {"l1": template.COLOURS[0], "l2": template.COLOURS[1]}
HEIGHT = 680


def figure(
    loss: tuple[np.ndarray, np.ndarray],
    paths: Mapping[str, np.ndarray],
    here: Mapping[str, np.ndarray],
) -> go.Figure:
    """A picture a penalty: contours of the data loss, the way of the best weights as lambda grows, and those at one.

    Args:
        loss: places (n,) along either weight, and the data loss there (n, n), the second weight first.
        paths: by penalty (a key of `TITLES`), the best weights at each lambda (m, 2), from none at all.
        here: by penalty, the best weights (2,) at the lambda chosen.
    """
    places, values = loss
    chart = make_subplots(rows=2, cols=1, subplot_titles=[TITLES[name] for name in paths], vertical_spacing=0.17)
    for row, (name, path) in enumerate(paths.items(), 1):
        where = {"row": row, "col": 1}
        chart.add_contour(
            x=places,
            y=places,
            z=np.sqrt(values),  # so that the lines lie evenly
            ncontours=LEVELS,
            contours={"coloring": "none"},
            line={"color": template.MUTED, "width": 1},
            showscale=False,
            hoverinfo="skip",
            **where,
        )
        weights = here[name]
        border = _border(name, weights)
        chart.add_scatter(
            x=border[:, 0],
            y=border[:, 1],
            mode="lines",
            fill="toself",
            line={"color": COLOURS[name], "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
            opacity=0.6,
            **where,
        )
        chart.add_scatter(
            x=path[:, 0],
            y=path[:, 1],
            mode="lines",
            line={"color": COLOURS[name], "width": 3},
            hovertemplate="w1 %{x:.3f}, w2 %{y:.3f}<extra></extra>",
            **where,
        )
        chart.add_scatter(
            x=weights[:1],
            y=weights[1:],
            mode="markers",
            marker={"color": COLOURS[name], "size": 12, "line": {"color": "white", "width": 1.5}},
            hovertemplate="<b>at this λ</b><br>w1 %{x:.3f}, w2 %{y:.3f}<extra></extra>",
            **where,
        )
    template.apply(chart)
    chart.update_layout(height=HEIGHT, showlegend=False, margin={"l": 10, "r": 10, "t": 40, "b": 10})
    chart.update_annotations(font_size=13)
    lines = {"range": REACH, "constrain": "domain", "zeroline": True, "zerolinecolor": template.MUTED, "nticks": 5}
    chart.update_xaxes(title="Weight w1", **lines)
    chart.update_yaxes(title="Weight w2", **lines)
    for row, across in enumerate(("x", "x2"), 1):
        chart.update_yaxes(scaleanchor=across, row=row, col=1)
    return chart


def _border(name: str, weights: np.ndarray) -> np.ndarray:
    """All weights (n, 2) with the penalty of these: what L1 and L2 hold them to."""
    if name == "l1":
        size = float(np.abs(weights).sum())
        return size * np.array([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)])
    angles = np.linspace(0, 2 * np.pi, 121)
    return float(np.linalg.norm(weights)) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
