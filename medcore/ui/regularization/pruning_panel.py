"""Prune and retest: how much of a trained network can be taken away before it answers worse.

The ids of the prunings stand in the URL (`?pruned=`), so that several networks can be compared and a link shows them.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import pruning as charts
from medcore.charts import template
from medcore.labs import pruning as lab
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import controls, run_colours, run_line, state
from medcore.ui.plain import plain
from medcore.ui.regularization import weights_panel
from medcore.ui.run_line import ACTIVE

PARAM = "pruned"
MOST = 12


def show(records: Sequence[Record]) -> None:
    """Picks a finished run, prunes it, and draws what it answers."""
    st.markdown(
        "**Prune and retest.** The smallest weights are set to zero, more and more of them; nothing is retrained."
    )
    bases = {record.id: record for record in records if _prunable(record)}
    if not bases:
        st.caption("A run that has ended can be pruned.")
        return
    prunings = _shown(bases)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        base = bases[_pick(bases)]
        st.button(
            "Prune it",
            key="prune",
            icon=":material/content_cut:",
            on_click=_prune,
            args=(base.id, base.spec, base.label),
            disabled=any(pruning.spec["base"] == base.id and pruning.state != "failed" for pruning in prunings),
            help="Tests the network with more and more of its smallest weights set to zero.",
        )
    if problem := st.session_state.pop("prune_error", None):
        st.error(plain(problem))
    active = any(pruning.state in ACTIVE for pruning in prunings)
    st.fragment(_results, run_every=1 if active else None)([pruning.id for pruning in prunings], active, records)


def _prunable(record: Record) -> bool:
    result = record.result or {}
    return record.state == "done" and not result.get("diverged_at") and record.spec["task"] == "classification"


def _pick(bases: dict[str, Record]) -> str:
    labels = {record.label: run_id for run_id, record in bases.items()}
    first = list(labels).index(weights_panel.sparsest(list(bases.values())).label)
    help = "Runs of this comparison that ended."
    chosen = st.selectbox("Trained network", list(labels), first, key="prune_run", bind=controls.URL, help=help)
    return labels[chosen]


def _prune(base: str, spec: dict, label: str) -> None:
    try:
        ids = state.store().create(lab.runs(base, RunSpec.from_dict(spec), label), state.owner())
    except (OSError, ValueError) as error:
        st.session_state["prune_error"] = sentence(error)
        return
    before = [run_id for run_id in st.query_params.get(PARAM, "").split(",") if run_id]
    st.query_params[PARAM] = ",".join([*before, *ids][-MOST:])


def _shown(bases: dict[str, Record]) -> list[Record]:
    """The prunings of these runs that the URL names."""
    ids = st.query_params.get(PARAM, "").split(",")
    found = state.store().find([i for i in dict.fromkeys(ids) if i][:MOST])
    return [pruning for pruning in found if pruning.spec["task"] == "prune" and pruning.spec["base"] in bases]


def _results(ids: Sequence[str], was_active: bool, records: Sequence[Record]) -> None:
    """How far the prunings are, and the accuracies of those that are done."""
    prunings = state.store().find(ids)
    for pruning in prunings:
        if pruning.state != "done":
            st.markdown(run_line.markdown(pruning, None))
    chart = _chart(prunings, records)
    if chart:
        st.plotly_chart(
            chart,
            width="stretch",
            key="pruning",
            config=template.CONFIG,
            alt="Accuracy of each network against the share of its weights that were set to zero",
        )
        st.caption(
            "Solid: test images; dotted: validation images. A dashed line marks the share of weights that were exactly "
            "zero before: up to there nothing changes."
        )
    if was_active and not any(pruning.state in ACTIVE for pruning in prunings):
        st.rerun()


def charts_of(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The chart by title, to be taken home; none while nothing was pruned."""
    bases = {record.id: record for record in records if _prunable(record)}
    chart = _chart(_shown(bases), records) if bases else None
    return {"Pruning": chart} if chart else {}


def _chart(prunings: Sequence[Record], records: Sequence[Record]) -> go.Figure | None:
    done = [pruning for pruning in prunings if pruning.result]
    if not done:
        return None
    bases, colours = {record.id: record for record in records}, run_colours.of(records)
    networks = [_network(pruning, bases[pruning.spec["base"]], colours) for pruning in done]
    baseline = bases[done[0].spec["base"]].result.get("baseline") or {}
    return charts.figure(networks, baseline.get("accuracy"))


def _network(pruning: Record, base: Record, colours: dict[str, str]) -> charts.Pruned:
    found = pruning.result
    val, test = ([metrics["accuracy"] for metrics in found[split]] for split in ("val", "test"))
    zeros = (base.result.get("zeros") or {}).get("share")
    return charts.Pruned(base.label, colours[base.id], found["shares"], val, test, zeros)
