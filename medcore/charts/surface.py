"""How a surface of two weights is laid out; the browser draws it."""

from typing import Any

from medcore.charts import template


def plane() -> dict[str, Any]:
    """From above; the browser sizes it so that both weights have one scale: a path crosses contours at right angles."""
    bare = {"showgrid": False, "fixedrange": True}
    return template.LAYOUT | {
        "xaxis": template.axis("Weight x") | bare,
        "yaxis": template.axis("Weight y") | bare,
    }


def relief() -> dict[str, Any]:
    """In three dimensions; turned by a drag."""
    axis = {"showbackground": False, "gridcolor": template.axis()["gridcolor"], "zeroline": False}
    return template.LAYOUT | {
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "uirevision": "kept",
        "scene": {
            "xaxis": axis | {"title": {"text": "Weight x"}},
            "yaxis": axis | {"title": {"text": "Weight y"}},
            "zaxis": axis | {"title": {"text": "f(x, y)"}},
            "aspectmode": "manual",
            "aspectratio": {"x": 1.3, "y": 1.3, "z": 0.65},
            "camera": {"eye": {"x": -1.2, "y": -1.8, "z": 1.75}, "center": {"x": 0, "y": 0, "z": -0.12}},
        },
    }
