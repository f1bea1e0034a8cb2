"""Which finished network a part of a page is about; its run stands in the URL (`?model=`)."""

from collections.abc import Sequence

import streamlit as st

from medcore.data import session_sets
from medcore.labs import inside
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import controls, own_sets, state
from medcore.ui.plain import plain

PARAM = "model"
MOST = 100


def found() -> list[Record]:
    """Finished networks whose files are here, the newest first; of sessions' images only this session's."""
    return [run for run in state.store().done(inside.TASKS, MOST) if _usable(run)]


def _usable(run: Record) -> bool:
    name = run.spec["data"]["name"]
    if session_sets.is_name(name) and not own_sets.has(name):
        return False
    return (files.folder(run.id) / "model.keras").is_file()


def named() -> Record | None:
    """The one that the address names; None where it names none that can be used."""
    asked = st.query_params.get(PARAM, "")
    usable = [run for run in state.store().find([asked]) if run.spec["task"] in inside.TASKS and _usable(run)]
    return usable[0] if usable and usable[0].state == "done" else None


def pick(key: str) -> Record | None:
    """Picks one: that of the address, or the newest; None where nothing was trained.

    Args:
        key: of the control.
    """
    runs = found()
    chosen = named()
    asked = st.query_params.get(PARAM, "")
    if asked and chosen is None and _is_id(asked):
        st.warning("The network that this address names is not on this machine, or has not ended its training.")
    if chosen is not None and chosen.id not in {run.id for run in runs}:
        runs.append(chosen)
    if not runs:
        return None
    by_id = {run.id: run for run in runs}
    st.session_state[key] = chosen.id if chosen else runs[0].id
    st.selectbox(
        "Finished network",
        list(by_id),
        format_func=lambda run_id: name(by_id[run_id]),
        key=key,
        on_change=_choose,
        args=(key,),
        help="Networks that were trained here, in whatever lab, the newest first.",
    )
    return by_id[st.session_state[key]]


def _choose(key: str) -> None:
    st.query_params[PARAM] = st.session_state[key]


def _is_id(asked: str) -> bool:
    """Other parts of a page may write a network's name under the same word."""
    return len(asked) in (16, 32) and set(asked) <= set("0123456789abcdef")


def name(run: Record) -> str:
    """Label, images and test accuracy of a run."""
    return " · ".join([run.label, title(run.spec["data"]["name"]), *_accuracy(run)])


def title(dataset: str) -> str:
    """What people see of a data set's name."""
    titles = {entry.name: entry.card.title for entry in controls.listing()}
    return titles.get(dataset, session_sets.title(dataset))


def _accuracy(run: Record) -> Sequence[str]:
    value = ((run.result or {}).get("test") or {}).get("accuracy")
    return () if value is None else (f"test {value:.1%}",)


def line(run: Record) -> str:
    """The same as Markdown."""
    return plain(name(run))
