"""How sure a model was where it was right and where it was wrong, and its surest mistakes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import confidence, template
from medcore.runs.store import Record
from medcore.ui.evaluation import evaluated, evaluation_images
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

SURE = 0.9


def show(run: Evaluated, _: Sequence[Record]) -> None:
    """Draws the histogram; the surest mistakes as images. A class that was chosen keeps to its own images."""
    ours = _ours(run)
    found = run.predictions
    if not ours.any():
        st.info("No test image shows this class.")
        return
    st.plotly_chart(
        _chart(run.id, run.positive if len(run.classes) > 2 else None),
        width="stretch",
        key="eval_confidence",
        config=template.CONFIG,
        alt="Right and wrong test images by the probability of the class said",
    )
    surely = ours & (found.probabilities.max(axis=1) >= SURE)
    wrong = int((surely & ~found.right).sum())
    be = "is" if wrong == 1 else "are"
    of_class = "" if ours.all() else f" of {run.of}"
    st.markdown(
        plain(
            f"Of {int(surely.sum()):,} images{of_class} with a confidence of {SURE:.0%} or more, {wrong:,} {be} wrong."
            if surely.any()
            else f"Of no image{of_class} was the model as sure as {SURE:.0%}."
        )
    )
    mistakes = np.flatnonzero(ours & ~found.right)
    st.markdown(f"**The surest of {len(mistakes):,} mistakes**" if len(mistakes) else "**No mistake**")
    if len(mistakes):
        evaluation_images.show(run, evaluation_images.ordered(run, mistakes), "eval_surest")


def _ours(run: Evaluated) -> np.ndarray:
    """(n,) bool: the images of the class that is asked about; of two classes, all."""
    if run.positive is None or len(run.classes) == 2:
        return np.ones(len(run.predictions.labels), bool)
    return run.predictions.labels == run.positive


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(run_id: str, only: int | None) -> go.Figure:
    found = evaluated.predictions(run_id)
    ours = slice(None) if only is None else found.labels == only
    sure = found.probabilities.max(axis=1)
    return confidence.figure(sure[ours], found.right[ours], 1 / found.probabilities.shape[1])
