"""Charts of a finished comparison, each where it applies: learning rates, batch sizes, schedules."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import batches, curves, palette, schedule, sweep, template, training
from medcore.labs.labels import family, group
from medcore.optimization.schedules import factors
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import history, run_colours, run_line, state
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

LEAST_RATES = 3
"""Fewer make no curve."""


def show(records: Sequence[Record]) -> dict[str, go.Figure]:
    """Draws what these runs can tell, once all of them have ended.

    Returns:
        The charts by title.
    """
    if any(record.state in ACTIVE for record in records):
        return {}
    specs = [_spec(record) for record in records]
    rates: dict[str, set[float]] = {}
    for spec in specs:
        rates.setdefault(spec.optimizer.name, set()).add(spec.optimizer.learning_rate)
    charts = {}
    if max(map(len, rates.values()), default=0) >= LEAST_RATES:
        charts["Learning rates"] = _sweep(records)
    if len({spec.training.batch_size for spec in specs}) > 1:
        charts["Batch sizes"] = _batches(records)
    if any(spec.schedule.name != "constant" or spec.schedule.warmup > 0 for spec in specs):
        charts["Learning rate over the run"] = _schedules(records)
    return charts


def _spec(record: Record) -> RunSpec:
    """With the defaults of what an older version did not store."""
    return RunSpec.from_dict(record.spec)


def _sweep(records: Sequence[Record]) -> go.Figure:
    st.subheader("Learning rates", anchor=False)
    ids = tuple(record.id for record in records)
    chart = _sweep_chart(ids)
    st.plotly_chart(
        chart,
        width="stretch",
        key="sweep",
        config=template.CONFIG,
        alt="Validation loss and test accuracy against the learning rate, a line an optimizer",
    )
    words = "Left of the valley the steps are too small to arrive in time, right of it they overshoot."
    words += f" Loss and accuracy are those of the weights {_tested(records)}."
    if any(run_line.diverged(record) for record in records):
        words += " A cross marks a rate at which runs diverged: their loss left all bounds."
    if len(records) > len({group(record.label) for record in records}):
        words += " Points are means over the seeds, bands one standard deviation to each side."
    st.caption(words + " Each optimizer is to be judged at the bottom of its own valley.")
    if edges := sweep.edges(_rates(ids)):
        st.info("  \n".join(plain(edge) for edge in edges), icon=":material/open_in_full:")
    return chart


def _tested(records: Sequence[Record]) -> str:
    """Which weights of the runs the test set judged."""
    found = {_of_best_epoch(record) for record in records if record.result and not run_line.diverged(record)}
    if len(found) > 1:
        return "that were tested, the last ones or those of the best epoch"
    return "of the best epoch" if found == {True} else "at the end"


def _of_best_epoch(record: Record) -> bool:
    return (record.result or {}).get("evaluated") == "best"


@st.cache_resource(max_entries=32, show_spinner=False)
def _sweep_chart(ids: tuple[str, ...]) -> go.Figure:
    runs = _rates(ids)
    return sweep.figure(runs, palette.colours({line: line for line in dict.fromkeys(runs["line"])}))


@st.cache_resource(max_entries=32, show_spinner=False)
def _rates(ids: tuple[str, ...]) -> pd.DataFrame:
    """What `sweep` wants to know of each run."""
    records = state.store().find(ids)
    frame = history.of(records)
    losses = frame[frame["metric"] == "val_loss"].groupby("run", observed=True)["value"]
    last, lowest = losses.last(), losses.min()
    rows = [
        {
            "line": family(record.label),
            "rate": _spec(record).optimizer.learning_rate,
            "val_loss": (lowest if _of_best_epoch(record) else last).get(record.id, np.nan),
            "accuracy": _accuracy(record),
            "diverged": run_line.diverged(record),
        }
        for record in records
        if record.result
    ]
    return pd.DataFrame(rows, columns=["line", "rate", "val_loss", "accuracy", "diverged"])


def _accuracy(record: Record) -> float:
    accuracy = (record.result.get("test") or {}).get("accuracy")
    return np.nan if accuracy is None else accuracy


def _batches(records: Sequence[Record]) -> go.Figure:
    st.subheader("Batch sizes", anchor=False)
    chart = _batches_chart(tuple(record.id for record in records))
    st.plotly_chart(
        chart,
        width="stretch",
        key="batches",
        config=template.CONFIG,
        alt="Validation loss against epochs, updates and seconds, a line a batch size",
    )
    st.caption(
        "The same runs three times. An epoch sees every image once, whatever the batch; a small batch makes more "
        "updates of it, a large one computes them faster. Seconds are those spent in updates, here and now, without "
        "compiling."
    )
    return chart


@st.cache_resource(max_entries=32, show_spinner=False)
def _batches_chart(ids: tuple[str, ...]) -> go.Figure:
    records = state.store().find(ids)
    groups = {record.id: group(record.label) for record in records}
    steps = {r.id: r.plan["steps_per_epoch"] for r in records if "steps_per_epoch" in r.plan}
    return batches.figure(history.of(records), groups, run_colours.of(records), steps)


def _schedules(records: Sequence[Record]) -> go.Figure:
    st.subheader("Learning rate over the run", anchor=False)
    chart = _schedules_chart(tuple(record.id for record in records))
    st.plotly_chart(
        chart,
        width="stretch",
        key="schedules",
        config=template.CONFIG,
        alt="Learning rate of each run at its updates",
    )
    return chart


@st.cache_resource(max_entries=32, show_spinner=False)
def _schedules_chart(ids: tuple[str, ...]) -> go.Figure:
    """Of the first run of each group: the others have the same learning rates."""
    records = state.store().find(ids)
    first: dict[str, str] = {}
    for record in records:
        first.setdefault(group(record.label), record.id)
    labels = {run_id: label for label, run_id in first.items()}
    made = history.of(records).groupby("run", observed=True)["step"].max()
    drawn = [record for record in records if record.id in labels and record.id in made and record.plan]
    rates = [_course(record, int(made[record.id])) for record in drawn]
    return schedule.figure(pd.concat(rates) if rates else training.EMPTY, labels, run_colours.of(records))


def _course(record: Record, steps: int) -> pd.DataFrame:
    """The learning rates that a run took: of each of its updates, or of as many as a screen can show."""
    spec = _spec(record)
    updates = np.unique(np.linspace(0, steps - 1, min(steps, curves.MAX_POINTS)).round())
    planned, per_epoch = spec.schedule, record.plan["steps_per_epoch"]
    decay = catalog.resolve(catalog.SCHEDULES[planned.name].target)
    shares = factors(decay, planned.options, planned.warmup, updates, per_epoch, spec.training.epochs)
    rates = spec.optimizer.learning_rate * shares
    return pd.DataFrame({"run": record.id, "step": updates + 1, "metric": "learning_rate", "value": rates})
