"""One knob turned further and further: from learning by heart on the left to learning nothing on the right."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from medcore.charts import palette, template

HEIGHT = 520
_LOSSES = {"train_loss": ("training", "dot"), "val_loss": ("validation", "solid")}


def figure(runs: pd.DataFrame, colours: Mapping[str, str], knob: str) -> go.Figure:
    """Above, training and validation loss with the gap between them shaded; below, the test accuracy.

    Args:
        runs: a row a run: line (what is turned), value (how far, as text, in the order of the axis), train_loss,
            val_loss, accuracy. Rows of the same line and value are repeats with other seeds: their mean is drawn.
        colours: by line.
        knob: what the x axis counts.
    """
    values = list(dict.fromkeys(runs["value"]))
    chart = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.06, row_heights=[0.6, 0.4])
    for line, part in runs.groupby("line", sort=False):
        means = part.groupby("value")[["train_loss", "val_loss", "accuracy"]].mean().reindex(values)
        look = {"x": values, "name": line, "legendgroup": line}
        for metric, (what, dash) in _LOSSES.items():
            fill = {"fill": "tonexty", "fillcolor": palette.translucent(colours[line], 0.2)}
            chart.add_scatter(
                **look,
                **(fill if what == "validation" else {}),
                y=means[metric].to_numpy(),
                mode="lines+markers",
                showlegend=what == "validation",
                line={"color": colours[line], "width": 2, "dash": dash},
                hovertemplate=f"<b>%{{fullData.name}}</b><br>%{{x}}, {what}: %{{y:.4g}}<extra></extra>",
                row=1,
                col=1,
            )
        chart.add_scatter(
            **look,
            y=means["accuracy"].to_numpy(),
            mode="lines+markers",
            showlegend=False,
            line={"color": colours[line], "width": 2},
            hovertemplate="<b>%{fullData.name}</b><br>%{x}: %{y:.1%}<extra></extra>",
            row=2,
            col=1,
        )
    template.apply(chart)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    chart.update_layout(height=HEIGHT, legend=legend, showlegend=runs["line"].nunique() > 1)
    chart.update_xaxes(type="category", categoryorder="array", categoryarray=values)
    chart.update_xaxes(title=knob, row=2, col=1)
    chart.update_yaxes(title="Loss at the end", rangemode="tozero", row=1, col=1)
    chart.update_yaxes(title="Test accuracy", tickformat=".2~%", row=2, col=1)
    return chart
