"""What happens in each layer while a network trains: how large the gradient is, how far an update moves the weights.

The skeleton depends on the layers alone, as that of `charts.training` does on the runs, so that the live chart can
fill it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 480
RULE = 1e-3
"""An update of about a thousandth of the weights is usual; a rule of thumb (Karpathy, CS231n, "ratio of updates")."""
_PANELS = (
    ("gradient_norm", "Gradient norm", 0.54, 1.0),
    ("update_ratio", "Update / weights", 0.0, 0.46),
)


def names(metrics: Sequence[str]) -> list[str]:
    """The layers that were measured, in the order in which they came."""
    start = f"{_PANELS[0][0]}/"
    return list(dict.fromkeys(metric.removeprefix(start) for metric in metrics if metric.startswith(start)))


def figure(frame: pd.DataFrame, run: str, layers: Sequence[str]) -> go.Figure:
    """Two panels over the updates, both logarithmic, a line a layer.

    Args:
        frame: tidy history (run, step, metric, value) with `gradient_norm/LAYER` and `update_ratio/LAYER`.
        run: id of the run to draw.
        layers: in the order of the network.
    """
    rows = frame[frame["run"] == run]
    traces = [
        _trace(rows, run, layer, template.colour(i), metric, number)
        for number, (metric, *_) in enumerate(_PANELS, 1)
        for i, layer in enumerate(layers)
    ]
    return go.Figure({"data": traces, "layout": _layout()})


def _trace(rows: pd.DataFrame, run: str, layer: str, colour: str, metric: str, number: int) -> dict[str, Any]:
    part = rows[rows["metric"] == f"{metric}/{layer}"]
    x, y = part["step"].to_numpy(), part["value"].to_numpy(dtype=float)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": layer,
        "text": layer,
        "legendgroup": layer,
        "showlegend": number == 1,
        "connectgaps": False,
        "line": {"color": colour, "width": 2},
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "hovertemplate": "<b>%{fullData.name}</b><br>update %{x:,}: %{y:.3~g}<extra></extra>",
        "x": x if len(x) else np.array([np.nan]),
        "y": np.where(y > 0, y, np.nan) if len(y) else np.array([np.nan]),
        "meta": {"run": run, "metric": f"{metric}/{layer}", "role": "epoch"},
    }


def _layout() -> dict[str, Any]:
    layout = template.LAYOUT | {
        "template": template.NAME,
        "height": HEIGHT,
        "hovermode": "closest",
        "uirevision": "kept",
        "meta": {"by": "update"},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "tracegroupgap": 0},
        "margin": {"l": 76, "r": 10, "t": 40, "b": 52, "pad": 4},
    }
    for number, (_, title, low, high) in enumerate(_PANELS, 1):
        last = number == len(_PANELS)
        x = {"anchor": f"y{number}", "showticklabels": last, "rangemode": "tozero", "automargin": False}
        layout[f"xaxis{number}"] = template.axis("Update" if last else None) | x | ({} if last else {"matches": "x2"})
        y = {"anchor": f"x{number}", "domain": [low, high], "type": "log", "automargin": False}
        layout[f"yaxis{number}"] = template.axis(title) | y | {"tickformat": ".3~g", "nticks": 5}
    band = {"type": "rect", "xref": "x2 domain", "yref": "y2", "x0": 0, "x1": 1, "y0": RULE / 3, "y1": RULE * 3}
    band |= {"fillcolor": template.MUTED, "opacity": 0.18, "line": {"width": 0}, "layer": "below"}
    hint = {"xref": "x2 domain", "yref": "y2 domain", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"}
    hint |= {"text": "gray: about 1/1000, the rule of thumb"}
    layout["shapes"] = [band]
    layout["annotations"] = [hint | {"showarrow": False, "font": {"size": 12}}]
    return layout
