"""Optimizers on a surface one can see: what is set in the sidebar, and the scene they descend.

Sliders, start and player live in the browser and are answered by `web.descent`, without a rerun; Python hears of them
once they rest, and writes them into the address. Everything in the address starts with `s_`.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medcore import catalog
from medcore.charts import template
from medcore.labs.surfaces import LOOK_FOR
from medcore.optimization.race import SEEDS, Dial, Race, dials, number
from medcore.optimization.rules import RULES
from medcore.optimization.surfaces import SURFACES, Surface, surface
from medcore.ui.components.descent import Racer, descent_scene
from medcore.ui.controls import URL
from medcore.ui.optimizers import surface_ends
from medcore.ui.plain import plain

DEFAULT = ("gd", "momentum", "rmsprop", "adam")
_SCENE, _TURNED, _RACED = "s_scene", "s_turned", "s_raced"


def show() -> None:
    """The controls of the sidebar, and the main area."""
    with st.sidebar:
        name, rules = _surface(), _rules()
        ground = surface(name)
        start, seed = _start(ground), _seed()
    st.markdown(LOOK_FOR[name])
    said = st.container()  # what is said comes and goes above the scene, which stays
    with said:
        turned = _turned(name)
        race = _race(name, rules, start, seed, turned["values"])
    descent_scene(race, _racers(race.rules), turned["serial"], _SCENE, _settled)
    surface_ends.show(race)


def _race(
    name: str, rules: tuple[str, ...], start: tuple[float, float], seed: int, values: Mapping[str, float]
) -> Race:
    """As it is set; where that cannot be, a sentence, and the last of this surface that could."""
    try:
        race = Race(name, rules, start, seed, values)
    except ValueError as error:
        rules, start = st.session_state.get(_RACED, {}).get(name, (DEFAULT, surface(name).start))
        labels = ", ".join(catalog.OPTIMIZERS[rule].label for rule in rules)
        st.error(plain(f"{error}. Shown instead: {labels} from ({start[0]:g}, {start[1]:g})."))
        return Race(name, rules, start, seed, values)
    st.session_state[_RACED] = {name: (rules, start)}
    return race


def _surface() -> str:
    names = _names()
    chosen = st.selectbox(
        "Surface",
        list(names),
        key="s_surface",
        bind=URL,
        on_change=_moved,
        help="The function of two weights that every optimizer descends.",
    )
    return names[chosen]


def _names() -> dict[str, str]:
    return {label: name for name, label in SURFACES.items()}


def _rules() -> tuple[str, ...]:
    labels = {choice.label: name for name, choice in catalog.OPTIMIZERS.items()}
    chosen = st.pills(
        "Optimizers",
        list(labels),
        selection_mode="multi",
        default=[catalog.OPTIMIZERS[name].label for name in DEFAULT],
        key="s_optimizers",
        bind=URL,
        help="Each starts at the same point; with gradient noise each meets the same noise.",
    )
    return tuple(labels[label] for label in chosen)


def _racers(rules: tuple[str, ...]) -> list[Racer]:
    return [Racer(name, catalog.OPTIMIZERS[name].label, template.colour(i)) for i, name in enumerate(rules)]


def _start(ground: Surface) -> tuple[float, float]:
    columns = st.columns(2)
    found = []
    for axis, column, own, (low, high) in zip("xy", columns, ground.start, ground.domain, strict=True):
        with column:
            found.append(
                st.number_input(
                    f"Start {axis}",
                    value=own,
                    step=round((high - low) / 50, 2),
                    format="%.4g",
                    key=f"s_{axis}",
                    bind=URL,
                    help="Or click into the contours.",
                )
            )
    return found[0], found[1]


def _seed() -> int:
    return int(
        st.number_input("Noise seed", 0, SEEDS - 1, 0, key="s_seed", bind=URL, help="Another seed draws other noise.")
    )


def _moved() -> None:
    """Another surface: what suited the one before is forgotten."""
    st.session_state.pop(_TURNED, None)
    _write({})
    ground = surface(_names()[st.session_state["s_surface"]])
    st.session_state["s_x"], st.session_state["s_y"] = ground.start


def _turned(name: str) -> dict[str, Any]:
    """The dials as they were turned last, and the serial of that; at first as the address has them."""
    if _TURNED not in st.session_state:
        values, problems = _checked({dial: st.query_params.get(f"s_{dial}") for dial in _dials(name)}, name)
        if problems:
            st.error("\n".join(f"- {plain(problem)}" for problem in problems))
        st.session_state[_TURNED] = {"values": values, "serial": 0}
    return st.session_state[_TURNED]


def _settled() -> None:
    """Sliders or start rest where a person put them; of a surface that was left meanwhile nothing is taken."""
    name = _names()[st.session_state["s_surface"]]
    try:
        said = st.session_state[_SCENE]["settings"]
        x, y = map(float, said["start"])
        values, _ = _checked(said["values"], name)
        serial = int(said["serial"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # a browser can say anything
    if said.get("surface") != name:
        return
    st.session_state[_TURNED] = {"values": values, "serial": serial}
    st.session_state["s_x"], st.session_state["s_y"] = x, y
    _write(values)


def _dials(name: str) -> dict[str, Dial]:
    """All that can be turned on this surface with any optimizer."""
    return {dial.name: dial for dial in dials(surface(name), list(RULES))}


def _checked(said: Mapping[str, Any], name: str) -> tuple[dict[str, float], list[str]]:
    """Values in range, and a sentence for each that is not; a browser and a link can say anything."""
    values, problems, known = {}, [], _dials(name)
    for dial, text in said.items():
        if text is None or dial not in known:
            continue
        try:
            value = number(said, dial, 0.0)
            known[dial].check(value)
            values[dial] = value
        except ValueError as error:
            problems.append(f"{error}; {known[dial].default:g} is used instead.")
    return values, problems


def _write(values: Mapping[str, float]) -> None:
    """Into the address: these dials and no others."""
    for name in _dials("bowl"):
        if name in values:
            st.query_params[f"s_{name}"] = f"{values[name]:g}"
        elif f"s_{name}" in st.query_params:
            del st.query_params[f"s_{name}"]
