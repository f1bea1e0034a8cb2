"""Runs of different batch sizes: the same progress against epochs, updates and seconds."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import curves, template
from medcore.charts.progress import in_epochs, in_seconds

HEIGHT = 360
_AXES = (
    ("Epochs", "%{x:.3~g} epochs"),
    ("Updates (logarithmic)", "%{x:,} updates"),
    ("Seconds spent in updates (logarithmic)", "%{x:.3~g} s"),
)


def figure(
    frame: pd.DataFrame,
    groups: Mapping[str, str],
    colours: Mapping[str, str],
    steps_per_epoch: Mapping[str, int],
) -> go.Figure:
    """Validation loss against three measures of progress, side by side with one loss axis.

    An epoch costs as many images whatever the batch, an update as many decisions, a second as much patience: which
    batch is the fastest depends on what is counted.

    Args:
        frame: tidy history (run, step, metric, value); runs without the metric `seconds` are missing on the right.
        groups: run id to its group; groups of several runs are drawn as their mean.
        colours: run id to colour.
        steps_per_epoch: run id to updates an epoch.
    """
    frame = frame[frame["run"].isin(list(groups)) & frame["metric"].isin(("val_loss", "seconds"))]
    frame = frame.assign(update=frame["step"])
    chart = make_subplots(1, len(_AXES), shared_yaxes=True, horizontal_spacing=0.03)
    for column, places in enumerate((in_epochs(frame, steps_per_epoch), frame, in_seconds(frame)), 1):
        losses = dict(iter(places[places["metric"] == "val_loss"].groupby("run", sort=False)))
        for group in dict.fromkeys(groups.values()):
            runs = [run for run in groups if groups[run] == group]
            parts = [losses[run] for run in runs if run in losses]
            line = curves.averaged(parts) if len(parts) > 1 else parts[0] if parts else frame.iloc[:0]
            chart.add_scatter(
                x=line["step"].to_numpy(),
                y=line["value"].to_numpy(),
                mode="lines+markers",
                name=group,
                legendgroup=group,
                showlegend=column == 2 if len(parts) else False,
                line={"color": colours[runs[0]], "width": 2},
                marker={"size": 6},
                hovertemplate=f"<b>%{{fullData.name}}</b><br>{_AXES[column - 1][1]}: %{{y:.4g}}<extra></extra>",
                row=1,
                col=column,
            )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        hovermode="closest",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "tracegroupgap": 0},
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
    )
    for column, (title, _) in enumerate(_AXES, 1):
        chart.update_xaxes(title=title, col=column)
        if column > 1:
            chart.update_xaxes(type="log", nticks=6, tickformat="~g", col=column)
    chart.update_xaxes(rangemode="tozero", col=1)
    chart.update_yaxes(title="Validation loss", col=1)
    return chart
