"""Optimizers descending a surface: contours and paths, a player, sliders, and the update rule with its numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from medcore.charts import surface as charts
from medcore.optimization.race import Race
from medcore.web import assets, descent

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "../plotly.js",
    "numbers.js",
    "answers.js",
    "ground.js",
    "frame.js",
    "plane.js",
    "relief.js",
    "player.js",
    "dials.js",
    "rule.js",
    "descent.js",
)
_mount = st.components.v2.component(
    "medcore.descent",
    html="".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("descent.html", "rules.html")),
    css=(_FOLDER / "descent.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


@dataclass(frozen=True)
class Racer:
    """How an optimizer is shown."""

    name: str
    label: str
    colour: str


def descent_scene(
    race: Race, racers: Sequence[Racer], serial: int, key: str, on_settle: Callable[[], None]
) -> Mapping[str, Any] | None:
    """Shows the race; sliders and start are followed in the browser, and told when they rest.

    Args:
        race: as it was set last.
        racers: its rules, in order.
        serial: of what was told last, 0 if nothing was; what the browser has turned since counts more than `race`.
        key: of the component.
        on_settle: called before the page is run again with other settings.

    Returns:
        What was told last: "surface", "serial", "values" of dials that do not stand at their default, "start".
    """
    ground = race.ground
    data = {
        "surface": race.surface,
        "title": ground.label,
        "racers": [asdict(racer) for racer in racers],
        "dials": [asdict(dial) for dial in race.dials],
        "values": dict(race.values or {}),
        "start": race.start or ground.start,
        "ownStart": ground.start,
        "seed": race.seed,
        "serial": serial,
        "layouts": {"plane": charts.plane(), "relief": charts.relief()},
        "plotly": assets.PLOTLY_PATH,
        "surfaceUrl": descent.SURFACE_PATH,
        "pathsUrl": descent.DESCENT_PATH,
    }
    return _mount(key=key, data=data, on_settings_change=on_settle).settings
