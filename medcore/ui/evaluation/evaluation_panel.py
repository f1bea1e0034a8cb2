"""How good a finished model is, honestly: the same panel in every lab where classes are told apart."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import controls, rows, run_colours
from medcore.ui.evaluation import (
    evaluated,
    evaluation_calibration,
    evaluation_confidence,
    evaluation_confusion,
    evaluation_measures,
    evaluation_pair,
    evaluation_threshold,
)
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

EVERY_CLASS = "All classes"
VIEWS: Mapping[str, Callable[..., None]] = {
    "Measures": evaluation_measures.show,
    "Confusion": evaluation_confusion.show,
    "Threshold": evaluation_threshold.show,
    "Calibration": evaluation_calibration.show,
    "Confidence": evaluation_confidence.show,
    "Two runs": evaluation_pair.show,
}
"""By name; each is told the run that is looked at, and all runs that can be."""


def show(records: Sequence[Record]) -> None:
    """Picks one of the runs that are done, and says how good it is.

    Args:
        records: runs of a lab, each under a label of its own.
    """
    done = evaluated.tested(records)
    if not done:
        st.caption("How good a model is stands here once a run has ended.")
        return
    # Of its own, so that a slider draws this panel anew and not the lab around it.
    st.fragment(_panel)(done, run_colours.of(records))


def charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The charts of the run that was looked at last, or of the first one, by title; none before a run has ended."""
    done = evaluated.tested(records)
    if not done:
        return {}
    record = next((run for run in done if run.label == st.session_state.get("eval_run")), done[0])
    try:
        found = evaluated.predictions(record.id)
    except (OSError, ValueError):
        return {}
    names = evaluated.classes(record, found)
    positive = evaluated.first_class(names) if len(names) == 2 else None
    run = Evaluated(record, found, names, positive, run_colours.of(records)[record.id])
    return {
        **evaluation_measures.charts(run),
        "Confusion matrix": evaluation_confusion.chart(run),
        "Calibration": evaluation_calibration.chart(run),
    }


def _panel(done: Sequence[Record], colours: Mapping[str, str]) -> None:
    with rows.row("evaluation"):
        record = _pick("Run", {run.label: run for run in done}, "eval_run", "The finished run that is looked at.")
        try:
            found = evaluated.predictions(record.id)
        except (OSError, ValueError) as error:
            st.warning(plain(sentence(error)))
            return
        names = evaluated.classes(record, found)
        positive = _class(names)
    view = st.segmented_control(
        "Look at",
        list(VIEWS),
        default=next(iter(VIEWS)),
        required=True,
        key="eval_view",
        bind=controls.URL,
        label_visibility="collapsed",
        help="Figures with intervals; which image was taken for what; thresholds and costs; whether probabilities mean "
        "what they say; how sure it was of its mistakes; and whether two runs differ.",
    )
    VIEWS[view](Evaluated(record, found, names, positive, colours[record.id]), done)
    st.caption(_whose(record))


def _whose(record: Record) -> str:
    """Whose images judged, and whose chose."""
    of_target = "test_data" in record.result
    images = (
        "Measured on the test images of the target; thresholds and temperature are chosen on validation images of the "
        "source, as nobody has labels of the target."
        if of_target
        else "Measured on the test images of this set."
    )
    return f"{images} For teaching and research, not for diagnosis."


def _class(names: Sequence[str]) -> int | None:
    """The class that is asked about; of more than two, all at first."""
    if len(names) == 2:
        options: dict[str, Any] = {name: number for number, name in enumerate(names)}
        first = names[evaluated.first_class(names)]
        return _pick("Positive class", options, "eval_class", "What is looked for: the disease, mostly.", first)
    options = {EVERY_CLASS: None} | {name: number for number, name in enumerate(names)}
    help = "One class against all others, or the mean over all classes (macro)."
    return _pick("Class", options, "eval_class", help)


def _pick(label: str, options: Mapping[str, Any], key: str, help: str, first: str | None = None) -> Any:
    names = list(options)
    if st.session_state.get(key, names[0]) not in options:  # of other runs
        del st.session_state[key]
    index = names.index(first) if first else 0
    return options[st.selectbox(label, names, index, key=key, bind=controls.URL, width=300, help=help)]
