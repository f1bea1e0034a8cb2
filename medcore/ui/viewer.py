"""The image viewer on a page: opens what it shows for this session, and says what a person looks at."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medcore.charts import template
from medcore.imaging.view import Viewable
from medcore.ui import session
from medcore.ui.components.image_viewer import image_viewer
from medcore.web import slices

OPEN_AT_ONCE = 8
"""Views that a session keeps open; of more, those not shown for longest are closed."""


@dataclass(frozen=True)
class ViewState:
    """What a person looks at.

    Args:
        plane: name of the plane.
        index: of the slice, from 0.
        centre, width: of the window, in the unit of the image; over each channel of a colour image.
        inverted: low values are white.
    """

    plane: str
    index: int
    centre: float
    width: float
    inverted: bool


def show(
    viewable: Viewable, key: str, classes: Sequence[str] = (), colours: Sequence[str] = template.COLOURS
) -> ViewState | None:
    """Shows it, and keeps slice, window and zoom as long as `key` shows the same (`==`).

    Args:
        viewable: what is shown; asked for slices from other threads for as long as it is open.
        key: of the viewer on the page.
        classes: names of the classes of its masks, class 0 (nothing) first, for the legend.
        colours: "#rrggbb" of each class.

    Returns:
        What is seen; None until the browser has taken the window of a view without presets from its first slice.
    """
    token = _open().token(key, viewable)
    said = image_viewer(viewable, token, f"viewer-{key}", classes, colours)
    if said and said.get("token") == token and (state := heard(said, viewable)):
        return state
    return first(viewable)


def token(viewable: Viewable, key: str) -> str:
    """To ask for slices of it, where something else than the viewer shows them under this key."""
    return _open().token(key, viewable)


def close(key: str) -> None:
    """Closes what the viewer of this key shows, so that its pixels can be let go."""
    _open().close(key)


def first(viewable: Viewable) -> ViewState | None:
    """Where the viewer starts: the middle of the first plane, in the first window; None if the window is unknown."""
    plane = next(iter(viewable.planes.values()))
    if viewable.windows:
        centre, width = viewable.windows[0].centre, viewable.windows[0].width
    elif viewable.colour:
        centre, width = 127.5, 255.0
    else:
        return None
    return ViewState(plane.name, plane.slices // 2, centre, width, viewable.inverted)


def heard(said: Mapping[str, Any], viewable: Viewable) -> ViewState | None:
    """What the browser said; None if it cannot be so, for a browser can say anything."""
    try:
        centre, width = float(said["centre"]), float(said["width"])
        state = ViewState(str(said["plane"]), int(said["index"]), centre, width, said["inverted"] is True)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    plane = viewable.planes.get(state.plane)
    known = plane is not None and 0 <= state.index < plane.slices
    return state if known and math.isfinite(centre) and math.isfinite(width) and width > 0 else None


class _Open:
    """The views of one session that the browser may ask for slices, by key of their viewer."""

    def __init__(self) -> None:
        self._views: dict[str, tuple[Viewable, str]] = {}

    def token(self, key: str, viewable: Viewable) -> str:
        """The token of what the viewer shows; what it showed before is closed if it is another."""
        shown, token = self._views.pop(key, (None, ""))
        if shown != viewable:
            slices.VIEWS.close(token)
            token = slices.VIEWS.open(viewable)
        else:
            viewable = shown
        self._views[key] = (viewable, token)
        while len(self._views) > OPEN_AT_ONCE:
            self.close(next(iter(self._views)))
        return token

    def close(self, key: str) -> None:
        _, token = self._views.pop(key, (None, ""))
        slices.VIEWS.close(token)

    def close_all(self) -> None:
        """Nothing is answered any more."""
        for key in list(self._views):
            self.close(key)


def _open() -> _Open:
    return session.kept("views", _Open, _Open.close_all)
