"""A question about one image of a finished run: asked once, and its answer read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import streamlit as st

from medcore.data import beside, session_sets
from medcore.labs import inside
from medcore.runs import files
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import ExplanationSpec, RunSpec
from medcore.ui import state
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

FILE = "explanation.npz"
EVERY = 0.2
"""Seconds between two looks: an answer about a small network takes as long."""


@dataclass(frozen=True)
class Answer:
    """What the network said.

    Args:
        run: id of the request.
        facts: as `explanation.task` gives them.
        arrays: by name.
    """

    run: str
    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


def ask(trained: Record, key: str, **wanted: Any) -> Answer | None:
    """The answer, or None while it is waited for or there is none; then the page says why.

    A request whose answer is here is not made again; one that nobody waits for any more is stopped.

    Args:
        trained: the finished run.
        key: of the question on the page.
        wanted: as `ExplanationSpec` takes it.
    """
    try:
        spec = _spec(trained, ExplanationSpec(**wanted))
        request = _known(spec, key) or _made(spec, key)
    except (OSError, ValueError) as error:
        st.error(plain(sentence(error)))
        return None
    if request.state in ACTIVE:
        st.fragment(_wait, run_every=EVERY)(request.id)
        return None
    if request.state == "done":
        found = _read(request.id, spec)
        if found is not None:
            return found
        _asked().pop(spec.hash, None)
        st.warning("The answer was removed from this machine.")
    else:
        st.error(plain(request.error or "The question was stopped."))
    st.button("Ask again", key=f"again_{key}", on_click=_asked().pop, args=(spec.hash, None))
    return None


def _spec(trained: Record, wanted: ExplanationSpec) -> RunSpec:
    told = (trained.result or {}).get("test_data")
    (spec,) = inside.request(trained.id, RunSpec.from_dict(trained.spec), wanted, told).values()
    return spec


def _asked() -> dict[str, str]:
    """Ids of this session's requests, by identity."""
    return st.session_state.setdefault("inside_asked", {})


def _known(spec: RunSpec, key: str) -> Record | None:
    """The request, if this session has made it, or anybody has the answer."""
    records = state.store().find([_asked().get(spec.hash, "")])
    if not records and not session_sets.is_name(dataset(spec)):
        records = [r for r in state.store().alike(spec) if _file(r.id, spec).is_file()]
    if not records:
        return None
    _give_up_others(key, records[0].id)
    _asked()[spec.hash] = records[0].id
    return records[0]


def _made(spec: RunSpec, key: str) -> Record:
    label = f"Explanation of {spec.explanation.split} {spec.explanation.index}"
    (run_id,) = state.store().create({label: spec}, state.owner())
    _asked()[spec.hash] = run_id
    _give_up_others(key, run_id)
    return state.store().find([run_id])[0]


def _give_up_others(key: str, run_id: str) -> None:
    """Stops what was asked here before."""
    latest = st.session_state.setdefault("inside_latest", {})
    before = latest.get(key)
    latest[key] = run_id
    if before not in (None, run_id):
        state.store().cancel([before])
        for identity in [i for i, known in _asked().items() if known == before]:
            if state.store().find([before])[0].state != "done":
                del _asked()[identity]


def _wait(run_id: str) -> None:
    (request,) = state.store().find([run_id])
    if request.state not in ACTIVE:
        st.rerun()
    words = request.status or "The question is on its way."
    st.markdown(f":material/hourglass_top: {plain(words)}")


def dataset(spec: RunSpec) -> str:
    """Name of the set that the images asked about belong to."""
    return spec.adaptation.target.name if spec.adaptation.method == "target" else spec.data.name


def _file(run_id: str, spec: RunSpec) -> Path:
    return beside.folder(dataset(spec), files.folder(run_id)) / FILE


def _read(run_id: str, spec: RunSpec) -> Answer | None:
    """The answer of a request that is done; None if it is gone."""
    try:
        with np.load(_file(run_id, spec), allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        return Answer(run_id, json.loads(str(arrays.pop("facts"))), arrays)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
