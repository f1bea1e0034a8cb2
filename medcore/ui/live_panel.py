"""Train, stop, progress, and the chart that grows while runs train: the same for every lab.

The ids of the runs shown stand in the URL (`?runs=`), so a reload, a second tab and a
shared link find them again. Runs of another panel of the same page stand under a `param` of their own.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore import web
from medcore.charts import curves, training
from medcore.data import class_counts, sources
from medcore.labs.labels import MAX_RUNS, family, group
from medcore.runs import status
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import controls, history, run_colours, run_line, setup_table, state
from medcore.ui.components.live_chart import live_chart
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

RUNS = "runs"
MOST_LINES = 9
"""Of runs; more are counted, and only those worth a look have a line."""
CLASSES = ("classification", "classic", "transfer", "adapt")
"""Tasks whose results can be compared: all of them tell classes apart."""
MASKS = ("segment",)
"""Those that draw them, and are compared by other measures."""
Pairs = tuple[tuple[str, Any], ...]
"""By run id; a tuple, so that caches can tell two apart."""


def shown(param: str = RUNS, tasks: Collection[str] = CLASSES) -> list[Record]:
    """The runs that the URL names, each under a label of its own.

    Args:
        param: of the URL.
        tasks: whose results the lab can compare; an address may hold what belongs to another.
    """
    return found(_asked(param), tasks)


def _asked(param: str) -> list[str]:
    """Ids in the URL."""
    ids = st.query_params.get(param, "").split(",")
    return [i for i in dict.fromkeys(ids) if i][:MAX_RUNS]


def found(ids: Sequence[str], tasks: Collection[str] = (*CLASSES, *MASKS)) -> list[Record]:
    """The runs of these ids that train something that is tested: an address may hold what belongs to other panels.

    Runs of two comparisons may share a label: "Adam · 0.1" of a second is "Adam (2) · 0.1".
    """
    records: dict[str, Record] = {}
    for record in state.store().find(ids):
        if record.spec["task"] not in tasks:
            continue
        label, first = record.label, family(record.label)
        number = 1
        while label in records:
            number += 1
            label = f"{first} ({number}){record.label.removeprefix(first)}"
        records[label] = replace(record, label=label)
    return list(records.values())


def _key(name: str, param: str) -> str:
    """Of a control: by the panel it stands in."""
    return name if param == RUNS else f"{param}_{name}"


def buttons(
    specs: Mapping[str, RunSpec], records: Sequence[Record], param: str = RUNS, tasks: Collection[str] = CLASSES
) -> None:
    """The Train and Stop buttons. Train submits and returns; nothing here waits.

    Args:
        specs: what would be trained, by label.
        records: the runs shown.
        param, tasks: as of `shown`.
    """
    active = [r.id for r in records if r.state in ACTIVE]
    training = any(r.owner == state.owner() for r in records if r.state in ACTIVE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            key=_key("train", param),
            disabled=not specs or training,
            on_click=_train,
            args=(specs, param),
            help="Trains every chosen run; you may leave this page and come back.",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            key=_key("stop", param),
            disabled=not active,
            on_click=_stop,
            args=(active,),
            help="Stops what runs and what waits; what was measured so far is kept.",
        )
        if differ(specs, records):
            st.caption("The controls differ from the runs shown: press Train to run them.")
    if lost := len(_asked(param)) - len(shown(param, tasks)):
        runs = "A run that this address names is" if lost == 1 else f"{lost} of the runs that this address names are"
        st.warning(f"{runs} not shown: not in this run store, or nothing that can be compared here.")
    if problem := st.session_state.pop(_key("train_error", param), None):
        st.error(plain(problem))


def differ(specs: Mapping[str, RunSpec], records: Sequence[Record]) -> bool:
    """Whether the controls ask for other runs than those shown."""
    return bool(records and specs) and {s.hash for s in specs.values()} != {r.spec_hash for r in records}


def _stop(ids: Sequence[str]) -> None:
    state.store().cancel(ids)


def _train(specs: Mapping[str, RunSpec], param: str) -> None:
    try:
        for name in {spec.data.name for spec in specs.values()}:
            entry = sources.find(name)
            if not entry.available:
                raise FileNotFoundError(f"{entry.card.title} is not on this machine yet: {entry.how}")
        _check_samples(list(specs.values()))
        ids = state.store().create(specs, state.owner())
        st.query_params[param] = ",".join(ids)
    except (OSError, ValueError) as error:
        st.session_state[_key("train_error", param)] = sentence(error)


def _check_samples(specs: Sequence[RunSpec]) -> None:
    """Raises ValueError for the first sample of training images that cannot be taken."""
    asked = [(spec.data, spec.sample) for spec in specs]
    for i, (data, sample) in enumerate(asked):
        if (data, sample) not in asked[:i]:
            class_counts.check(data, sample)


def show(records: Sequence[Record], param: str = RUNS) -> go.Figure | None:
    """The chart of the runs: live while any is active, from the store afterwards. Same skeleton, so nothing jumps.

    Returns:
        The chart of runs that have all ended.
    """
    by, log_loss = controls.axes("" if param == RUNS else f"{param}_", log_loss=_sweeps(records))
    ids = [r.id for r in records]
    labels, colours = tuple((r.id, r.label) for r in records), tuple(run_colours.of(records).items())
    dashes = tuple(_dashes(records).items())
    panels = _panels(records)
    if any(r.state in ACTIVE for r in records):
        live_chart(
            _skeleton(labels, colours, dashes, by, log_loss, panels), web.stream_url(ids), key=f"live-{'-'.join(ids)}"
        )
        st.caption(" ".join(filter(None, (_losses(records), _same(records), _thickness(records)))))
        return None
    figure = chart(records, by, log_loss)
    st.plotly_chart(
        figure,
        width="stretch",
        key=_key("finished", param),
        config=training.CONFIG,
        alt="Losses and validation scores of each run against its progress",
    )
    st.caption(" ".join(filter(None, (_losses(records), _same(records), _means(records) or _thickness(records)))))
    return figure


def chart(records: Sequence[Record], by: str = "update", log_loss: bool = False) -> go.Figure | None:
    """The chart of runs that have all ended; None before.

    Args:
        by: what the x axis counts: "update", "epoch" or "second".
        log_loss: whether losses are on a logarithmic axis.
    """
    if not records or any(r.state in ACTIVE for r in records):
        return None
    labels, colours = tuple((r.id, r.label) for r in records), tuple(run_colours.of(records).items())
    steps = tuple((r.id, r.plan["steps_per_epoch"]) for r in records if "steps_per_epoch" in r.plan)
    return _finished(labels, colours, tuple(_dashes(records).items()), by, steps, log_loss, _panels(records))


def _panels(records: Sequence[Record]) -> tuple[training.Panel, ...]:
    """What is drawn of runs that do the same; the usual panels where they differ in it."""
    if all(record.spec["task"] == "adapt" for record in records):
        return training.TWO_PLACES
    return training.MASKS if all(record.spec["task"] == "segment" for record in records) else training.PANELS


def _sweeps(records: Sequence[Record]) -> bool:
    """Whether an optimizer is compared with itself at rates far apart: some losses are then far above the others."""
    rates: dict[str, set[float]] = {}
    for record in records:
        optimizer = RunSpec.from_dict(record.spec).optimizer
        rates.setdefault(optimizer.name, set()).add(optimizer.learning_rate)
    return any(len(of) > 2 and max(of) >= 100 * min(of) for of in rates.values())


def _dashes(records: Sequence[Record]) -> dict[str, str]:
    """By run id, of runs whose curve lies on that of an earlier one of the same settings."""
    seen: Counter[str] = Counter()
    dashes = {}
    for record in records:
        if seen[record.spec_hash]:
            dashes[record.id] = "dash" if seen[record.spec_hash] == 1 else "dot"
        seen[record.spec_hash] += 1
    return dashes


def _same(records: Sequence[Record]) -> str:
    """Which curves lie on each other; "" where none do."""
    if not _dashes(records):
        return ""
    by_settings: dict[str, list[str]] = {}
    for record in records:
        by_settings.setdefault(record.spec_hash, []).append(record.label)
    groups = [" = ".join(labels) for labels in by_settings.values() if len(labels) > 1]
    return plain(f"Runs of the same settings lie on each other, dashed: {'; '.join(groups)}.")


def _losses(records: Sequence[Record]) -> str:
    """A warning where losses of several kinds share the axes."""
    losses = [RunSpec.from_dict(record.spec).loss for record in records]
    if all(loss == losses[0] for loss in losses):
        return ""
    names = dict.fromkeys(setup_table.loss(loss) for loss in losses)
    score = "Dice" if all(record.spec["task"] == "segment" for record in records) else "accuracy"
    return (
        f"**The losses are of different kinds ({', '.join(names)}) and have scales of their own: a lower curve is not "
        f"a better one. Compare the validation {score}.**"
    )


def _thickness(records: Sequence[Record]) -> str:
    """What the line of the training loss is, where each run stands for itself."""
    thin = "thin: the loss of every single update; thick" if len(records) <= training.MANY_RUNS else "the line"
    return (
        f"Training loss, {thin}: its running mean over about the last {curves.SHARE:.0%} of the updates "
        f"({curves.LEAST} at least), so it trails a little behind."
    )


def _means(records: Sequence[Record]) -> str:
    """What the thick lines of a chart of several seeds are; "" where each run stands for itself."""
    sizes = {n for n in Counter(group(r.label) for r in records).values() if n > 1}
    if not sizes:
        return ""
    seeds = " or ".join(map(str, sorted(sizes)))
    return (
        f"Thick: the mean over {seeds} seeds, where all of them have a value. The band is one standard deviation to "
        "each side; thin lines are the single runs."
    )


# A rerun that changes nothing of a chart must not build it again.
@st.cache_resource(max_entries=128, show_spinner=False)
def _skeleton(
    labels: Pairs, colours: Pairs, dashes: Pairs, by: str, log_loss: bool, _panels: tuple[training.Panel, ...]
) -> go.Figure:
    return _figure(training.EMPTY, labels, colours, dashes, by, (), log_loss, _panels, means=False)


@st.cache_resource(max_entries=16, show_spinner=False)
def _finished(
    labels: Pairs,
    colours: Pairs,
    dashes: Pairs,
    by: str,
    steps_per_epoch: Pairs,
    log_loss: bool,
    _panels: tuple[training.Panel, ...] = training.PANELS,  # which follow from the runs
) -> go.Figure:
    frame = history.of(state.store().find([run_id for run_id, _ in labels]))
    return _figure(frame, labels, colours, dashes, by, steps_per_epoch, log_loss, _panels, means=True)


def _figure(
    frame: pd.DataFrame,
    labels: Pairs,
    colours: Pairs,
    dashes: Pairs,
    by: str,
    steps: Pairs,
    log_loss: bool,
    panels: tuple[training.Panel, ...],
    means: bool,
) -> go.Figure:
    return training.figure(
        frame,
        dict(labels),
        dict(colours),
        dict(steps) if by == "epoch" else None,
        log_loss,
        groups={run_id: group(label) for run_id, label in labels},
        seconds=by == "second",
        means=means,
        dashes=dict(dashes),
        panels=panels,
    )


def progress(records: Sequence[Record]) -> None:
    """One line a run: its state and how far it is. Looks again every two seconds; the live chart tells of the end."""
    active = any(r.state in ACTIVE for r in records)
    st.fragment(_progress, run_every=2 if active else None)([r.id for r in records], active)


def _progress(ids: Sequence[str], was_active: bool) -> None:
    records = found(ids)
    progress = state.store().progress(ids)
    _engine(records)
    lines = {record.id: run_line.markdown(record, progress.get(record.id)) for record in records}
    if len(records) <= MOST_LINES:
        st.markdown("  \n".join(lines.values()))
    else:
        _count(records)
        st.markdown("  \n".join(lines[record.id] for record in records if run_line.noteworthy(record)))
        with st.expander("Every run"):
            st.markdown("  \n".join(lines.values()))
    if was_active and not any(r.state in ACTIVE for r in records):
        st.rerun()


def _engine(records: Sequence[Record]) -> None:
    """Why runs that wait are not trained, where it is not for others that train."""
    if all(record.state != "queued" for record in records):
        return
    now = status.read()
    if now is not None and now.problem:
        nothing = "" if now.ready else "Nothing can be trained at the moment. "
        st.error(nothing + plain(now.problem), icon=":material/power_off:")
    elif now is None or not now.ready:
        st.caption("The training engine is starting; the first start takes some seconds.")


def _count(records: Sequence[Record]) -> None:
    """How many of many runs have ended, and how."""
    ended = [record for record in records if record.ended is not None]
    if len(ended) < len(records):
        st.progress(len(ended) / len(records), f"{len(ended)} of {len(records)} runs have ended")
        return
    states = Counter("diverged" if run_line.diverged(record) else record.state for record in records)
    st.markdown(f"{len(records)} runs: " + ", ".join(f"{n} {state}" for state, n in states.items()))
