"""The loss on the plane of some runs' weights, with their paths: seen from above, or in space."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

HEIGHT = 560
LEVELS = 24
_SHADES = ((0.0, "rgba(128, 139, 150, 0.04)"), (1.0, "rgba(128, 139, 150, 0.85)"))
_SOLID = ((0.0, "#F7F4EA"), (0.5, "#C9B88F"), (1.0, "#6E5A3A"))


class Path(NamedTuple):
    """One run on the plane: (s,) places, losses at the weights themselves (None where not finite), updates."""

    label: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]
    loss: Sequence[float | None]
    steps: Sequence[int]


def contour(survey: Mapping[str, Any], paths: Sequence[Path]) -> go.Figure:
    """Seen from above: the darker, the higher the loss; lines of equal loss are evenly spaced in its logarithm.

    Args:
        survey: "x" and "y" (n,) places along the axes, "loss" (n, n) in rows of equal y, None where not finite,
            "explained" shares of the paths' variance along x and y.
        paths: drawn in this order.
    """
    heights = _logarithms(survey["loss"])
    ground = go.Contour(
        x=survey["x"],
        y=survey["y"],
        z=heights,
        customdata=_numbers(survey["loss"]),
        colorscale=_SHADES,
        ncontours=LEVELS,
        contours_coloring="heatmap",  # the scale of filled contours would add up their transparency
        line={"width": 0.8, "color": template.MUTED},
        hovertemplate="loss %{customdata:.4g}<extra>on the plane</extra>",
        colorbar=_scale(heights),
        connectgaps=False,
    )
    chart = go.Figure([ground])
    for path in paths:
        x, y = np.asarray(path.x), np.asarray(path.y)
        chart.add_scatter(x=x, y=y, mode="lines+markers", **_style(path, size=5))
        chart.add_scatter(x=x[:1], y=y[:1], mode="markers", **_end(path, "circle-open", 12))
        chart.add_scatter(x=x[-1:], y=y[-1:], mode="markers", **_end(path, "star", 14))
    template.apply(chart)
    chart.update_layout(height=HEIGHT, legend=_LEGEND, margin={"l": 10, "r": 10, "t": 50, "b": 90})
    titles = _titles(survey["explained"])
    chart.update_xaxes(title=titles[0], range=_ends(survey["x"]), showgrid=False)
    chart.update_yaxes(title=titles[1], range=_ends(survey["y"]), showgrid=False, scaleanchor="x", constrain="domain")
    chart.update_xaxes(constrain="domain")
    return chart


def relief(survey: Mapping[str, Any], paths: Sequence[Path]) -> go.Figure:
    """In space: height is the logarithm of the loss; each path runs at the loss of its own weights.

    Args:
        survey, paths: as for `contour`.
    """
    heights = _logarithms(survey["loss"])
    ground = go.Surface(
        x=survey["x"],
        y=survey["y"],
        z=heights,
        customdata=_numbers(survey["loss"]),
        colorscale=_SOLID,
        lighting={"ambient": 0.75, "diffuse": 0.6, "specular": 0.05},
        showscale=False,
        contours_z={"show": True, "color": "#FFFFFF", "width": 1},
        hovertemplate="loss %{customdata:.4g}<extra>on the plane</extra>",
    )
    chart = go.Figure([ground])
    for path in paths:
        z = np.ravel(_logarithms([path.loss]))
        chart.add_scatter3d(x=path.x, y=path.y, z=z, mode="lines+markers", **_style(path, size=3, width=6))
        for end, symbol in ((slice(1), "circle-open"), (slice(-1, None), "diamond")):
            place = {axis: np.asarray(values)[end] for axis, values in (("x", path.x), ("y", path.y), ("z", z))}
            chart.add_scatter3d(**place, mode="markers", **_end(path, symbol, 9))
    template.apply(chart)
    titles = _titles(survey["explained"])
    values, texts = _ticks(heights)
    axis = {"showbackground": False, "gridcolor": "rgba(128, 139, 150, 0.25)", "color": template.MUTED}
    axis["tickfont"] = {"size": 12}
    chart.update_layout(
        height=HEIGHT,
        legend=_LEGEND,
        margin={"l": 0, "r": 0, "t": 50, "b": 0},
        scene={
            "xaxis": axis | {"title": titles[0].split(" (")[0]},
            "yaxis": axis | {"title": titles[1].split(" (")[0]},
            "zaxis": axis | {"title": "Training loss", "tickvals": values, "ticktext": texts},
            "aspectratio": {"x": 1.2, "y": 1.2, "z": 0.8},
            "camera": {"eye": {"x": 1.5, "y": 1.5, "z": 1.1}},
        },
    )
    return chart


_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"}


def _style(path: Path, size: float, width: float = 2.5) -> dict[str, Any]:
    return {
        "name": path.label,
        "legendgroup": path.label,
        "line": {"color": path.colour, "width": width},
        "marker": {"size": size, "color": path.colour},
        "customdata": np.stack([_numbers(path.loss), np.asarray(path.steps, float)], axis=1),
        "hovertemplate": "update %{customdata[1]:,}<br>loss of these weights %{customdata[0]:.4g}",
    }


def _end(path: Path, symbol: str, size: float) -> dict[str, Any]:
    """The marker of a start or an end."""
    line = {"color": path.colour, "width": 2}
    return {
        "marker": {"symbol": symbol, "size": size, "color": path.colour, "line": line},
        "legendgroup": path.label,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _numbers(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float)  # None becomes NaN, a gap


def _logarithms(losses: Any) -> np.ndarray:
    with np.errstate(divide="ignore"):
        heights = np.log10(_numbers(losses))
    return np.where(np.isfinite(heights), heights, np.nan)


def _ticks(heights: np.ndarray) -> tuple[list[float], list[str]]:
    """Round losses within the range: 1, 2 and 5 of each power of ten, or 1 alone where there are many."""
    low, high = np.nanmin(heights), np.nanmax(heights)
    steps = (1, 2, 5) if high - low < 3 else (1,)
    losses = [step * 10.0**power for power in range(int(np.floor(low)), int(np.ceil(high)) + 1) for step in steps]
    shown = [loss for loss in losses if low <= np.log10(loss) <= high]
    return [float(np.log10(loss)) for loss in shown], [f"{loss:g}" for loss in shown]


def _scale(heights: np.ndarray) -> dict[str, Any]:
    values, texts = _ticks(heights)
    return {
        "orientation": "h",
        "y": -0.13,
        "yanchor": "top",
        "len": 0.6,
        "title": {"text": "Training loss", "side": "bottom", "font": {"size": 13}},
        "tickvals": values,
        "ticktext": texts,
        "thickness": 12,
        "outlinewidth": 0,
    }


def _titles(explained: Sequence[float]) -> list[str]:
    return [
        f"{name} component ({share:.1%} of the paths)"
        for name, share in zip(("First", "Second"), explained, strict=True)
    ]


def _ends(places: Sequence[float]) -> tuple[float, float]:
    return places[0], places[-1]
