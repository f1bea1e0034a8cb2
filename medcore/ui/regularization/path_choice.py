"""Which strength a cross-validation chooses, in words: the best, and the strongest that is hardly worse."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from medcore.charts.cross_validation import Score
from medcore.charts.strengths import text
from medcore.ui.regularization import path_study
from medcore.ui.regularization.path_controls import Reading
from medcore.ui.regularization.path_study import Study, Validated


def show(study: Study, reading: Reading) -> None:
    """Both choices and what each means; nothing before a fold has walked the whole grid."""
    found = path_study.validate(study.folds, len(study.strengths), reading.score)
    for said in sentences(study.strengths, found, path_study.nonzero(study), path_study.SCORES[reading.score]):
        st.markdown(said)
    if found.gaps:
        st.caption(found.gaps)
    place = found.chosen(reading.rule)
    if place is not None:
        st.metric("Chosen lambda", text(study.strengths[place]))


def sentences(strengths: Sequence[float], found: Validated, nonzero: np.ndarray | None, score: Score) -> list[str]:
    """What to say of a choice, as Markdown."""
    if found.choice is None:
        return []
    best, simple = found.choice
    folds = len(found.counted)
    quality = "highest" if score.higher else "lowest"
    said = [
        f"**Best: lambda {text(strengths[best])}** has the {quality} mean, {_value(found, best, score)} over {folds} "
        f"{'folds' if folds > 1 else 'fold'}{_weights(nonzero, best)}."
    ]
    if folds < 2:
        said.append("One fold alone has no standard error: the rule of one standard error needs two or more.")
    elif best == simple == len(strengths) - 1:
        said.append("**One standard error** chooses the same: there is no stronger penalty in the grid.")
    elif best == simple:
        said.append(
            "**One standard error** chooses the same: every stronger penalty is worse by more than the standard error."
        )
    else:
        said.append(
            f"**One standard error: lambda {text(strengths[simple])}** is the strongest penalty within that standard "
            f"error of the best, {format(found.mean[simple], score.form)}{_weights(nonzero, simple)}. As far as "
            f"{folds} folds can tell it is as good, and it is simpler."
        )
    return said + _edge(strengths, best)


def _edge(strengths: Sequence[float], best: int) -> list[str]:
    if len(strengths) > 1 and best in (0, len(strengths) - 1) and strengths[best] > 0:
        end = "smallest" if best == 0 else "largest"
        return [f":orange-badge[Mind] The best is the {end} lambda tried: widen the grid before you judge it."]
    return []


def _value(found: Validated, place: int, score: Score) -> str:
    value, error = format(found.mean[place], score.form), found.error[place]
    return f"{value} ± {format(error, score.form)}" if np.isfinite(error) else value


def _weights(nonzero: np.ndarray | None, place: int) -> str:
    if nonzero is None or not np.isfinite(nonzero[place]):
        return ""
    return f", with {nonzero[place]:,.0f} weights that are not zero"
