"""How good a finished run's masks are: measures by class with intervals, two kinds of Dice, agreement of sizes."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import case_sizes, mask_colours, template, volume_agreement
from medcore.evaluation.volume_agreement import agreement
from medcore.runs.store import Record
from medcore.ui import controls, rows, run_colours
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_numbers, case_run, measures_table
from medcore.ui.segmentation.case_run import CaseRun

CLASS = "measures_class"


def show(records: Sequence[Record]) -> None:
    """Picks one of the runs that are done, and says how good its masks are.

    Args:
        records: runs of the lab, each under a label of its own.
    """
    done = case_run.finished(records)
    if not done:
        st.caption("How good the masks are stands here once a run has ended.")
        return
    st.fragment(_panel)(done, run_colours.of(records))


def charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The charts of the run that was looked at last, or of the first one, by title; none before a run has ended."""
    done = case_run.finished(records)
    if not done:
        return {}
    record = next((run for run in done if run.label == st.session_state.get(case_run.RUN)), done[0])
    try:
        cases = case_run.of(record.id)
    except OSError:
        return {}
    run = CaseRun(record, cases, case_run.names(record, cases), run_colours.of(records)[record.id])
    found = {"Dice against size": _sizes(run)}
    for k, name in enumerate(run.classes[1:]):
        of = f", {name}" if len(run.classes) > 2 else ""
        found |= {f"Predicted and true size{of}": _predicted(run, k), f"Bland-Altman{of}": _limits(run, k)}
    return found


def _panel(done: Sequence[Record], colours: Mapping[str, str]) -> None:
    with rows.row("measures"):
        run = case_run.pick(done, colours)
    if run is None:
        return
    st.dataframe(measures_table.table(run), width="stretch", key="measures_table")
    st.caption(measures_table.words(run))
    if undefined := measures_table.undefined(run):
        st.caption(plain(undefined))
    if seen := measures_table.seen(run):
        st.caption(seen)
    if cleaned := measures_table.cleaned(run):
        st.markdown(cleaned)
    st.subheader("Two Dice that are not the same", anchor=False)
    st.markdown(_two_dice(run))
    _drawn(_sizes(run), "measures_sizes", "Dice of every case against its true size")
    st.subheader("Why accuracy misleads", anchor=False)
    st.markdown(_accuracy(run))
    st.subheader("How much of it is there?", anchor=False)
    k = _class(run)
    left, right = st.columns(2, gap="medium")
    with left:
        _drawn(_predicted(run, k), "measures_volumes", "Predicted against true size of every case")
    with right:
        _drawn(_limits(run, k), "measures_limits", "Difference of predicted and true size against their mean")
    st.caption(_limits_in_words(run, k))
    st.caption("For teaching and research, not for diagnosis.")


def _two_dice(run: CaseRun) -> str:
    test = run.test
    if test["dice"] is None or test["dice_whole"] is None:
        return "Nothing was there and nothing was found: there is no Dice."
    of = ", class by class" if len(run.classes) > 2 else ""
    return (
        f"**{test['dice']:.3f}** is the mean of the {run.unit}s{of}: each counts the same, however small what it "
        "shows. "
        f"**{test['dice_whole']:.3f}** takes all test images as one batch: each pixel counts the same, so large "
        f"objects decide and {run.unit}s where something small was missed hardly show. Papers and programs report "
        "either: say which one you mean."
    )


def _accuracy(run: CaseRun) -> str:
    accuracy = run.test["pixel_accuracy"]
    background = float(np.mean(run.cases.truth == 0))
    said = "" if accuracy is None else f"**{accuracy:.1%}** of the pixels have their true class. "
    return (
        f"{said}Calling every pixel background would reach **{background:.1%}**, with a Dice of 0: the background is "
        "most of an image, and accuracy counts it."
    )


def _sizes(run: CaseRun) -> go.Figure:
    marks = {
        f"mean of the {case_numbers.mean_of(run, None)}": run.test["dice"],
        "all as one batch": run.test["dice_whole"],
    }
    return case_sizes.figure(
        run.cases.volume_true,
        run.cases.dice,
        {name: _colour(run, k) for k, name in enumerate(run.foreground)},
        run.names,
        run.volume_unit,
        {name: value for name, value in marks.items() if value is not None},
    )


def _predicted(run: CaseRun, k: int) -> go.Figure:
    return volume_agreement.predicted(*_there(run, k), run.volume_unit, _colour(run, k))


def _limits(run: CaseRun, k: int) -> go.Figure:
    true, said, names = _there(run, k)
    return volume_agreement.differences(true, said, agreement(true, said), names, run.volume_unit, _colour(run, k))


def _limits_in_words(run: CaseRun, k: int) -> str:
    true, said, _ = _there(run, k)
    if not len(true):
        return plain(f"{run.classes[1 + k]}: nothing was there and nothing was found.")
    found, left = agreement(true, said), run.cases.units - len(true)
    bias, low, high = volume_agreement.number(found.bias, "+"), *map(volume_agreement.number, found[1:])
    limits = "" if np.isnan(found.low) else f", and 95% of the differences lie from {low} to {high}"
    without = f" {left:,} {run.unit}s with nothing to find in which nothing was found are left out." if left else ""
    return plain(
        f"{run.classes[1 + k]}, predicted less true: {bias} {run.volume_unit} on average{limits}.{without} Lines: mean "
        "difference and limits of agreement, mean ± 1.96 standard deviations (Bland & Altman 1986), which suppose "
        "differences that are about normal."
    )


def _there(run: CaseRun, k: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """True and predicted sizes of a class, and the names, of the cases in which it is, or is held to be."""
    true, said = run.cases.volume_true[:, k], run.cases.volume_predicted[:, k]
    there = np.flatnonzero((true > 0) | (said > 0))
    return true[there], said[there], [run.names[unit] for unit in there]


def _colour(run: CaseRun, k: int) -> str:
    return mask_colours.of_classes(run.classes)[1 + k]


def _class(run: CaseRun) -> int:
    """The foreground class whose sizes are looked at: a liver and a lesion have no scale in common."""
    names = list(run.classes[1:])
    if len(names) == 1:
        return 0
    if st.session_state.get(CLASS, names[-1]) not in names:  # of another run
        del st.session_state[CLASS]
    help = "The class whose sizes are shown."
    return names.index(st.selectbox("Class", names, len(names) - 1, key=CLASS, bind=controls.URL, width=300, help=help))


def _drawn(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)
