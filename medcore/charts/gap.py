"""The gap between what a network does with its training images and with others: what learning by heart looks like.

The skeleton depends on the runs alone, as that of `charts.training` does, so that the live chart can fill it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from medcore.charts import cells, palette, template
from medcore.charts.progress import in_epochs

TRAIN, VALIDATION = "epoch_train_loss", "val_loss"
EPOCH = {"title": "Epoch"}
LOSS = {"autorangeoptions": {"clipmin": 0}}
SHADE = 0.25


def figure(
    frame: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str], steps_per_epoch: Mapping[str, int]
) -> go.Figure:
    """A cell a run: training loss (dotted), validation loss, and the gap between them shaded.

    Args:
        frame: tidy history (run, step, metric, value) with `epoch_train_loss` and `val_loss`; empty for the live chart.
        labels: run id to title, in the order of the cells.
        colours: run id to colour.
        steps_per_epoch: run id to updates an epoch.
    """
    series = _series(frame, steps_per_epoch)
    traces = []
    for number, (run, label) in enumerate(labels.items(), 1):
        cell = {"xaxis": f"x{number}", "yaxis": f"y{number}", "name": label}
        traces.append(_line(series, run, TRAIN, cell, colours[run], "training"))
        fill = {"fill": "tonexty", "fillcolor": palette.translucent(colours[run], SHADE)}
        traces.append(_line(series, run, VALIDATION, cell, colours[run], "validation") | fill)
    layout = cells.layout(list(labels.values()), EPOCH, {"title": "Loss", **LOSS})
    return go.Figure({"data": traces, "layout": layout | {"meta": {"by": "epoch"}}})


def over_epochs(
    frame: pd.DataFrame,
    groups: Mapping[str, str],
    colours: Mapping[str, str],
    steps_per_epoch: Mapping[str, int],
) -> go.Figure:
    """The gap as a number: validation loss less training loss after each epoch, the mean over the seeds of a group.

    Args:
        frame: tidy history of the runs.
        groups: run id to group; the order of the legend.
        colours: run id to colour.
        steps_per_epoch: run id to updates an epoch.
    """
    gaps = of(frame, steps_per_epoch)
    chart = go.Figure()
    for group in dict.fromkeys(groups.values()):
        runs = [run for run in groups if groups[run] == group]
        mean = gaps[gaps["run"].isin(runs)].groupby("epoch")["gap"].mean()
        chart.add_scatter(
            x=mean.index.to_numpy(),
            y=mean.to_numpy(),
            mode="lines",
            name=group,
            line={"color": colours[runs[0]], "width": 2},
            hovertemplate="<b>%{fullData.name}</b><br>epoch %{x}: %{y:.3~g}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(height=360, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    chart.update_xaxes(title="Epoch", rangemode="tozero")
    chart.update_yaxes(title="Validation less training loss", zeroline=True, zerolinecolor=template.MUTED)
    return chart


def of(frame: pd.DataFrame, steps_per_epoch: Mapping[str, int]) -> pd.DataFrame:
    """The gap after each epoch: columns run, epoch, gap."""
    rows = in_epochs(frame[frame["metric"].isin([TRAIN, VALIDATION])], steps_per_epoch)
    losses = rows.assign(metric=rows["metric"].astype(str), run=rows["run"].astype(str)).pivot_table(
        index=["run", "step"], columns="metric", values="value"
    )
    losses = losses.reindex(columns=[TRAIN, VALIDATION])
    gap = (losses[VALIDATION] - losses[TRAIN]).rename("gap").dropna()
    return gap.reset_index().rename(columns={"step": "epoch"})


def last(frame: pd.DataFrame, runs: Sequence[str], steps_per_epoch: Mapping[str, int]) -> float | None:
    """The gap after the last epoch, mean over the runs; None where none of them measured it."""
    gaps = of(frame, steps_per_epoch)
    found = gaps[gaps["run"].isin(runs)].groupby("run")["gap"].last()
    return float(found.mean()) if len(found) else None


def _series(frame: pd.DataFrame, steps_per_epoch: Mapping[str, int]) -> dict[tuple[str, str], pd.DataFrame]:
    rows = in_epochs(frame, steps_per_epoch)
    return dict(iter(rows.groupby(["run", "metric"], sort=False, observed=True)))


def _line(
    series: Mapping[tuple[str, str], pd.DataFrame], run: str, metric: str, cell: Mapping[str, Any], colour: str, of: str
) -> dict[str, Any]:
    part = series.get((run, metric))
    empty = np.array([np.nan])
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 2, "dash": "dot" if metric == TRAIN else "solid"},
        "x": empty if part is None else part["step"].to_numpy(),
        "y": empty if part is None else part["value"].to_numpy(dtype=float),
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>epoch %{{x:.3~g}}, {of}: %{{y:.4g}}<extra></extra>",
        "meta": {"run": run, "metric": metric, "role": "epoch", "words": f"{of} loss"},
        **cell,
    }
