"""How the pixel values of each class are spread."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from medcore.charts import shares, template

HEIGHT = 320


def figure(
    histograms: Mapping[str, np.ndarray],
    edges: np.ndarray,
    colours: Sequence[str],
    title: str,
    log: bool = False,
) -> go.Figure:
    """One stepped line a class, each as percent of its own pixels, so that large and small classes compare.

    Args:
        histograms: by class, (bins,) pixels.
        edges: (bins + 1,) values.
        colours: of the classes.
        title: of the horizontal axis.
        log: whether shares are logarithmic, which shows rare values.
    """
    chart = go.Figure()
    percent = {name: 100 * counts / counts.sum() for name, counts in histograms.items() if counts.sum()}
    for name, colour in zip(histograms, colours, strict=False):
        if name not in percent:
            continue
        chart.add_scatter(
            x=edges,
            y=np.append(percent[name], percent[name][-1]),
            name=name,
            mode="lines",
            line={"shape": "hv", "width": 2, "color": colour},
            hovertemplate=f"<b>{name}</b><br>from %{{x:.3g}}: %{{y:.3g}}%<extra></extra>",
        )
    template.apply(chart)
    chart.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 40, "b": 45},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
    )
    chart.update_xaxes(title=title)
    if log:
        shares.logarithmic(chart, percent)
    else:
        shares.linear(chart, percent, edges)
    return chart
