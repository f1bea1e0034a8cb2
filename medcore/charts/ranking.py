"""The ROC and the precision-recall curve of one class against all others, or of several classes."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 360
FINE = 1000
"""Steps of either axis that can be told apart."""
Points = tuple[np.ndarray, np.ndarray]


def roc(curves: Mapping[str, Points], colours: Mapping[str, str]) -> go.Figure:
    """Sensitivity against false alarms over all thresholds.

    Args:
        curves: by name, share of false alarms (k,) and sensitivity (k,), from none called positive to all.
        colours: by name.
    """
    chart = _lines(curves, colours, "linear", "false alarms %{x:.3f}<br>sensitivity %{y:.3f}")
    chart.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="by chance",
        line={"dash": "dot", "color": template.MUTED, "width": 1.5},
        hoverinfo="skip",
    )
    return _finished(chart, "False alarms (1 − specificity)", "Sensitivity (recall)")


def precision_recall(curves: Mapping[str, Points], colours: Mapping[str, str], prevalence: float | None) -> go.Figure:
    """Precision against recall over all thresholds.

    Args:
        curves: by name, recall (k,) and precision (k,), from none called positive to all.
        colours: by name.
        prevalence: share of the class, which is the precision of scores by chance; None for several classes.
    """
    chart = _lines(curves, colours, "vh", "recall %{x:.3f}<br>precision %{y:.3f}")
    if prevalence is not None:
        chart.add_scatter(
            x=[0, 1],
            y=[prevalence, prevalence],
            mode="lines",
            name="by chance",
            line={"dash": "dot", "color": template.MUTED, "width": 1.5},
            hoverinfo="skip",
        )
    return _finished(chart, "Recall (sensitivity)", "Precision (positive predictive value)")


def _lines(curves: Mapping[str, Points], colours: Mapping[str, str], shape: str, hover: str) -> go.Figure:
    chart = go.Figure()
    for name, (x, y) in curves.items():
        keep = _apart(x, y)
        chart.add_scatter(
            x=x[keep],
            y=y[keep],
            mode="lines",
            name=name,
            line={"color": colours[name], "width": 2, "shape": shape},
            hovertemplate=f"<b>{name}</b><br>{hover}<extra></extra>",
        )
    return chart


def _apart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points can be told apart from the one before: (k,) bool, the last always."""
    place = np.round(np.stack([x, y]) * FINE)
    moved = (np.diff(place, axis=1, prepend=-1) != 0).any(axis=0)
    moved[-1:] = True
    return moved


def _finished(chart: go.Figure, x: str, y: str) -> go.Figure:
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 30, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        hovermode="closest",
    )
    chart.update_xaxes(range=(-0.01, 1.01), title=x)
    chart.update_yaxes(range=(-0.01, 1.02), title=y)
    return chart
