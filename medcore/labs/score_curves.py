"""Scores of runs against a number that differs from run to run: means over seeds, and what their differences say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medcore.evaluation.comparison import t_interval
from medcore.labs.labels import family
from medcore.spec import RunSpec

LEVEL = 0.05
"""How often an interval may miss."""
Metric = Callable[[Mapping[str, Any]], float | None]
Scores = dict[float, dict[int, float]]
"""Of a line, by value and seed."""


@dataclass(frozen=True)
class Measured:
    """A finished run.

    Args:
        label: "LINE · VALUE · seed N".
        spec: of the run.
        result: of the run.
    """

    label: str
    spec: RunSpec
    result: Mapping[str, Any]

    @property
    def line(self) -> str:
        """What learns, with what stands beside it."""
        return family(self.label)


@dataclass(frozen=True)
class Point:
    """A metric of one line at one value.

    Args:
        value: where on the curve.
        mean: over the seeds.
        low, high: 95% interval of the mean, Student's; NaN for one seed.
        n: seeds.
        classic: whether scikit-learn made it.
    """

    line: str
    value: float
    mean: float
    low: float
    high: float
    n: int
    classic: bool


def points(runs: Sequence[Measured], value_of: Callable[[RunSpec], float], metric: Metric) -> list[Point]:
    """Means over the seeds, line by line, from the least value up; runs without a figure (diverged) are left out.

    Args:
        runs: finished.
        value_of: where on the curve a run stands.
        metric: takes a result; gives None where it has none.
    """
    found: dict[tuple[str, float], list[Measured]] = {}
    for run in runs:
        if metric(run.result) is not None:
            found.setdefault((run.line, value_of(run.spec)), []).append(run)
    made = [_point(of, line, value, metric) for (line, value), of in found.items()]
    order = {run.line: i for i, run in reversed(list(enumerate(runs)))}
    return sorted(made, key=lambda point: (order[point.line], point.value))


def _point(of: Sequence[Measured], line: str, value: float, metric: Metric) -> Point:
    values = np.array([metric(run.result) for run in of])
    low, high = t_interval(values, 1 / of[0].result["test"]["n"]) if len(values) > 1 else (np.nan, np.nan)
    limits = max(low, 0.0), min(high, 1.0)
    return Point(line, value, float(values.mean()), *limits, len(values), of[0].spec.task == "classic")


def balanced(result: Mapping[str, Any]) -> float | None:
    """Balanced accuracy on the test set."""
    return result["test"].get("balanced_accuracy")


def scores(runs: Sequence[Measured], value_of: Callable[[RunSpec], float], metric: Metric) -> dict[str, Scores]:
    """By line, value (from the least up) and seed; runs without a figure are left out."""
    found: dict[str, Scores] = {}
    for run in runs:
        if (score := metric(run.result)) is not None:
            found.setdefault(run.line, {}).setdefault(value_of(run.spec), {})[run.spec.seed] = score
    return {line: dict(sorted(of.items())) for line, of in found.items()}


def mean(of: Mapping[int, float]) -> float:
    """Over the seeds."""
    return float(np.mean(list(of.values())))


def paired(ahead: Mapping[int, float], behind: Mapping[int, float], step: float, pairs: int = 1) -> tuple[float, float]:
    """95% interval of the mean difference of the same seeds; NaN where there are no two.

    Args:
        ahead, behind: scores by seed.
        step: in which the scores come.
        pairs: as many were there to choose this one from, so the interval is so much wider (Bonferroni).
    """
    differences = np.array([ahead[seed] - behind[seed] for seed in ahead if seed in behind])
    if len(differences) < 2:
        return np.nan, np.nan
    return tuple(t_interval(differences, step, LEVEL / pairs))


def listed(values: Sequence[float]) -> str:
    """Numbers of images in words: "20, 50 and 100 images"."""
    words = [f"{value:,.0f}" for value in values]
    return f"{', '.join(words[:-1])} and {words[-1]} images" if len(words) > 1 else f"{words[0]} images"


def percent_points(change: float) -> str:
    """A difference of shares with its sign: "+12.3"."""
    return f"{100 * change:+.1f}".replace("-", "\N{MINUS SIGN}")
