"""Which class was taken for which, and the images behind each cell."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import confusion as matrices
from medcore.charts import template
from medcore.evaluation.confusion import matrix
from medcore.runs.store import Record
from medcore.ui import controls, rows
from medcore.ui.evaluation import evaluated, evaluation_images
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

CHART = "eval_cells"


def show(run: Evaluated, _: Sequence[Record]) -> None:
    """Draws the matrix; a click on a cell, or the two controls, choose whose images are shown."""
    counts = matrix(run.predictions.labels, run.predictions.said, len(run.classes))
    st.plotly_chart(
        chart(run),
        width="stretch",
        key=CHART,
        config=template.CONFIG | {"displayModeBar": False},
        on_select=lambda: _clicked(run.classes),
        selection_mode="points",
        alt="Confusion matrix: images of each true class by the class that the model said",
    )
    st.caption("Rows: true class. Shades: share of the row. Click a cell to see its images.")
    true, said = _cell(run, counts)
    chosen = np.flatnonzero((run.predictions.labels == true) & (run.predictions.said == said))
    what = "rightly found" if true == said else f"taken for “{plain(run.classes[said])}”"
    st.markdown(f"**{len(chosen):,} images of “{plain(run.classes[true])}” {what}**, the surest first")
    evaluation_images.show(run, evaluation_images.ordered(run, chosen), "eval_confused")


def chart(run: Evaluated) -> go.Figure:
    """The matrix of a run."""
    return _chart(run.id, tuple(run.names))


@st.cache_resource(max_entries=32, show_spinner=False)
def _chart(run_id: str, names: tuple[str, ...]) -> go.Figure:
    found = evaluated.predictions(run_id)
    return matrices.figure(matrix(found.labels, found.said, len(names)), names)


def _clicked(classes: Sequence[str]) -> None:
    points = st.session_state[CHART].selection.points
    if points:
        true, said = points[0]["y"], points[0]["x"]
        st.session_state["eval_true"], st.session_state["eval_said"] = classes[int(true)], classes[int(said)]
        st.session_state["eval_confused_page"] = 1


def _cell(run: Evaluated, counts: np.ndarray) -> tuple[int, int]:
    """The cell whose images are shown: the commonest mistake at first."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    first = np.unravel_index(mistakes.argmax(), counts.shape)
    chosen = []
    with rows.row("evaluation_cell"):
        for key, label, index in (("eval_true", "True class", first[0]), ("eval_said", "Class said", first[1])):
            if st.session_state.get(key, run.classes[0]) not in run.classes:  # of another run
                del st.session_state[key]
            name = st.selectbox(
                label,
                run.classes,
                0 if key in st.session_state else int(index),
                key=key,
                bind=controls.URL,
                width=220,
                help="Whose images are shown; a click on a cell of the matrix sets both.",
            )
            chosen.append(run.classes.index(name))
    return chosen[0], chosen[1]
