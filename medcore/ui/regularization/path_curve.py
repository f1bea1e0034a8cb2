"""The curve of a cross-validation, as far as its folds are."""

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import cross_validation, template
from medcore.ui.regularization import path_study
from medcore.ui.regularization.path_study import Study


def show(study: Study, score: str) -> None:
    """Draws it; `score` is a key of `path_study.SCORES`."""
    st.plotly_chart(
        figure(study, score),
        width="stretch",
        key="cross_validation",
        config=template.CONFIG,
        alt="Score of each fold, and their mean with its standard error, against the strength of the penalty",
    )
    if study.spec.path.warm_start and len(study.strengths) > 1:
        epochs = study.spec.training.epochs
        st.caption(
            "Warm starts: each lambda goes on from the weights of the weaker one before it, so the first had "
            f"{epochs:,} epochs and the last {epochs * len(study.strengths):,}. Networks on the right trained longer."
        )


def figure(study: Study, score: str) -> go.Figure:
    """The curve of a study, as far as it is."""
    found = path_study.validate(study.folds, len(study.strengths), score)
    weights = path_study.nonzero(study)
    scores = tuple((name, tuple(values)) for name, values in found.scores.items())
    counts = None if weights is None else tuple(weights)
    means, errors = tuple(found.mean), tuple(found.error)
    return _figure(study.strengths, scores, means, errors, score, found.choice, found.partly, counts)


# A look that finds nothing new must not build the chart again.
@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(
    strengths: tuple[float, ...],
    scores: tuple[tuple[str, tuple[float, ...]], ...],
    mean: tuple[float, ...],
    error: tuple[float, ...],
    score: str,
    choice: cross_validation.Choice | None,
    partly: tuple[str, ...],
    nonzero: tuple[float, ...] | None,
) -> go.Figure:
    kind = path_study.SCORES[score]
    return cross_validation.figure(
        strengths, dict(scores), mean, error, kind, choice=choice, partly=partly, nonzero=nonzero
    )
