"""Training curves: loss of every update, validation loss and accuracy of every epoch.

The skeleton (layout, and traces with `meta` {"run", "metric", "role"}) depends on the runs alone, not
on their values: the live chart fills the skeleton of an empty frame in the browser, and the
finished chart looks the same.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import curves, template

EMPTY = pd.DataFrame(
    {
        "run": pd.Series(dtype="str"),
        "step": pd.Series(dtype="int64"),
        "metric": pd.Series(dtype="str"),
        "value": pd.Series(dtype="float64"),
    }
)
"""A tidy frame without rows."""
CONFIG = template.CONFIG
HEIGHT = 620


class _Panel(NamedTuple):
    metric: str
    title: str
    share: float
    tickformat: str
    number: str


_PANELS = (
    _Panel("train_loss", "training loss", 0.42, "", "%{y:.4g}"),
    _Panel("val_loss", "validation loss", 0.29, "", "%{y:.4g}"),
    _Panel("val_accuracy", "validation accuracy", 0.29, ".0%", "%{y:.1%}"),
)


def figure(frame: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str] | None = None) -> go.Figure:
    """Three panels, one above the other, that share the update number as x axis.

    Args:
        frame: columns run (id), step (update, from 1), metric, value (NaN for a gap); in order of step.
        labels: run id to the name people see; its order is the order of the legend.
        colours: run id to colour, default `template.colour` in the order of `labels`.
    """
    colours = colours or {run: template.colour(i) for i, run in enumerate(labels)}
    chart = make_subplots(
        rows=len(_PANELS),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.05,
        row_heights=[panel.share for panel in _PANELS],
    )
    series = dict(iter(frame.groupby(["run", "metric"], sort=False)))
    traces = [
        (row, trace)
        for run, label in labels.items()
        for row, panel in enumerate(_PANELS, 1)
        for trace in _traces(run, label, colours[run], panel, series.get((run, panel.metric), EMPTY))
    ]
    for row, trace in sorted(traces, key=lambda pair: pair[1].meta["role"] != "raw"):  # noise behind the means of all
        chart.add_trace(trace, row=row, col=1)
    return _laid_out(chart)


def _traces(run: str, label: str, colour: str, panel: _Panel, part: pd.DataFrame) -> Iterator[go.Scatter]:
    x, y = part["step"].to_numpy(), part["value"].to_numpy(dtype=float)
    common = {"name": label, "legendgroup": run, "showlegend": False, "connectgaps": False}
    common["hovertemplate"] = f"<b>%{{fullData.name}}</b><br>update %{{x:,}}: {panel.number}<extra></extra>"
    if panel.metric != "train_loss":
        yield _trace(run, panel.metric, "epoch", x, y, common | _epoch_style(colour))
        return
    raw = {"mode": "lines", "line": {"color": colour, "width": 1}, "opacity": 0.3, "hoverinfo": "skip"}
    yield _trace(run, panel.metric, "raw", x, y, common | raw | {"hovertemplate": None})
    smooth = {"mode": "lines", "line": {"color": colour, "width": 2.5}, "showlegend": True}
    yield _trace(run, panel.metric, "smooth", x, curves.smoothed(y), common | smooth)


def _epoch_style(colour: str) -> dict[str, object]:
    return {"mode": "lines+markers", "line": {"color": colour, "width": 2}, "marker": {"size": 6}}


def _trace(run: str, metric: str, role: str, x: np.ndarray, y: np.ndarray, style: Mapping[str, object]) -> go.Scatter:
    shown = curves.decimated(y)
    return go.Scatter(x=x[shown], y=y[shown], meta={"run": run, "metric": metric, "role": role}, **style)


def _laid_out(chart: go.Figure) -> go.Figure:
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        hovermode="closest",
        dragmode="zoom",
        uirevision="kept",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "font": {"size": 13}},
        margin={"l": 10, "r": 10, "t": 40, "b": 40, "pad": 4},
    )
    for row, panel in enumerate(_PANELS, 1):
        chart.update_yaxes(title_text=panel.title, tickformat=panel.tickformat, row=row, col=1)
    chart.update_xaxes(title_text="update", rangemode="tozero", row=len(_PANELS), col=1)
    return chart
