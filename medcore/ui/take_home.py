"""Take an experiment home: the link, the specs and the numbers."""

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import state


def show(stem: str, specs: Mapping[str, RunSpec], records: Sequence[Record]) -> None:
    """Downloads for the current controls and for the runs shown.

    Args:
        stem: start of every file name.
        specs: what the controls say, by label.
        records: the runs shown.
    """
    st.markdown("**A link.** The address of this page carries every control and the runs shown: copy it and share it.")
    st.markdown(
        "**The experiment.** The same runs without a browser: "
        "`python -m medcore train FILE --json` trains what this file says."
    )
    text = json.dumps([{"label": label} | spec.to_dict() for label, spec in specs.items()], indent=2)
    identity = "-".join(spec.hash[:6] for spec in specs.values())
    st.download_button("Specs (JSON)", text, f"{stem}-{identity}.json", "application/json", key="take_specs")
    if records and all(r.ended for r in records):
        st.markdown("**The numbers.** Every metric of the runs shown: run, step, metric, value.")
        ids = [r.id for r in records]
        st.download_button(
            "History (CSV)",
            lambda: _history(ids, {r.id: r.label for r in records}),
            f"{stem}-{'-'.join(i[:6] for i in ids)}.csv",
            "text/csv",
            key="take_history",
        )


def _history(ids: Sequence[str], labels: Mapping[str, str]) -> str:
    frame = state.store().history(ids)
    return frame.assign(run=frame["run"].map(labels)).to_csv(index=False)
