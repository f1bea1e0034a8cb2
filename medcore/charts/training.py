"""Training curves: loss of every update, validation loss and accuracy of every epoch.

The skeleton (layout, and traces with `meta` {"run", "metric", "role"}) depends on the runs alone, not
on their values: the live chart fills the skeleton of an empty frame in the browser, and the
finished chart looks the same. The layout's `meta` {"by": "update" | "epoch"} says what the x axis counts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

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

_Trace = dict[str, Any]


class _Panel(NamedTuple):
    metric: str
    title: str
    low: float  # of the figure's height
    high: float
    number: str
    axis: Mapping[str, Any]


class _Progress(NamedTuple):
    by: str
    number: str


_UPDATES = _Progress("update", "%{x:,}")
_EPOCHS = _Progress("epoch", "%{x:,.3~f}")

# Where the axes end before there is a point, and how far they may reach: a marker at 100 % stays whole.
_LOSS = {"autorangeoptions": {"clipmin": 0}}
_SHARE = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.01}, "tickformat": ".2~%"}
_LOG = {"type": "log", "tickformat": ".3~g", "nticks": 3}
_PANELS = (
    _Panel("train_loss", "training loss", 0.62, 1.0, "%{y:.4g}", _LOSS),
    _Panel("val_loss", "validation loss", 0.31, 0.57, "%{y:.4g}", _LOSS),
    _Panel("val_accuracy", "validation accuracy", 0.0, 0.26, "%{y:.1%}", _SHARE),
)


def figure(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    colours: Mapping[str, str] | None = None,
    steps_per_epoch: Mapping[str, int] | None = None,
    log_loss: bool = False,
) -> go.Figure:
    """Three panels, one above the other, that share the progress of training as x axis.

    Args:
        frame: columns run (id), step (update, from 1), metric, value (NaN for a gap); in order of step.
        labels: run id to the name people see; its order is the order of the legend.
        colours: run id to colour, default `template.colour` in the order of `labels`.
        steps_per_epoch: run id to updates an epoch; if given, the x axis counts epochs instead of updates, and a
            run that is not in it has no points. Empty for the live chart, which learns it from the runs' plans.
        log_loss: whether both losses have a logarithmic axis.
    """
    colours = colours or {run: template.colour(i) for i, run in enumerate(labels)}
    progress = _UPDATES
    if steps_per_epoch is not None:
        progress, frame = _EPOCHS, _in_epochs(frame, steps_per_epoch)
    series = dict(iter(frame.groupby(["run", "metric"], sort=False)))
    traces = [
        trace
        for run, label in labels.items()
        for number, panel in enumerate(_PANELS, 1)
        for trace in _traces(run, label, colours[run], number, panel, progress, series.get((run, panel.metric), EMPTY))
    ]
    traces.sort(key=lambda trace: trace["meta"]["role"] != "raw")  # noise behind the means of all
    return go.Figure({"data": traces, "layout": _layout(progress.by, log_loss)})


def _in_epochs(frame: pd.DataFrame, steps_per_epoch: Mapping[str, int]) -> pd.DataFrame:
    updates = frame["run"].map(dict(steps_per_epoch)).astype(float)
    return frame.assign(step=frame["step"] / updates).dropna(subset="step")


def _traces(
    run: str, label: str, colour: str, number: int, panel: _Panel, progress: _Progress, part: pd.DataFrame
) -> Iterator[_Trace]:
    x, y = part["step"].to_numpy(), part["value"].to_numpy(dtype=float)
    common = {
        "type": "scatter",
        "name": label,
        "legendgroup": run,
        "showlegend": False,
        "connectgaps": False,
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>{progress.by} {progress.number}: {panel.number}<extra></extra>",
    }
    if panel.metric != "train_loss":
        style = {"mode": "lines+markers", "line": {"color": colour, "width": 2}, "marker": {"size": 6}}
        yield common | style | _points(run, panel.metric, "epoch", x, y)
        return
    noise = {"mode": "lines", "line": {"color": colour, "width": 1}, "opacity": 0.3, "hoverinfo": "skip"}
    yield common | noise | {"hovertemplate": None} | _points(run, panel.metric, "raw", x, y)
    mean = {"mode": "lines", "line": {"color": colour, "width": 2.5}, "showlegend": True}
    if not len(x):
        x, y = np.array([np.nan]), np.array([np.nan])  # a trace without any point has no entry in the legend
    yield common | mean | _points(run, panel.metric, "smooth", x, curves.smoothed(y))


def _points(run: str, metric: str, role: str, x: np.ndarray, y: np.ndarray) -> _Trace:
    shown = curves.decimated(y)
    return {"x": x[shown], "y": y[shown], "meta": {"run": run, "metric": metric, "role": role}}


def _layout(by: str, log_loss: bool) -> dict[str, Any]:
    layout = template.LAYOUT | {
        "template": template.NAME,
        "height": HEIGHT,
        "hovermode": "closest",
        "dragmode": "zoom",
        "uirevision": "kept",
        "meta": {"by": by},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "font": {"size": 13}},
        # Fixed: margins that follow the tick labels would shift the panels as curves grow, and cost a second drawing.
        "margin": {"l": 68, "r": 10, "t": 40, "b": 52, "pad": 4},
    }
    for number, panel in enumerate(_PANELS, 1):
        last = number == len(_PANELS)
        x = {"anchor": f"y{number}", "showticklabels": last, "rangemode": "tozero", "automargin": False}
        x["uirevision"] = by  # a zoom into updates says nothing about epochs
        x |= {} if last else {"matches": f"x{len(_PANELS)}"}
        y = {"anchor": f"x{number}", "domain": [panel.low, panel.high], "automargin": False}
        layout[f"xaxis{number}"] = template.axis(by if last else None) | x
        log = log_loss and panel.axis is _LOSS
        y["uirevision"] = "log" if log else "linear"
        layout[f"yaxis{number}"] = template.axis(panel.title) | y | (_LOG if log else panel.axis)
    return layout
