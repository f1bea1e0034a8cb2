"""A mask drawn by hand: brush, eraser, polygon and fill on a canvas in the browser, which tells Python after a step."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from medcore.charts import template
from medcore.imaging.view import Viewable
from medcore.ui.components import image_viewer
from medcore.web import slices

_FOLDER = Path(__file__).parent
_VIEWER = Path(image_viewer.__file__).parent
_SHARED = ("numbers.js", "tones.js", "slices.js", "placement.js", "room.js", "stage.js", "gestures.js")
_OWN = ("mask.js", "history.js", "tools.js", "editor_stage.js", "editor_gestures.js", "editor_panel.js")


def _joined(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


_mount = st.components.v2.component(
    "medcore.mask_editor",
    html=_joined(_FOLDER / "mask_editor.html"),
    css=_joined(_VIEWER / "image_viewer.css", _FOLDER / "mask_editor.css"),
    js=_joined(*(_VIEWER / name for name in _SHARED), *(_FOLDER / name for name in _OWN), _FOLDER / "mask_editor.js"),
)


def mask_editor(
    viewable: Viewable,
    token: str,
    plane: str,
    index: int,
    key: str,
    name: str,
    classes: Sequence[str],
    runs: Sequence[int],
    revision: int = 0,
    colours: Sequence[str] = template.COLOURS,
    on_drawn: Callable[[Any], None] = lambda _: None,
) -> None:
    """Mounts the editor.

    Args:
        viewable: what is drawn on.
        token: from `web.slices.VIEWS.open(viewable)`, to ask for the slice.
        plane, index: of the slice.
        key: of the component.
        name: of the drawing: under another name another mask is drawn, each with steps of its own to undo.
        classes: names of the classes, class 0 (nothing) first.
        runs: the mask that a drawing begins with, as `imaging.run_lengths.encode` gives it.
        revision: another number than before puts `runs` in the place of what is drawn, as a step that can be undone.
        colours: "#rrggbb" of each class.
        on_drawn: gets {"name", "revision", "runs"} after a step, unchecked, as a browser said it.
    """

    def tell() -> None:
        on_drawn(st.session_state[key].drawn)

    data = {
        "name": name,
        "title": viewable.title,
        "unit": viewable.unit,
        "colour": viewable.colour,
        "inverted": viewable.inverted,
        "windows": [asdict(window) for window in viewable.windows],
        "plane": viewable.planes[plane].to_dict(),
        "index": index,
        "classes": list(classes),
        "colours": list(colours),
        "runs": list(runs),
        "revision": revision,
        "url": slices.PATH,
        "token": token,
    }
    _mount(key=key, data=data, on_drawn_change=tell)
