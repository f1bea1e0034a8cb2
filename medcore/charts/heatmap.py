"""A heatmap over its image: what speaks for a class is warm, what speaks against it is blue, the rest clear."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from medcore.charts import template

SIDE = 420
"""Pixels of the longer side, about: with its scale and slider it fits on a phone."""
OPACITY = 0.7
STEPS = 10
FOR = ((0.0, (255, 200, 0), 0.0), (0.35, (255, 150, 0), 0.55), (1.0, (220, 0, 60), 1.0))
AGAINST = ((0.0, (120, 200, 255), 0.0), (0.35, (60, 140, 235), 0.55), (1.0, (20, 40, 190), 1.0))
"""Share of the strongest value, colour, and how far it covers the image."""


def figure(image: np.ndarray, values: np.ndarray, signed: bool, title: str) -> go.Figure:
    """The map over the image; a slider in the chart says how strongly, at once and without a server.

    Args:
        image: (height, width, 1 or 3) uint8.
        values: (height, width); 0 is nothing.
        signed: whether negative values mean anything.
        title: of the scale: what the values are, and their unit.
    """
    limit = strongest(values)
    overlay = go.Heatmap(
        name="Heatmap",
        z=values,
        zmin=-limit if signed else 0,
        zmax=limit,
        colorscale=_scale(signed),
        opacity=OPACITY,
        hovertemplate="row %{y}, column %{x}: %{z:.3~g}<extra></extra>",
        colorbar={
            "title": {"text": title, "side": "bottom"},
            "orientation": "h",
            "y": -0.02,
            "yanchor": "top",
            "thickness": 12,
            "outlinewidth": 0,
            "len": 1,
            "nticks": 5,
        },
    )
    chart = go.Figure([ground(image), overlay])
    template.apply(chart)
    height = round(SIDE * min(1.2, image.shape[0] / image.shape[1]))
    chart.update_layout(height=height + 190, margin={"l": 5, "r": 5, "t": 70, "b": 70}, sliders=[_slider()])
    chart.update_xaxes(visible=False, constrain="domain", range=(-0.5, image.shape[1] - 0.5))
    chart.update_yaxes(visible=False, scaleanchor="x", constrain="domain", range=(image.shape[0] - 0.5, -0.5))
    return chart


def ground(image: np.ndarray) -> go.Image | go.Heatmap:
    """The image itself, (height, width, 1 or 3) uint8."""
    if image.shape[2] == 3:
        return go.Image(name="Image", z=image, hoverinfo="skip")
    look = {"zmin": 0, "zmax": 255, "colorscale": "gray", "showscale": False}
    return go.Heatmap(name="Image", z=image[..., 0], hoverinfo="skip", **look)


def blended(image: np.ndarray, values: np.ndarray, limit: float | None = None) -> np.ndarray:
    """The same as pixels, (height, width, 3) uint8.

    Args:
        limit: the value of the strongest colour; None takes the strongest of these.
    """
    share = np.clip(values / (limit or strongest(values)), -1, 1)
    shown = np.repeat(image, 3, axis=-1) if image.shape[-1] == 1 else image
    shown = shown.astype(np.float64)
    for stops, part in ((FOR, np.maximum(share, 0)), (AGAINST, np.maximum(-share, 0))):
        places = [place for place, _, _ in stops]
        cover = OPACITY * np.interp(part, places, [alpha for _, _, alpha in stops])[..., None]
        colour = np.stack([np.interp(part, places, [rgb[i] for _, rgb, _ in stops]) for i in range(3)], axis=-1)
        shown = (1 - cover) * shown + cover * colour
    return np.rint(shown).astype(np.uint8)


def strongest(values: np.ndarray) -> float:
    """The largest value to either side of 0; 1 for a map of zeros."""
    return float(np.nanmax(np.abs(values))) or 1.0


def _scale(signed: bool) -> list[list[Any]]:
    above = [(place, _rgba(rgb, alpha)) for place, rgb, alpha in FOR]
    if not signed:
        return [list(stop) for stop in above]
    below = [(place, _rgba(rgb, alpha)) for place, rgb, alpha in AGAINST]
    whole = [(0.5 - place / 2, colour) for place, colour in below[::-1]]
    return [list(stop) for stop in (*whole, *((0.5 + place / 2, colour) for place, colour in above))]


def _rgba(rgb: tuple[int, int, int], alpha: float) -> str:
    return f"rgba({rgb[0]}, {rgb[1]}, {rgb[2]}, {alpha})"


def _slider() -> dict[str, Any]:
    """How strongly the map covers the image."""
    steps = [
        {"label": f"{100 * i / STEPS:.0f}%", "method": "restyle", "args": [{"opacity": i / STEPS}, [1]]}
        for i in range(STEPS + 1)
    ]
    place = {"x": 0, "len": 1, "xanchor": "left", "y": 1.01, "yanchor": "bottom", "pad": {"t": 0, "b": 4}}
    font = {"size": 13, "color": template.MUTED}
    said = {"prefix": "Heatmap over the image: ", "xanchor": "left", "font": font, "offset": 6}
    look = {
        "ticklen": 0,
        "minorticklen": 0,
        "font": {"color": "rgba(0, 0, 0, 0)", "size": 1},
        "bgcolor": template.MUTED,
    }
    return {"steps": steps, "active": round(OPACITY * STEPS), "currentvalue": said} | place | look
