"""A viewer of medical images: a canvas that windows, zooms and measures in the browser, slice by slice."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from medcore.charts import template
from medcore.imaging.view import Viewable
from medcore.web import slices

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "numbers.js",
    "tones.js",
    "slices.js",
    "placement.js",
    "measures.js",
    "room.js",
    "stage.js",
    "drag.js",
    "cine.js",
    "gestures.js",
    "panel.js",
    "image_viewer.js",
)
_mount = st.components.v2.component(
    "medcore.image_viewer",
    html=(_FOLDER / "image_viewer.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "image_viewer.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


def image_viewer(
    viewable: Viewable,
    token: str,
    key: str,
    classes: Sequence[str] = (),
    colours: Sequence[str] = template.COLOURS,
) -> dict[str, Any] | None:
    """Mounts the viewer.

    Args:
        viewable: what is shown.
        token: from `web.slices.VIEWS.open(viewable)`, to ask for its slices. Another token with the same title,
            planes and windows keeps slice, window and zoom.
        key: of the component.
        classes: names of the classes of its masks, class 0 (nothing) first.
        colours: "#rrggbb" of each class.

    Returns:
        What a person made of it: "token", "plane", "index" (from 0), "centre", "width", "inverted"; None as long as
        nothing was changed.
    """
    data = {
        "title": viewable.title,
        "unit": viewable.unit,
        "colour": viewable.colour,
        "inverted": viewable.inverted,
        "windows": [asdict(window) for window in viewable.windows],
        "planes": [plane.to_dict() for plane in viewable.planes.values()],
        "classes": list(classes),
        "colours": list(colours),
        "url": slices.PATH,
        "token": token,
    }
    return _mount(key=key, data=data, on_view_change=lambda: None).view
