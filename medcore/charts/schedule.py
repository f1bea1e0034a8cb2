"""The learning rate over the course of a run: as it is planned, and as it was."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from medcore.charts import template

MARKED = 50
"""Points of a line that are marked one by one."""


def preview(shares: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> go.Figure:
    """What share of the learning rate is in force, epoch by epoch; small, for beside the controls.

    Args:
        shares: label to (epochs passed, share 0..1), both (n,).
    """
    chart = go.Figure()
    for i, (label, (epochs, share)) in enumerate(shares.items()):
        chart.add_scatter(
            x=epochs,
            y=share,
            mode="lines" if len(epochs) > MARKED else "lines+markers",
            name=label,
            line={"color": template.colour(i), "width": 2, "shape": "hv"},
            hovertemplate="epoch %{x:.3~g}: %{y:.3~g} of the rate<extra>%{fullData.name}</extra>",
        )
    template.apply(chart)
    several = len(shares) > 1
    chart.update_layout(
        height=220 if several else 160,
        showlegend=several,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        margin={"l": 10, "r": 10, "t": 5, "b": 5},
    )
    chart.update_xaxes(title="Epoch", rangemode="tozero")
    chart.update_yaxes(title="Share of the rate", range=[0, 1.05], nticks=4)
    return chart


def figure(frame: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str]) -> go.Figure:
    """The learning rate of the updates; each holds until the next.

    Args:
        frame: tidy rows (run, step, metric, value) of the metric `learning_rate`.
        labels: run id to what people see, the runs to be drawn.
        colours: run id to colour.
    """
    chart = go.Figure()
    rows = frame[frame["metric"] == "learning_rate"]
    for run, label in labels.items():
        part = rows[rows["run"] == run]
        chart.add_scatter(
            x=part["step"].to_numpy(),
            y=part["value"].to_numpy(),
            mode="lines",
            name=label,
            line={"color": colours[run], "width": 2, "shape": "hv"},
            hovertemplate="<b>%{fullData.name}</b><br>update %{x:,}: %{y:.3g}<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=300,
        hovermode="closest",
        showlegend=len(labels) > 1,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    chart.update_xaxes(title="Update", rangemode="tozero")
    chart.update_yaxes(title="Learning rate", rangemode="tozero", tickformat="~g")
    return chart
