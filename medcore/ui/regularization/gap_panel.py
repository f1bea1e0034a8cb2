"""The gap between training and validation, and what the penalty adds: live while runs train, from the store afterwards.

One of the charts is shown at a time: a live one holds a connection of the browser, which has few.
"""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore import web
from medcore.charts import cells, gap, penalty, template, training
from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import controls, history, run_colours, setup_table, state
from medcore.ui.components.live_chart import live_chart
from medcore.ui.run_line import ACTIVE

LOSSES, NUMBER, PENALTY = "Training and validation loss", "Gap over the epochs", "Data loss and penalty"
MOST_CELLS = 24
Pairs = tuple[tuple[str, str], ...]
"""By run id; a tuple, so that caches can tell two apart."""

_ABOUT = {
    LOSSES: "Dotted: training loss; solid: validation loss; shaded: the gap between them. Training loss is the mean of "
    "an epoch as it was trained, with dropout, noise or augmented images in force, so it can lie above the other.",
    NUMBER: "Validation loss less training loss. A gap that grows says that the network learns its training images by "
    "heart; a small gap alone says little: a network that learns nothing has none.",
    PENALTY: "What is made small is the sum: below the loss of the data, above it what the penalty adds.",
}


def show(records: Sequence[Record]) -> dict[str, go.Figure]:
    """Draws the chart that is asked for.

    Returns:
        Every chart by title, once all runs have ended.
    """
    records = [record for record in records if record.spec["task"] != "classic"]  # those have no epochs
    if not records:
        return {}
    st.subheader("The gap between training and validation", anchor=False)
    first = _first(records)
    penalised = {run_id: label for run_id, label in first.items() if run_id in _penalised(records)}
    views = [LOSSES, NUMBER, *([PENALTY] if penalised else [])]
    help = "The curves of each run with the gap shaded, the gap as a number, or what a penalty adds to the loss."
    view = st.segmented_control(
        "Gap",
        views,
        default=LOSSES,
        required=True,
        key="gap",
        bind=controls.URL,
        label_visibility="collapsed",
        help=help,
    )
    if any(record.state in ACTIVE for record in records):
        _live(view, penalised if view == PENALTY else first, records)
        charts = {}
    else:
        charts = _finished(records, first, penalised)
        st.plotly_chart(charts[view], width="stretch", key="gap_chart", config=template.CONFIG, alt=_alt(view))
    seeds = " Of several seeds the first is drawn." if len(first) < len(records) and view != NUMBER else ""
    st.caption(_ABOUT[view] + seeds + _scales(records))
    return charts


def _scales(records: Sequence[Record]) -> str:
    """A warning where the losses are of several kinds; "" where they are one."""
    losses = {str(spec.loss): spec.loss for spec in (RunSpec.from_dict(record.spec) for record in records)}
    if len(losses) < 2:
        return ""
    names = ", ".join(map(setup_table.loss, losses.values()))
    return f" **The losses are of different kinds ({names}), so neither they nor their gaps can be compared.**"


def _alt(view: str) -> str:
    return {
        LOSSES: "Training and validation loss of each run over the epochs, the area between them shaded",
        NUMBER: "Validation loss less training loss of each run over the epochs",
        PENALTY: "Data loss of each run over the epochs, and the penalty stacked on it",
    }[view]


def _first(records: Sequence[Record]) -> dict[str, str]:
    """The first run of each group, as many as there are cells: id to label of the group."""
    first: dict[str, str] = {}
    for record in records:
        first.setdefault(group(record.label), record.id)
    return {run_id: label for label, run_id in list(first.items())[:MOST_CELLS]}


def _penalised(records: Sequence[Record]) -> set[str]:
    return {record.id for record in records if RunSpec.from_dict(record.spec).regularization}


def _live(view: str, labels: dict[str, str], records: Sequence[Record]) -> None:
    if view == NUMBER:
        st.info("Drawn once all runs have ended.", icon=":material/hourglass_empty:")
        return
    colours = tuple((run_id, colour) for run_id, colour in run_colours.of(records).items() if run_id in labels)
    figure = _skeleton(view, tuple(labels.items()), colours)
    live_chart(figure, web.stream_url(list(labels)), key=f"gap-{view}-{'-'.join(labels)}")


@st.cache_resource(max_entries=64, show_spinner=False)
def _skeleton(view: str, labels: Pairs, colours: Pairs) -> go.Figure:
    draw = penalty.figure if view == PENALTY else gap.figure
    return draw(training.EMPTY, dict(labels), dict(colours), {})


def _finished(records: Sequence[Record], first: dict[str, str], penalised: dict[str, str]) -> dict[str, go.Figure]:
    groups = tuple((record.id, group(record.label)) for record in records)
    colours = tuple(run_colours.of(records).items())
    charts = {
        LOSSES: _gaps(tuple(first.items()), colours),
        NUMBER: _over_epochs(groups, colours),
    }
    if penalised:
        charts[PENALTY] = _penalties(tuple(penalised.items()), colours)
    return charts


@st.cache_resource(max_entries=32, show_spinner=False)
def _gaps(labels: Pairs, colours: Pairs) -> go.Figure:
    frame, steps = _history(labels)
    ends = {run_id: gap.last(frame, [run_id], steps) for run_id, _ in labels}
    titles = {run_id: _title(label, ends[run_id]) for run_id, label in labels}
    return gap.figure(frame, titles, dict(colours), steps)


def _title(label: str, end: float | None) -> str:
    if end is None:
        return label
    number = f"{end:.2f}".replace("-0.00", "0.00").replace("-", "−")
    return f"{label}{', ' if cells.SECOND in label else cells.SECOND}gap {number}"


@st.cache_resource(max_entries=32, show_spinner=False)
def _over_epochs(groups: Pairs, colours: Pairs) -> go.Figure:
    frame, steps = _history(groups)
    return gap.over_epochs(frame, dict(groups), dict(colours), steps)


@st.cache_resource(max_entries=32, show_spinner=False)
def _penalties(labels: Pairs, colours: Pairs) -> go.Figure:
    frame, steps = _history(labels)
    return penalty.figure(frame, dict(labels), dict(colours), steps)


def _history(labels: Pairs) -> tuple:
    """What these runs logged, and their updates an epoch."""
    records = state.store().find([run_id for run_id, _ in labels])
    return history.of(records), {r.id: r.plan["steps_per_epoch"] for r in records if "steps_per_epoch" in r.plan}
