"""A cross-validation as the store has it: the parent that the URL names, its folds, and what they scored so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from medcore.charts.cross_validation import Choice, Score
from medcore.evaluation import selection
from medcore.runs.store import Record
from medcore.spec import RunSpec
from medcore.ui import state
from medcore.ui.run_line import ACTIVE

PARAM = "path"
SCORES = {
    "loss": Score("Validation loss", ".3f", False),
    "accuracy": Score("Validation accuracy", ".1%", True),
    "balanced_accuracy": Score("Balanced validation accuracy", ".1%", True),
    "auc": Score("ROC AUC of validation", ".3f", True),
}


@dataclass(frozen=True)
class Study:
    """What belongs to one parent.

    Args:
        parent: the run on the whole set.
        children: all other runs of the family, in their order.
    """

    parent: Record
    children: tuple[Record, ...]

    @property
    def spec(self) -> RunSpec:
        """Of the parent."""
        return RunSpec.from_dict(self.parent.spec)

    @property
    def strengths(self) -> tuple[float, ...]:
        """The grid."""
        return tuple(self.spec.path.strengths)

    @property
    def folds(self) -> list[Record]:
        """The folds that the study was made of; what was walked later for another purpose is none of them."""
        return [child for child in self.children if child.created == self.parent.created]

    @property
    def runs(self) -> list[Record]:
        """The folds and their parent."""
        return [*self.folds, self.parent]

    def like(self, spec: RunSpec) -> list[Record]:
        """A child for each fold of such a study, the newest unless an older one is done.

        Args:
            spec: of its "Whole set", of this or another task.
        """
        found = {}
        for child in sorted(self.children, key=lambda child: child.state == "done"):
            own = RunSpec.from_dict(child.spec)
            if own.path.fold is not None and without_fold(own) == spec:
                found[own.path.fold] = child
        return [found[fold] for fold in sorted(found)]

    def missing(self, specs: Mapping[str, RunSpec]) -> dict[str, RunSpec]:
        """Those of some runs, by label, that are neither done nor under way."""
        there = {child.spec_hash for child in self.children if child.state in ("done", *ACTIVE)}
        return {label: spec for label, spec in specs.items() if spec.hash not in there}

    def of(self, task: str) -> list[Record]:
        """The children of a task."""
        return [child for child in self.children if child.spec["task"] == task]


@dataclass(frozen=True)
class Validated:
    """What folds say together.

    Args:
        scores: (L,) by fold as it is called, in the score's own units, NaN where there is none.
        partly: folds that did not walk the whole grid, and so are not in the mean.
        mean, error: (L,) over the others; NaN where unknown.
        choice: None before a fold has walked the whole grid.
        gaps: which of the others have no score at some strengths, in a sentence; "" where none.
    """

    scores: Mapping[str, np.ndarray]
    partly: tuple[str, ...]
    mean: np.ndarray
    error: np.ndarray
    choice: Choice | None
    gaps: str

    @property
    def counted(self) -> list[str]:
        """The folds in the mean."""
        return [name for name in self.scores if name not in self.partly]

    def chosen(self, rule: str) -> int | None:
        """Place in the grid of what a rule of `PathSpec` chooses."""
        return None if self.choice is None else getattr(self.choice, rule)


def without_fold(spec: RunSpec) -> RunSpec:
    """What the folds of one study have in common."""
    return replace(spec, path=replace(spec.path, fold=None))


def shown() -> Study | None:
    """The study that the URL names, by its parent or by one of its runs."""
    return find(st.query_params.get(PARAM, ""))


def find(run_id: str) -> Study | None:
    """The study of a run; None where there is no such run, or it walks no path."""
    store = state.store()
    (found,) = store.find([run_id]) or (None,)
    if found is not None and found.parent:
        (found,) = store.find([found.parent]) or (None,)
    if found is None or found.spec["task"] != "path":
        return None
    return Study(found, tuple(store.children(found.id)))


def validate(folds: Sequence[Record], length: int, score: str) -> Validated:
    """Reads the scores of some folds of one study.

    Args:
        length: of the grid.
        score: a key of `SCORES`.
    """
    higher = SCORES[score].higher
    scores = {fold.label: _scores(fold, length, score) for fold in folds}
    partly = tuple(fold.label for fold in folds if fold.state != "done")
    table = np.array([np.full(length, np.nan) if name in partly else of for name, of in scores.items()])
    table = table.reshape(len(scores), length)
    losses = 1 - table if higher else table
    if not np.isfinite(losses).any():
        nothing = np.full(length, np.nan)
        return Validated(scores, partly, nothing, nothing, None, "")
    mean, error = selection.curve(losses)
    choice = Choice(selection.minimum(mean), selection.one_standard_error(mean, error))
    others = losses[[name not in partly for name in scores]]
    names = [name for name in scores if name not in partly]
    return Validated(scores, partly, 1 - mean if higher else mean, error, choice, _gaps(names, others))


def _gaps(names: Sequence[str], losses: np.ndarray) -> str:
    """Where folds that walked the whole grid have no score: their network diverged there, or it is not defined."""
    gaps = [name for name, fold in zip(names, losses, strict=True) if not np.isfinite(fold).all()]
    return f"Without a score at some strengths, where the mean is of the others: {', '.join(gaps)}." if gaps else ""


def table(found: Validated) -> np.ndarray:
    """The scores (folds, L) of the folds that have one at every strength."""
    whole = [found.scores[fold] for fold in found.counted if np.isfinite(found.scores[fold]).all()]
    return np.array(whole).reshape(len(whole), len(found.mean))


def reached(fold: Record) -> int:
    """How many strengths a run has walked."""
    return max((step for step, _ in _rows(fold, "path/train_loss")), default=0)


def nonzero(study: Study) -> np.ndarray | None:
    """Weights that are not zero at each strength (L,): of the whole set, or the mean of the folds until it is there."""
    runs = [study.parent] if study.parent.result else [fold for fold in study.folds if fold.result]
    counts = [[point["nonzero"] for point in run.result["points"]] for run in runs]
    return np.mean(counts, axis=0) if counts else None


def _scores(fold: Record, length: int, score: str) -> np.ndarray:
    values = np.full(length, np.nan)
    for step, value in _rows(fold, f"path/val_{score}"):
        values[step - 1] = np.nan if value is None else value
    return values


def _rows(fold: Record, metric: str) -> list[tuple[int, float | None]]:
    rows = _ended(fold.id) if fold.state not in ACTIVE else _read(fold.id)
    return [(step, value) for step, name, value in rows if name == metric]


# What a run that ended has logged does not change.
@st.cache_resource(max_entries=256, show_spinner=False)
def _ended(run_id: str) -> list[tuple[int, str, float | None]]:
    return _read(run_id)


def _read(run_id: str) -> list[tuple[int, str, float | None]]:
    return list(state.store().rows(run_id))
