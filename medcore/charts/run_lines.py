"""The lines of one panel of training curves: runs by themselves, or the mean of several with its band."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from medcore.charts import curves, palette

Trace = dict[str, Any]
DEPTH = {"raw": 0, "member": 0, "band": 1, "smooth": 2, "epoch": 2, "mean": 3}
"""By role of a trace, which lies over which."""

_MARKERS = {
    "solid": {"size": 6},
    "dash": {"size": 11, "symbol": "square-open"},
    "dot": {"size": 11, "symbol": "diamond-open"},
}
"""Of a line by how it is broken: those of several that coincide are seen around each other."""


class Panel(NamedTuple):
    """What a panel shows, and where it stands."""

    metric: str
    title: str
    low: float  # of the figure's height
    high: float
    value: str  # how its numbers are written
    axis: Mapping[str, Any]
    noisy: bool = False  # a value every update, to be smoothed


class Progress(NamedTuple):
    """What the x axis counts."""

    by: str
    title: str
    hover: str


class Look(NamedTuple):
    """What the traces of a run in one panel share."""

    run: str
    label: str
    group: str
    colour: str
    first: bool  # of its group, so that it stands for it in the legend
    number: int
    panel: Panel
    progress: Progress
    dash: str = "solid"

    def trace(self, role: str, x: np.ndarray, y: np.ndarray, **more: Any) -> Trace:
        return {
            "type": "scatter",
            "name": self.group,
            "text": self.label,
            "legendgroup": self.group,
            "showlegend": False,
            "connectgaps": False,
            "xaxis": f"x{self.number}",
            "yaxis": f"y{self.number}",
            "hovertemplate": f"<b>%{{text}}</b><br>{self.progress.hover}: {self.panel.value}<extra></extra>",
            "x": x,
            "y": y,
            "meta": {"run": self.run, "metric": self.panel.metric, "role": role},
        } | more


def noise(look: Look, part: pd.DataFrame) -> Trace:
    """The values of a noisy metric, behind its running mean."""
    thin = {"mode": "lines", "line": {"color": look.colour, "width": 1}, "opacity": 0.3, "hoverinfo": "skip"}
    return look.trace("raw", *_points(part), **thin | {"hovertemplate": None})


def line(look: Look, part: pd.DataFrame) -> Trace:
    """A run by itself; of a noisy metric its running mean."""
    if look.panel.noisy:
        return look.trace("smooth", *_for_legend(*_points(part)), **_thick(look))
    line = {"color": look.colour, "width": 2, "dash": look.dash}
    style = {"mode": "lines+markers", "line": line, "marker": _MARKERS[look.dash]}
    return look.trace("epoch", *_points(part), **style)


def _thick(look: Look) -> dict[str, Any]:
    return {"mode": "lines", "line": {"color": look.colour, "width": 2.5, "dash": look.dash}, "showlegend": look.first}


def faint(look: Look, part: pd.DataFrame) -> Trace:
    """One of several runs under the mean of their group."""
    style = {"mode": "lines", "line": {"color": look.colour, "width": 1}, "opacity": 0.4}
    return look.trace("member", *_points(part), **style)


def mean(look: Look, parts: Sequence[pd.DataFrame], positive: bool) -> Iterator[Trace]:
    """Mean of a group, and the band of one standard deviation to each side.

    Args:
        parts: of each run, of a noisy metric its running mean.
        positive: whether the axis is logarithmic, so that it has no place for less than nothing.
    """
    average = curves.averaged(parts)
    shown = curves.decimated(average["value"].to_numpy())
    x, y, sd = (average[column].to_numpy()[shown] for column in ("step", "value", "sd"))
    low = np.maximum(y - sd, y / 10) if positive else y - sd
    band = {"mode": "lines", "line": {"width": 0}, "fill": "toself", "hoverinfo": "skip", "hovertemplate": None}
    band["fillcolor"] = palette.translucent(look.colour, 0.18)
    yield look.trace("band", np.append(x, x[::-1]), np.append(y + sd, low[::-1]), **band)
    style = _thick(look) | {"customdata": sd}
    if not look.panel.noisy:
        style |= {"mode": "lines+markers", "marker": {"size": 6}, "showlegend": False}
    style["text"] = f"{look.group}: mean ± standard deviation of {len(parts)} seeds"
    value = f"{look.panel.value} ± {look.panel.value.replace('y', 'customdata')}"
    style["hovertemplate"] = f"<b>%{{text}}</b><br>{look.progress.hover}: {value}<extra></extra>"
    yield look.trace("mean", *_for_legend(x, y), **style)


def _for_legend(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At least one point, if an empty one: a trace without any has no entry in the legend."""
    return (x, y) if len(x) else (np.array([np.nan]), np.array([np.nan]))


def _points(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Places and values to draw: no more than can be told apart."""
    y = part["value"].to_numpy(dtype=float)
    shown = curves.decimated(y)
    return part["step"].to_numpy()[shown], y[shown]
