"""What a penalised network makes small: the loss of the data, and on top of it the penalty, drawn apart.

The skeleton depends on the runs alone, as that of `charts.training` does, so that the live chart can fill it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from medcore.charts import cells, palette
from medcore.charts.gap import EPOCH, LOSS
from medcore.charts.progress import in_epochs

PARTS = {"epoch_train_loss": ("data loss", 0.55), "penalty": ("penalty", 0.2)}
"""By metric: what it is, and how dense its area is."""


def figure(
    frame: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str], steps_per_epoch: Mapping[str, int]
) -> go.Figure:
    """A cell a run: two areas, one on the other, the data loss below and the penalty above.

    Args:
        frame: tidy history (run, step, metric, value) with `epoch_train_loss` and `penalty`; empty for the live chart.
        labels: run id to title, in the order of the cells.
        colours: run id to colour.
        steps_per_epoch: run id to updates an epoch.
    """
    rows = in_epochs(frame, steps_per_epoch)
    series = dict(iter(rows.groupby(["run", "metric"], sort=False, observed=True)))
    traces = [
        _area(series.get((run, metric)), run, label, metric, colours[run], number)
        for number, (run, label) in enumerate(labels.items(), 1)
        for metric in PARTS
    ]
    layout = cells.layout(list(labels.values()), EPOCH, {"title": "Loss + penalty", **LOSS})
    return go.Figure({"data": traces, "layout": layout | {"meta": {"by": "epoch"}}})


def _area(part: pd.DataFrame | None, run: str, label: str, metric: str, colour: str, number: int) -> dict[str, Any]:
    words, share = PARTS[metric]
    empty = np.array([np.nan])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "stackgroup": f"{number}",
        "line": {"color": colour, "width": 1.5, "dash": "solid" if metric == "epoch_train_loss" else "dot"},
        "fillcolor": palette.translucent(colour, share),
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "x": empty if part is None else part["step"].to_numpy(),
        "y": empty if part is None else part["value"].to_numpy(dtype=float),
        "hovertemplate": f"<b>%{{fullData.name}}</b><br>epoch %{{x:.3~g}}, {words}: %{{y:.4g}}<extra></extra>",
        "meta": {"run": run, "metric": metric, "role": "epoch", "words": words},
    }
