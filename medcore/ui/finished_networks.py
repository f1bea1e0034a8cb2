"""Which finished network a part of a page is about; its run stands in the URL (`?model=`)."""

from collections.abc import Sequence

import streamlit as st

from medcore import catalog
from medcore.data import session_sets
from medcore.labs import inside
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import controls, own_sets, state
from medcore.ui.plain import plain

PARAM = "model"
MOST = 100
MISSING = (
    "The network that this address names is not on this machine, or has not ended its training: choose another one."
)
_LAST = "finished_network"
SEGMENT = ("segment",)
"""The tasks whose networks draw masks."""
_OF_CONTROLS = {name for key, choice in catalog.MODELS.items() for name in (key, choice.label)}
"""What the control of other parts writes into the address under the same word."""


def found(tasks: Sequence[str] = inside.TASKS) -> list[Record]:
    """Finished networks whose files are here, the newest first; of sessions' images only this session's."""
    return [run for run in state.store().done(tasks, MOST) if _usable(run)]


def _usable(run: Record) -> bool:
    return (files.folder(run.id) / "model.keras").is_file() and own_sets.may_use(run.spec)


def named(tasks: Sequence[str] = inside.TASKS) -> Record | None:
    """The one that the address names; None where it names none that can be used."""
    asked = st.query_params.get(PARAM, "")
    usable = [run for run in state.store().find([asked]) if run.spec["task"] in tasks and _usable(run)]
    return usable[0] if usable and usable[0].state == "done" else None


def unknown(tasks: Sequence[str] = inside.TASKS) -> bool:
    """Whether the address names a network that cannot be shown: nothing else is shown in its place."""
    asked = st.query_params.get(PARAM, "")
    return bool(asked) and asked not in _OF_CONTROLS and named(tasks) is None


def pick(key: str, tasks: Sequence[str] = inside.TASKS) -> Record | None:
    """Picks one; the address names it from then on, the session keeps it.

    Args:
        key: of the control.
        tasks: whose networks may be picked.

    Returns:
        That of the address, else the session's last, else the newest that is better than chance; None where nothing
        was trained, and where the address names one that is not here, which the page then says.
    """
    missing, last = unknown(tasks), _last(tasks)
    runs, chosen = found(tasks), None if missing else named(tasks)
    if chosen is not None and chosen.id not in {run.id for run in runs}:
        runs.append(chosen)
    if not runs:
        return None
    by_id = {run.id: run for run in runs}
    if not missing:
        _show(chosen or by_id.get(st.session_state.get(last)) or _first(runs), last)
    st.session_state[key] = None if missing else st.session_state[last]
    st.selectbox(
        "Finished network",
        list(by_id),
        None,
        format_func=lambda run_id: name(by_id[run_id]),
        key=key,
        on_change=_choose,
        args=(key,),
        placeholder="Choose a network",
        help="Networks that were trained here, in whatever lab, the newest first.",
    )
    return by_id.get(st.session_state[key])


def _first(runs: Sequence[Record]) -> Record:
    """The newest that is better than chance, if there is one."""
    return next((run for run in runs if not about_chance(run)), runs[0])


def _last(tasks: Sequence[str]) -> str:
    """Where the session keeps its last one of these tasks."""
    return f"{_LAST} {' '.join(tasks)}"


def _show(run: Record, last: str) -> None:
    st.session_state[last] = run.id
    if st.query_params.get(PARAM) != run.id:
        st.query_params[PARAM] = run.id


def _choose(key: str) -> None:
    st.query_params[PARAM] = st.session_state[key]


def about_chance(run: Record) -> bool:
    """Whether the interval of its balanced accuracy reaches that of guessing."""
    result = run.result or {}
    interval = ((result.get("test") or {}).get("intervals") or {}).get("balanced_accuracy")
    classes = (result.get("data") or {}).get("classes")
    return bool(interval and classes) and interval[0] <= 1 / len(classes)


def name(run: Record) -> str:
    """Label, images and test accuracy (of masks, Dice) of a run, and whether it is worth anything."""
    worth = ["about chance"] if about_chance(run) else []
    return " · ".join([run.label, title(run.spec["data"]["name"]), *_accuracy(run), *worth])


def title(dataset: str) -> str:
    """What people see of a data set's name."""
    titles = {entry.name: entry.card.title for entry in controls.listing()}
    return titles.get(dataset, session_sets.title(dataset))


def _accuracy(run: Record) -> Sequence[str]:
    test = (run.result or {}).get("test") or {}
    if (dice := test.get("dice")) is not None:
        return (f"test Dice {dice:.3f}",)
    value = test.get("accuracy")
    return () if value is None else (f"test {value:.1%}",)


def line(run: Record) -> str:
    """The same as Markdown."""
    return plain(name(run))
