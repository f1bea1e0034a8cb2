"""Every figure of a run with its interval, beside the baseline and the published one; ROC and precision-recall."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import measures as bars
from medcore.charts import ranking as curves
from medcore.charts import template
from medcore.evaluation import bootstrap
from medcore.evaluation.measures import Measure, always, measure
from medcore.evaluation.ranking import curve
from medcore.runs.store import Record
from medcore.ui.evaluation import evaluated
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

TITLES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity (recall)",
    "specificity": "Specificity",
    "precision": "Precision",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC (average precision)",
}
PUBLISHED = {"accuracy": "accuracy", "roc_auc": "auc"}
"""What of a figure's name a card calls it."""
MOST_CURVES = 8
"""Classes that are drawn together."""


def show(run: Evaluated, _: Sequence[Record]) -> None:
    """Draws the bars, then the curves."""
    found = _measured(run.id)[run.positive]
    figure = chart(run)
    st.plotly_chart(figure, width="stretch", key="eval_measures", config=template.CONFIG, alt=_alt(found))
    st.caption(_words(run, found))
    with st.expander("Every number"):
        _table(run, found)
    left, right = st.columns(2, gap="medium")
    roc, precision = _curves(run.id, run.positive, tuple(run.names))
    with left:
        _drawn(roc, "eval_roc", "ROC curve: sensitivity against false alarms over all thresholds")
    with right:
        _drawn(precision, "eval_pr", "Precision against recall over all thresholds")
    some = run.positive is None and len(run.classes) > MOST_CURVES
    st.caption(
        (f"The first {MOST_CURVES} classes; choose another above. " if some else "")
        + "A point a threshold. The ROC curve looks the same however rare the class is; precision falls with it, so of "
        "rare findings the right curve tells more."
    )


def _table(run: Evaluated, found: dict[str, Measure]) -> None:
    baseline, published = _baseline(run), _published(run)
    frame = pd.DataFrame(
        [
            {
                "Measure": (title := TITLES[name]),
                "Value": _number(value),
                "95% interval": "—" if low is None else f"{low:.3f} to {high:.3f}",
                "Always the largest class of training": _number(baseline.get(title)),
                "Published": _number(published.get(title)),
            }
            for name, (value, low, high) in found.items()
        ]
    )
    st.dataframe(frame, hide_index=True, width="stretch", key="eval_table")


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def chart(run: Evaluated) -> go.Figure:
    """The bars of a run."""
    baseline, published = _baseline(run), _published(run)
    return _bars(run.id, run.positive, tuple(baseline.items()), tuple(published.items()), run.colour)


def charts(run: Evaluated) -> dict[str, go.Figure]:
    """Bars and curves by title."""
    roc, precision = _curves(run.id, run.positive, tuple(run.names))
    return {"Measures": chart(run), "ROC curve": roc, "Precision and recall": precision}


def _drawn(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)


@st.cache_resource(max_entries=64, show_spinner="Drawing the test images anew 1,000 times…")
def _measured(run_id: str) -> dict[int | None, dict[str, Measure]]:
    return measure(evaluated.predictions(run_id))


@st.cache_resource(max_entries=64, show_spinner=False)
def _bars(run_id: str, positive: int | None, baseline: tuple, published: tuple, colour: str) -> go.Figure:
    values = {TITLES[name]: tuple(value) for name, value in _measured(run_id)[positive].items()}
    return bars.figure(values, dict(baseline), dict(published), colour)


def _baseline(run: Evaluated) -> dict[str, float | None]:
    """By title, of always answering the class that is largest in training."""
    name = (run.record.result.get("baseline") or {}).get("class")
    if name not in run.classes:
        return {}
    found = _always(run.id, run.classes.index(name))[run.positive]
    return {TITLES[figure]: value for figure, value in found.items()}


@st.cache_resource(max_entries=64, show_spinner=False)
def _always(run_id: str, answer: int) -> dict[int | None, dict[str, float | None]]:
    return always(evaluated.predictions(run_id), answer)


def _published(run: Evaluated) -> dict[str, float]:
    """By title; an area published for a set of several classes is the mean over them."""
    said = run.record.result.get("published") or {}
    whole = run.positive is None or len(run.classes) == 2
    names = PUBLISHED if whole else {"accuracy": "accuracy"}
    return {TITLES[name]: said[theirs] for name, theirs in names.items() if said.get(theirs) is not None}


@st.cache_resource(max_entries=64, show_spinner=False)
def _curves(run_id: str, positive: int | None, names: tuple[str, ...]) -> tuple[go.Figure, go.Figure]:
    found = evaluated.predictions(run_id)
    drawn = range(min(len(names), MOST_CURVES)) if positive is None else [positive]
    points = {c: curve(found.labels == c, found.probabilities[:, c]) for c in drawn if (found.labels == c).any()}
    points = {c: of_class for c, of_class in points.items() if np.isfinite(of_class.false_alarms).all()}
    colours = {names[c]: template.colour(c) for c in points}
    share = float((found.labels == positive).mean()) if positive is not None else None
    return (
        curves.roc({names[c]: (p.false_alarms, p.recall) for c, p in points.items()}, colours),
        curves.precision_recall({names[c]: (p.recall, p.precision) for c, p in points.items()}, colours, share),
    )


def _without_spread(of_name: Measure) -> bool:
    return of_name.value in (0, 1) or (of_name.value is not None and of_name.low is None)


def _alt(found: dict[str, Measure]) -> str:
    said = ", ".join(f"{TITLES[name]} {m.value:.3f}" for name, m in found.items() if m.value is not None)
    return f"Figures on the test set: {said}"


def _words(run: Evaluated, found: dict[str, Measure]) -> str:
    n = len(run.predictions.labels)
    if run.positive is None:
        about = "Sensitivity to PR AUC: the mean over the classes, each against all others (macro)."
    else:
        there = int((run.predictions.labels == run.positive).sum())
        about = f"Sensitivity to PR AUC: of {run.of} ({there:,} of the images) against the rest."
    text = (
        f"{n:,} test images. {about} An image gets the class with the highest probability. Intervals: 95%, stratified "
        f"bootstrap with {bootstrap.RESAMPLES:,} resamples, drawn within each true class, so that the classes keep "
        "their shares; what other first weights would change is not in them."
    )
    if any(_without_spread(of_name) for of_name in found.values()):
        text += (
            " Where every image of a kind is right, or none, all resamples are alike: a share then has Wilson's "
            "interval, and other figures have none, which does not make them certain."
        )
    if baseline := run.record.result.get("baseline"):
        text += f" Gray marks: always answering “{baseline['class']}”, the largest class of the training images."
    if published := run.record.result.get("published"):
        text += f" Published: {published['model']} ({published['source']})."
    missing = [TITLES[name] for name, of_name in found.items() if of_name.value is None]
    if missing:
        text += f" Not defined here (0 of 0): {', '.join(missing)}."
    absent = [run.classes[c] for c in range(len(run.classes)) if not (run.predictions.labels == c).any()]
    if absent:
        text += f" No test image shows {', '.join(absent)}."
    return plain(text)
