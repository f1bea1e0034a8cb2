"""The chart of a knob that was turned further and further, where that is what the runs are."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import gap, template, turned
from medcore.labs.labels import family, group
from medcore.labs.regularization import is_baseline
from medcore.runs.store import Record
from medcore.ui import history, run_colours, state
from medcore.ui.run_line import ACTIVE

TITLE = "Further and further"
LEAST = 3
"""Values; fewer make no curve."""
Pairs = tuple[tuple[str, str], ...]
"""By run id; a tuple, so that caches can tell two apart."""


def show(records: Sequence[Record]) -> dict[str, go.Figure]:
    """Draws the losses against the values, once all runs have ended.

    Returns:
        The chart by title; none where knobs were compared.
    """
    every, records = records, [record for record in records if record.spec["task"] != "classic"]
    values: dict[str, set[str]] = {}
    for record in records:
        if not is_baseline(record.label):
            values.setdefault(family(record.label), set()).add(group(record.label))
    if any(record.state in ACTIVE for record in records) or not values or min(map(len, values.values())) < LEAST:
        return {}
    st.subheader(TITLE, anchor=False)
    labels = tuple((record.id, record.label) for record in records)
    chart = _chart(labels, tuple(run_colours.of(every).items()))
    st.plotly_chart(
        chart,
        width="stretch",
        key="turned",
        config=template.CONFIG,
        alt="Training and validation loss, and test accuracy, against how far the knob is turned",
    )
    st.caption(
        "Dotted: training loss; solid: validation loss, both after the last epoch. On the left the network learns by "
        "heart: the gap is wide. On the right it is held so tightly that it does not even learn its training images. "
        "The best place is where the validation loss is lowest."
    )
    return {TITLE: chart}


@st.cache_resource(max_entries=32, show_spinner=False)
def _chart(labels: Pairs, colours: Pairs) -> go.Figure:
    records = state.store().find([run_id for run_id, _ in labels])
    frame, names = history.of(records), dict(labels)
    last = frame[frame["metric"].isin([gap.TRAIN, gap.VALIDATION])]
    ends = last.assign(metric=last["metric"].astype(str)).groupby(["run", "metric"], observed=True)["value"].last()
    lines = list(dict.fromkeys(family(label) for label in names.values() if not is_baseline(label)))
    rows = [
        {
            "line": line,
            "value": "none" if is_baseline(names[record.id]) else group(names[record.id]).partition(" · ")[2],
            "train_loss": ends.get((record.id, gap.TRAIN)),
            "val_loss": ends.get((record.id, gap.VALIDATION)),
            "accuracy": ((record.result or {}).get("test") or {}).get("accuracy"),
        }
        for record in records
        for line in (lines if is_baseline(names[record.id]) else [family(names[record.id])])
    ]
    columns = ["train_loss", "val_loss", "accuracy"]
    runs = pd.DataFrame(rows).astype(dict.fromkeys(columns, float))
    knob = lines[0].partition(",")[0] if len(lines) > 1 else lines[0]
    return turned.figure(runs, {line: _colour(line, names, dict(colours)) for line in lines}, knob)


def _colour(line: str, names: Mapping[str, str], colours: Mapping[str, str]) -> str:
    """Of its runs, which have shades of one hue where they are many, the one in the middle."""
    shades = [colours[run_id] for run_id, label in names.items() if family(label) == line]
    return shades[len(shades) // 2]
