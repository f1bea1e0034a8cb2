"""Whether probabilities mean what they say, before and after temperature scaling."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import reliability, template
from medcore.evaluation import calibration
from medcore.runs.store import Record
from medcore.ui.evaluation import evaluated
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

BEFORE, AFTER = "as the model says", "after temperature scaling"
COLOURS = {BEFORE: template.COLOURS[0], AFTER: template.COLOURS[1]}


def show(run: Evaluated, _: Sequence[Record]) -> None:
    """Draws the reliability diagram; figures before and after."""
    temperature = _temperature(run.id)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.plotly_chart(
            chart(run),
            width="stretch",
            key="eval_reliability",
            config=template.CONFIG,
            alt="Reliability diagram: share of images in which it was so against the probability that was said",
        )
    with right:
        st.dataframe(_table(run), hide_index=True, width="stretch", key="eval_calibration")
        st.markdown(_words(temperature))
    said = "the class that it says" if run.positive is None else run.of
    st.caption(
        plain(
            f"Test images in {calibration.BINS} bins of equal width by the probability of {said}; bars are 95% "
            "intervals (Wilson), and wide where a bin holds few images. ECE: expected calibration error, the mean "
            f"distance to the diagonal, weighed by the images. Brier: mean squared distance, {_brier(run)}. The lower "
            "the better; only Brier and log loss also tell a model that knows something from one that always says the "
            "prevalence."
        )
    )


def chart(run: Evaluated) -> go.Figure:
    """The reliability diagram of a run."""
    return _chart(run.id, run.positive)


def _brier(run: Evaluated) -> str:
    return "summed over the classes" if run.positive is None else "of this class"


@st.cache_resource(max_entries=64, show_spinner=False)
def _temperature(run_id: str) -> float | None:
    """The best one on the validation images; None without any."""
    found = evaluated.predictions(run_id)
    if found.val_probabilities is None or not len(found.val_labels):
        return None
    return calibration.best_temperature(found.val_probabilities, found.val_labels)


def _ways(run_id: str) -> dict:
    """Test probabilities by name: before, and after where there is a temperature."""
    found, temperature = evaluated.predictions(run_id), _temperature(run_id)
    ways = {BEFORE: found.probabilities}
    return ways if temperature is None else ways | {AFTER: calibration.cooled(found.probabilities, temperature)}


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(run_id: str, positive: int | None) -> go.Figure:
    labels = evaluated.predictions(run_id).labels
    curves = {
        name: reliability.Points(*calibration.bins(*calibration.statements(probabilities, labels, positive)))
        for name, probabilities in _ways(run_id).items()
    }
    said = "Confidence: probability of the class said" if positive is None else "Probability said"
    return reliability.figure(curves, COLOURS, said, "Share in which it was so")


@st.cache_resource(max_entries=64, show_spinner=False)
def _figures(run_id: str, positive: int | None) -> dict[str, dict[str, float]]:
    labels = evaluated.predictions(run_id).labels
    return {
        name: {
            "ECE": calibration.bins(*calibration.statements(probabilities, labels, positive)).error,
            "Brier score": calibration.brier(probabilities, labels, positive),
            "Log loss": calibration.log_loss(probabilities, labels),
        }
        for name, probabilities in _ways(run_id).items()
    }


def _table(run: Evaluated) -> pd.DataFrame:
    found = _figures(run.id, run.positive)
    titles = {BEFORE: "Before", AFTER: "After"}
    return pd.DataFrame(
        [
            {"On the test images": name} | {titles[way]: f"{figures[name]:.3f}" for way, figures in found.items()}
            for name in found[BEFORE]
        ]
    )


def _words(temperature: float | None) -> str:
    if temperature is None:
        return "This run was made by an older version, which kept no validation predictions to fit a temperature to."
    text = f"**Temperature {temperature:.2f}**, fitted on the validation images (lowest log loss). "
    if temperature <= 1.01 * calibration.COLDEST:
        return text + (
            "It is the lowest that is looked at: the validation images hold no mistake to learn from, so what it makes "
            "of the probabilities is not to be trusted."
        )
    if temperature >= 0.99 * calibration.HOTTEST:
        return text + "It is the highest that is looked at: these probabilities say next to nothing."
    if temperature > 1.05:
        text += "Above 1: the model was too sure of itself, and its logits are divided by it. "
    elif temperature < 0.95:
        text += "Below 1: the model was not sure enough. "
    else:
        text += "About 1: it was as sure as it may be. "
    return text + "Which class is said, and the accuracy, stay as they are."
