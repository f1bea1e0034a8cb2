"""What the runs of few and bad labels measured: means over seeds with their intervals, and what follows from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medcore.evaluation.comparison import t_interval
from medcore.labs import few_labels as lab
from medcore.labs.labels import family
from medcore.spec import RunSpec

NEAR = 0.005
"""Balanced accuracies that differ by less are called equal."""


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
        value: how few or how bad.
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


def points(runs: Sequence[Measured], question: str, metric: Callable[[Mapping[str, Any]], float | None]) -> list[Point]:
    """Means over the seeds, line by line, from the least value up; runs without a figure (diverged) are left out.

    Args:
        runs: finished.
        question: what gets worse in them.
        metric: takes a result; gives None where it has none.
    """
    found: dict[tuple[str, float], list[Measured]] = {}
    for run in runs:
        if metric(run.result) is not None:
            found.setdefault((run.line, value(run, question)), []).append(run)
    made = [_point(of, line, value, metric) for (line, value), of in found.items()]
    order = {run.line: i for i, run in reversed(list(enumerate(runs)))}
    return sorted(made, key=lambda point: (order[point.line], point.value))


def value(run: Measured, question: str) -> float:
    """How bad it is in a run; where the classes are as they are, how many times the commonest has the rarest."""
    asked = lab.value_of(question, run.spec)
    if question != "imbalance" or asked != 1 or not run.result.get("sample"):
        return asked
    counts = [count for count in run.result["sample"]["before"]["train"] if count]
    return round(max(counts) / min(counts), 2)


def _point(of: Sequence[Measured], line: str, value: float, metric: Callable[[Mapping[str, Any]], float]) -> Point:
    values = np.array([metric(run.result) for run in of])
    low, high = t_interval(values, 1 / of[0].result["test"]["n"]) if len(values) > 1 else (np.nan, np.nan)
    limits = max(low, 0.0), min(high, 1.0)
    return Point(line, value, float(values.mean()), *limits, len(values), of[0].spec.task == "classic")


def balanced(result: Mapping[str, Any]) -> float | None:
    """Balanced accuracy on the test set."""
    return result["test"].get("balanced_accuracy")


def extremes(result: Mapping[str, Any]) -> tuple[str, str] | None:
    """Names of the commonest and of the rarest class of a run whose training images are a sample; else None."""
    if not result.get("sample"):
        return None
    counts = result["sample"]["before"]["train"]
    names = result["data"]["classes"]
    return names[int(np.argmax(counts))], names[len(counts) - 1 - int(np.argmin(counts[::-1]))]


def recall_of(name: str) -> Callable[[Mapping[str, Any]], float | None]:
    """The metric: share of the class' test images that are found."""
    return lambda result: result["test"].get("recall", {}).get(name)


def sentences(runs: Sequence[Measured], question: str) -> list[str]:
    """What was found, in numbers; [] as long as there is nothing to compare."""
    curves: dict[str, list[Point]] = {}
    for point in points(runs, question, balanced):
        curves.setdefault(point.line, []).append(point)
    curves = {line: of for line, of in curves.items() if len(of) > 1}
    if not curves:
        return []
    if question == "images":
        return _passed(curves)
    if question == "imbalance":
        return _rare(runs)
    return _lost(curves, question)


def _passed(curves: Mapping[str, Sequence[Point]]) -> list[str]:
    """How many images the best network needs to pass the best classic, or who is ahead where that cannot be said."""
    best = {kind: _best(curves, kind) for kind in (False, True)}
    if not best[False] or not best[True]:
        line = best[False] or best[True]
        first, last = curves[line][0], curves[line][-1]
        return [
            f"{line}: balanced accuracy {first.mean:.1%} with {first.value:,.0f} images, "
            f"{last.mean:.1%} with {last.value:,.0f}."
        ]
    network, classic = ({p.value: p.mean for p in curves[best[kind]]} for kind in (False, True))
    shared = sorted(set(network) & set(classic))
    ahead = [value for value in shared if network[value] > classic[value] + NEAR]
    behind = [value for value in shared if network[value] < classic[value] - NEAR]
    names = f"{best[False]} (the best network with the most images)", f"{best[True]} (the best classic)"
    said = f"With {shared[-1]:,.0f} images: {names[0]} {network[shared[-1]]:.1%}, {names[1]} {classic[shared[-1]]:.1%}"
    if not ahead:
        end = f"up to {shared[-1]:,.0f} images the network is not ahead."
    elif not behind:
        end = f"the network is never behind, from {shared[0]:,.0f} images on."
    elif ahead[0] > behind[-1]:
        end = f"the network passes the classic between {behind[-1]:,.0f} and {ahead[0]:,.0f} images."
    else:
        end = "they change places more than once, so it may be chance: try more seeds."
    return [f"{said} balanced accuracy; {end}"]


def _best(curves: Mapping[str, Sequence[Point]], classic: bool) -> str | None:
    """The line that is best where there is most to learn from."""
    kind = {line: of[-1].mean for line, of in curves.items() if of[0].classic is classic}
    return max(kind, key=kind.get) if kind else None


def _lost(curves: Mapping[str, Sequence[Point]], question: str) -> list[str]:
    """Who loses least and most from the best images to the worst."""
    lost = {line: of[0].mean - of[-1].mean for line, of in curves.items()}
    first, last = next((of[0].value, of[-1].value) for of in curves.values())
    spans = f"From {lab.words(question, first)} to {lab.words(question, last)},"
    least, most = min(lost, key=lost.get), max(lost, key=lost.get)
    if least == most:
        return [f"{spans} the balanced accuracy of {least} changes by {-100 * lost[least]:+.1f} points."]
    return [
        f"{spans} {least} loses least, {100 * lost[least]:.1f} points of balanced accuracy "
        f"({curves[least][-1].mean:.1%} are left); {most} loses most, {100 * lost[most]:.1f} "
        f"({curves[most][-1].mean:.1%})."
    ]


def _rare(runs: Sequence[Measured]) -> list[str]:
    """What the remedies do for the rare class where it is rarest, and what accuracy says of it."""
    found = extremes(runs[0].result)
    if found is None:
        return []
    worst = max(lab.value_of("imbalance", run.spec) for run in runs)
    at_worst = [run for run in runs if lab.value_of("imbalance", run.spec) == worst and run.spec.task != "classic"]
    recall = {point.line: point.mean for point in points(at_worst, "imbalance", recall_of(found[1]))}
    accuracy = {
        point.line: point.mean for point in points(at_worst, "imbalance", lambda result: result["test"]["accuracy"])
    }
    plain = next((line for line in recall if "+" not in line), None)
    others = {line: value for line, value in recall.items() if "+" in line}
    if plain is None or not others:
        return []
    best = max(others, key=others.get)
    return [
        f'At {worst:g} to 1, {plain} by itself finds {recall[plain]:.1%} of "{found[1]}" (accuracy '
        f"{accuracy[plain]:.1%}). Of the remedies, {best} finds most: {others[best]:.1%} (accuracy "
        f"{accuracy[best]:.1%})."
    ]
