"""Training curves: loss of every update, validation loss and accuracy of every epoch.

The skeleton (layout, and traces with `meta` {"run", "metric", "role"}) depends on the runs alone, not
on their values: the live chart fills the skeleton of an empty frame in the browser, and the
finished chart looks the same. The layout's `meta` {"by": "update" | "epoch" | "second"} says what the x axis counts.

Runs of one group differ by their seed alone: they share a colour and an entry of the legend, and when all have
ended a mean with a band lies over them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from medcore.charts import curves, run_lines, template
from medcore.charts.progress import in_epochs, in_seconds
from medcore.charts.run_lines import Look, Panel, Progress

EMPTY = pd.DataFrame(
    {
        "run": pd.Series(dtype="str"),
        "step": pd.Series(dtype="int64"),
        "metric": pd.Series(dtype="str"),
        "value": pd.Series(dtype="float64"),
    }
)
"""A tidy frame without rows."""
RUNNING_MEAN = "train_loss_running_mean"
"""The metric of what is drawn of a training loss that is not whole: at some updates, made of all up to there."""
CONFIG = template.CONFIG
HEIGHT = 620
MANY_RUNS = 12
"""Beyond this, the noise of single updates would hide the means."""
LEGEND_WIDTH = {8: 290, 16: 370, 64: 640}
"""Pixels that a legend of up to so many entries is planned for; on a narrower page it can be scrolled."""

_UPDATES = Progress("update", "Update", "update %{x:,}")
_EPOCHS = Progress("epoch", "Epoch", "epoch %{x:,.3~f}")
_SECONDS = Progress("second", "Time spent in updates (s)", "%{x:,.2f} s")

# Where the axes end before there is a point, and how far they may reach: a marker at 100% stays whole.
_LOSS = {"autorangeoptions": {"clipmin": 0}}
_SHARE = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.01}, "tickformat": ".2~%"}
_SCORE = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.01}, "tickformat": ".3~f"}
_LOG = {"type": "log", "tickformat": ".3~g", "nticks": 3}
PANELS = (
    Panel("train_loss", "Training loss", 0.62, 1.0, "%{y:.4g}", _LOSS, True),
    Panel("val_loss", "Validation loss", 0.31, 0.57, "%{y:.4g}", _LOSS),
    Panel("val_accuracy", "Validation accuracy", 0.0, 0.26, "%{y:.1%}", _SHARE),
)
TWO_PLACES = (
    Panel("train_loss", "Training loss", 0.76, 1.0, "%{y:.4g}", _LOSS, True),
    Panel("val_loss", "Source<br>validation loss", 0.51, 0.71, "%{y:.4g}", _LOSS),
    Panel("val_accuracy", "Source validation<br>accuracy", 0.255, 0.46, "%{y:.1%}", _SHARE),
    Panel("target_accuracy", "Target test<br>accuracy", 0.0, 0.205, "%{y:.1%}", _SHARE),
)
"""Of runs that learn from one place and are tested at another."""
MASKS = (
    Panel("train_loss", "Training loss", 0.76, 1.0, "%{y:.4g}", _LOSS, True),
    Panel("val_loss", "Validation loss", 0.51, 0.71, "%{y:.4g}", _LOSS),
    Panel("val_dice", "Validation Dice<br>(mean per image)", 0.255, 0.46, "%{y:.3f}", _SCORE),
    Panel("val_accuracy", "Validation<br>pixels right", 0.0, 0.205, "%{y:.2%}", _SHARE),
)
"""Of runs that learn to draw masks: pixels right are close to all of them before anything was found."""
_NO_POINTS = EMPTY.assign(update=EMPTY["step"])


def figure(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    colours: Mapping[str, str] | None = None,
    steps_per_epoch: Mapping[str, int] | None = None,
    log_loss: bool = False,
    groups: Mapping[str, str] | None = None,
    seconds: bool = False,
    means: bool = False,
    dashes: Mapping[str, str] | None = None,
    panels: Sequence[Panel] = PANELS,
) -> go.Figure:
    """Panels, one above the other, that share the progress of training as x axis.

    Args:
        frame: columns run (id), step (update, from 1), metric, value (NaN for a gap); in order of step. Of a run
            that has `RUNNING_MEAN` this is the line, of others it is made of the training loss.
        labels: run id to the name people see; its order is the order of the legend.
        colours: run id to colour, default `template.colour` in the order of the groups.
        steps_per_epoch: run id to updates an epoch; if given, the x axis counts epochs instead of updates, and a
            run that is not in it has no points. Empty for the live chart, which learns it from the runs' plans.
        log_loss: whether both losses have a logarithmic axis.
        groups: run id to the group it belongs to, default its label.
        seconds: whether the x axis counts the seconds spent in updates, from the rows of the metric `seconds`.
        means: whether groups of several runs get a mean and a band of one standard deviation to each side.
        dashes: run id to how its line is broken, so that one below shows through; default unbroken.
        panels: from top to bottom.
    """
    groups, dashes = groups or labels, dict.fromkeys(labels, "solid") | dict(dashes or {})
    order = list(dict.fromkeys(groups[run] for run in labels))
    colours = colours or {run: template.colour(order.index(groups[run])) for run in labels}
    progress, frame = _UPDATES, frame.assign(update=frame["step"])
    if seconds:
        progress, frame = _SECONDS, in_seconds(frame)
    elif steps_per_epoch is not None:
        progress, frame = _EPOCHS, in_epochs(frame, steps_per_epoch)
    series = dict(iter(frame.groupby(["run", "metric"], sort=False)))
    traces = []
    for group in order:
        runs = [run for run in labels if groups[run] == group]
        for number, panel in enumerate(panels, 1):
            looks = [
                Look(run, labels[run], group, colours[run], run == runs[0], number, panel, progress, dashes[run])
                for run in runs
            ]
            calm = [_calm(series, run, panel) for run in runs]
            if means and len(runs) > 1:
                traces += [run_lines.faint(look, part) for look, part in zip(looks, calm, strict=True)]
                traces += run_lines.mean(looks[0], calm, positive=log_loss and panel.axis is _LOSS)
                continue
            for look, part in zip(looks, calm, strict=True):
                if panel.noisy and len(labels) <= MANY_RUNS:
                    traces.append(run_lines.noise(look, series.get((look.run, panel.metric), _NO_POINTS)))
                traces.append(run_lines.line(look, part))
    traces.sort(key=lambda trace: run_lines.DEPTH[trace["meta"]["role"]])  # noise behind the means of all
    return go.Figure({"data": traces, "layout": _layout(progress, log_loss, order, panels)})


def _calm(series: Mapping[tuple[str, str], pd.DataFrame], run: str, panel: Panel) -> pd.DataFrame:
    """The points of a line: of a noisy metric its running mean."""
    part = series.get((run, panel.metric), _NO_POINTS)
    if not panel.noisy:
        return part
    if (mean := series.get((run, RUNNING_MEAN))) is not None:
        return mean
    return part.assign(value=curves.smoothed(part["value"].to_numpy(dtype=float)))


def _layout(progress: Progress, log_loss: bool, groups: Sequence[str], panels: Sequence[Panel]) -> dict[str, Any]:
    top = _legend_height(groups)
    layout = template.LAYOUT | {
        "template": template.NAME,
        "height": HEIGHT * len(panels) // len(PANELS) + top - 40,
        "hovermode": "closest",
        "dragmode": "zoom",
        "uirevision": "kept",
        "meta": {"by": progress.by},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "font": {"size": 13}},
        # Fixed: margins that follow the tick labels would shift the panels as curves grow, and cost a second drawing.
        "margin": {"l": 68, "r": 10, "t": top, "b": 52, "pad": 4},
    }
    layout["legend"] |= {"maxheight": top, "tracegroupgap": 0}
    for number, panel in enumerate(panels, 1):
        last = number == len(panels)
        x = {"anchor": f"y{number}", "showticklabels": last, "rangemode": "tozero", "automargin": False}
        x["uirevision"] = progress.by  # a zoom into updates says nothing about epochs
        x |= {} if last else {"matches": f"x{len(panels)}"}
        y = {"anchor": f"x{number}", "domain": [panel.low, panel.high], "automargin": False}
        layout[f"xaxis{number}"] = template.axis(progress.title if last else None) | x
        log = log_loss and panel.axis is _LOSS
        y["uirevision"] = "log" if log else "linear"
        layout[f"yaxis{number}"] = template.axis(panel.title) | y | (_LOG if log else panel.axis)
    return layout


def _legend_height(groups: Sequence[str]) -> int:
    """Pixels of the legend's rows, 40 at least."""
    room = next(pixels for most, pixels in LEGEND_WIDTH.items() if len(groups) <= most)
    rows, taken = 1, 0.0
    for group in groups:
        width = 45 + 6 * len(group)
        rows, taken = (rows, taken + width) if taken + width <= room or not taken else (rows + 1, width)
    return max(40, 20 * rows + 10)
