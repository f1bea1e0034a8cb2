"""Losses of masks against overlap, and how much of their pull comes from a foreground that is small."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 620
X_OVERLAP, LOSS = "Overlap of the mask with the truth (Dice)", "Loss"
X_SHARE, PULL = "Foreground, as a share of the image", "Share of the pull<br>that the foreground has"


class Line(NamedTuple):
    """One loss: its values (n,) at the overlaps, and the foreground's shares (m,) of its pull."""

    values: np.ndarray
    pulls: np.ndarray


def figure(
    overlaps: np.ndarray, shares: np.ndarray, lines: Mapping[str, Line], chosen: Collection[str], share: float
) -> go.Figure:
    """Two panels, one above the other; a line that lies on an earlier one is dashed, so that both are seen.

    Args:
        overlaps: (n,) Dice of the masks, 0 to 1, increasing.
        shares: (m,) of an image that are foreground, above 0, increasing.
        lines: by label.
        chosen: the labels drawn strong.
        share: of the foreground in the case at hand, marked below.
    """
    chart = go.Figure()
    for number, (x, kind) in enumerate(((overlaps, "values"), (shares, "pulls")), 1):
        drawn: list[np.ndarray] = []
        for i, (label, line) in enumerate(lines.items()):
            y = getattr(line, kind)
            hides = any(np.allclose(y, below, atol=0.006) for below in drawn)
            drawn.append(y)
            style = {"color": template.colour(i), "width": 3.5 if label in chosen else 1.5, "simplify": False}
            where, what = (".2f", ".3f") if number == 1 else (".2%", ".0%")
            chart.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line=style | ({"dash": "dash"} if hides else {}),
                name=label,
                legendgroup=label,
                showlegend=number == 1,
                xaxis=f"x{number}",
                yaxis=f"y{number}",
                hovertemplate=f"<b>{label}</b><br>%{{x:{where}}}: %{{y:{what}}}<extra></extra>",
            )
    chart.update_layout(xaxis2={}, yaxis2={})  # there to be given the template, too
    template.apply(chart)
    _mark(chart, share)
    chart.update_layout(
        height=HEIGHT,
        margin={"l": 70, "r": 10, "t": 80, "b": 55},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        xaxis={"anchor": "y", "title": X_OVERLAP, "range": [0, 1]},
        yaxis={"domain": [0.6, 1], "title": LOSS, "rangemode": "tozero"},
        xaxis2={"anchor": "y2", "title": X_SHARE, "type": "log", "tickformat": ",.3~%", "dtick": 1},
        yaxis2={"anchor": "x2", "domain": [0, 0.4], "title": PULL, "range": [0, 1.03], "tickformat": ".0%"},
    )
    return chart


def _mark(chart: go.Figure, share: float) -> None:
    """Where the case at hand is."""
    line = {"dash": "dot", "width": 1.5, "color": template.MUTED}
    chart.add_shape(type="line", xref="x2", yref="y2", x0=share, x1=share, y0=0, y1=1, line=line)
    note = {"text": f"here {share:.1%}", "x": np.log10(share), "y": 1.03, "xref": "x2", "yref": "y2"}
    chart.add_annotation(**note, yanchor="bottom", showarrow=False, font={"size": 12})
