"""What the shift costs and what each method gives back: in sentences and in a chart; and what the mistake flatters."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import recovery, template
from medcore.labs import two_hospitals as lab
from medcore.labs import two_hospitals_findings as findings
from medcore.labs.labels import family
from medcore.labs.two_hospitals_findings import Line, Measured
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import live_panel, results, run_colours
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE
from medcore.ui.transfer import hospital_guess

TITLE = "Accuracy on the target's test images"
MIXED = (
    "Batches of Deep CORAL and DANN hold images of both places, so their batch normalisation knows both: part of what "
    "they give back comes from that and not from their second loss. With a weight of 0 it is all."
)
EVERY = 2.0
"""Seconds between two looks at what has ended."""


def show(records: Sequence[Record]) -> dict[str, go.Figure]:
    """Says and draws it, again and again while runs train.

    Returns:
        The chart by title, once all runs have ended.
    """
    active = any(record.state in ACTIVE for record in records)
    st.fragment(_shown, run_every=EVERY if active else None)([record.id for record in records])
    done = measured(records)
    return {} if active or not done else {TITLE: chart(records)}


def measured(records: Sequence[Record]) -> list[Measured]:
    """Those that have a figure."""
    return [
        Measured(record.label, RunSpec.from_dict(record.spec), record.result)
        for record in records
        if record.result and record.result.get("source_test") and not record.result.get("diverged_at")
    ]


def _shown(ids: Sequence[str]) -> None:
    records = live_panel.found(ids)
    done = measured(records)
    if not done:
        return
    st.subheader("What the shift costs, and what comes back", anchor=False)
    if not any(record.state in ACTIVE for record in records):
        st.markdown("\n\n".join(findings.sentences(done)))
        _mistake(done)
        hospital_guess.reveal(done)
    st.plotly_chart(
        chart(records),
        width="stretch",
        key="recovery",
        config=template.CONFIG,
        alt="Accuracy of each method on the target's test images, with 95% intervals over the seeds",
    )
    first = done[0].result
    st.caption(
        f"{first['test']['n']:,} test images of the target. Diamonds: means over the seeds with their 95% intervals "
        "(Student; they say what other seeds would give on these images, not what other images would). Small dots: "
        "single seeds. Gray: from the source alone to trained on the target. Percentages on the right: share of the "
        "loss that is recovered (intervals in the text: Fieller)."
    )
    if any(run.method in lab.WEIGHTED and run.spec.model.options.get("batch_norm") for run in done):
        st.caption(MIXED)
    results.notes(records)


def chart(records: Sequence[Record]) -> go.Figure:
    """The chart of the runs that have a figure."""
    colours = {family(record.label): colour for record, colour in _coloured(records)}
    lines = findings.lines(measured(records))
    ends = {line.method: line.mean for line in lines}
    rows = tuple(_row(line, colours[line.name]) for line in lines)
    return _figure(rows, ends.get("source_only"), ends.get("target"))


def _coloured(records: Sequence[Record]) -> list[tuple[Record, str]]:
    colours = run_colours.of(records)
    return [(record, colours[record.id]) for record in records]


def _row(line: Line, colour: str) -> recovery.Row:
    note = f"{findings.percent(line.share.value)} back" if line.share else ""
    return recovery.Row(line.name, colour, tuple(line.scores.values()), line.mean, line.low, line.high, note)


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(rows: tuple[recovery.Row, ...], lower: float | None, upper: float | None) -> go.Figure:
    return recovery.figure(rows, lower, upper, TITLE)


def _mistake(done: Sequence[Measured]) -> None:
    """By how much choosing by the target's labels flatters, where that mistake was made."""
    if said := flattered(done):
        st.warning(plain(said), icon=":material/visibility_off:")


def flattered(done: Sequence[Measured]) -> str:
    """What choosing by the target's labels adds to each method; "" where nobody made that mistake."""
    gains: dict[str, list[float]] = {}
    for run in done:
        found = run.result.get("flattery") or {}
        honest, chosen = found.get("accuracy_by_source"), found.get("accuracy_by_target")
        if run.spec.adaptation.choose_on_target and None not in (honest, chosen):
            name = family(run.label).partition(",")[0]
            gains.setdefault(name, []).append(chosen - honest)
    if not gains:
        return ""
    parts = [f"{name} {findings.signed(float(np.mean(of)))}" for name, of in gains.items()]
    overall = float(np.mean([gain for of in gains.values() for gain in of]))
    return (
        "These epochs were chosen by the target's test labels, which nobody has where the labels are wanted. Beside "
        f"the epoch that the source's validation images choose, that adds {findings.signed(overall)} percentage "
        f"points on average to accuracy on the same test images ({', '.join(parts)}). None of it is skill: the "
        "best of many epochs on the images that judge always looks at least as good. Switch it off for figures that "
        "can be believed."
    )
