"""What the runs of few and bad labels measured: means over seeds with their intervals, and what follows from them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from medcore.evaluation.comparison import t_interval
from medcore.labs import few_labels as lab
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


def points(runs: Sequence[Measured], question: str, metric: Metric) -> list[Point]:
    """Means over the seeds, line by line, from the least value up; runs without a figure (diverged) are left out.

    Args:
        runs: finished.
        question: what gets worse in them.
        metric: takes a result; gives None where it has none.
    """
    found: dict[tuple[str, float], list[Measured]] = {}
    place = places(runs, question)
    for run in runs:
        if metric(run.result) is not None:
            found.setdefault((run.line, place[lab.value_of(question, run.spec)]), []).append(run)
    made = [_point(of, line, value, metric) for (line, value), of in found.items()]
    order = {run.line: i for i, run in reversed(list(enumerate(runs)))}
    return sorted(made, key=lambda point: (order[point.line], point.value))


def places(runs: Sequence[Measured], question: str) -> dict[float, float]:
    """Where a chart has each value: where classes are as they are, as many to one as the commonest has the rarest."""
    found = {value: value for value in sorted({lab.value_of(question, run.spec) for run in runs})}
    counts = _before(runs)
    if question == "imbalance" and 1 in found and counts:
        present = [count for count in counts if count]
        found[1] = round(max(present) / min(present), 2)
    return found


def _before(runs: Sequence[Measured]) -> list[int] | None:
    """Training images by class before anything was taken; None where no run has a sample of them."""
    return next((run.result["sample"]["before"]["train"] for run in runs if run.result.get("sample")), None)


def _point(of: Sequence[Measured], line: str, value: float, metric: Metric) -> Point:
    values = np.array([metric(run.result) for run in of])
    low, high = t_interval(values, 1 / of[0].result["test"]["n"]) if len(values) > 1 else (np.nan, np.nan)
    limits = max(low, 0.0), min(high, 1.0)
    return Point(line, value, float(values.mean()), *limits, len(values), of[0].spec.task == "classic")


def balanced(result: Mapping[str, Any]) -> float | None:
    """Balanced accuracy on the test set."""
    return result["test"].get("balanced_accuracy")


def extremes(runs: Sequence[Measured]) -> tuple[str, str] | None:
    """Names of the commonest and of the rarest class of runs whose training images are samples; else None."""
    counts = _before(runs)
    if counts is None:
        return None
    names = runs[0].result["data"]["classes"]
    return names[int(np.argmax(counts))], names[len(counts) - 1 - int(np.argmin(counts[::-1]))]


def recall_of(name: str) -> Metric:
    """The metric: share of the class' test images that are found."""
    return lambda result: result["test"].get("recall", {}).get(name)


def sentences(runs: Sequence[Measured], question: str) -> list[str]:
    """What was found, in numbers, as far as the seeds can tell; [] as long as there is nothing to compare."""
    scores: dict[str, Scores] = {}
    for run in runs:
        if (score := balanced(run.result)) is not None:
            of = scores.setdefault(run.line, {}).setdefault(lab.value_of(question, run.spec), {})
            of[run.spec.seed] = score
    scores = {line: dict(sorted(of.items())) for line, of in scores.items() if len(of) > 1}
    if not scores:
        return []
    if question == "imbalance":
        return _rare(runs)
    step = 1 / runs[0].result["test"]["n"]
    if question == "images":
        return _passed(scores, {run.line for run in runs if run.spec.task == "classic"}, step)
    return _lost(scores, question, step)


def _mean(of: Mapping[int, float]) -> float:
    return float(np.mean(list(of.values())))


def _paired(
    ahead: Mapping[int, float], behind: Mapping[int, float], step: float, pairs: int = 1
) -> tuple[float, float]:
    """95% interval of the mean difference of the same seeds; NaN where there are no two.

    Args:
        step: in which the scores come.
        pairs: as many were there to choose this one from, so the interval is so much wider (Bonferroni).
    """
    differences = np.array([ahead[seed] - behind[seed] for seed in ahead if seed in behind])
    if len(differences) < 2:
        return np.nan, np.nan
    return tuple(t_interval(differences, step, LEVEL / pairs))


def _passed(scores: Mapping[str, Scores], classics: Collection[str], step: float) -> list[str]:
    """At how many images the best network is ahead of the best classic, or behind, as far as the seeds can tell."""
    network = _best({line: of for line, of in scores.items() if line not in classics})
    classic = _best({line: of for line, of in scores.items() if line in classics})
    if not network or not classic:
        return [_grown(network or classic, scores[network or classic], step)]
    shared = [value for value in scores[network] if value in scores[classic]]
    if not shared:
        return []
    most = shared[-1]
    intervals = {value: _paired(scores[network][value], scores[classic][value], step) for value in shared}
    ahead = [value for value, (low, _) in intervals.items() if low > 0]
    behind = [value for value, (_, high) in intervals.items() if high < 0]
    unsure = [value for value in shared if value not in ahead and value not in behind]
    parts = [f"{network} is ahead with {_listed(ahead)}"] if ahead else []
    parts += [f"{classic} is ahead with {_listed(behind)}"] if behind else []
    if unsure:
        parts.append(f"with {_listed(unsure)} these seeds cannot tell them apart")
    end = "; ".join(parts)
    return [
        f"With {most:,.0f} images: {network} {_mean(scores[network][most]):.1%} and {classic} "
        f"{_mean(scores[classic][most]):.1%} balanced accuracy, the best network and the best classic there. "
        f"{end[:1].upper()}{end[1:]} (95% intervals of the difference, seed by seed)."
    ]


def _best(scores: Mapping[str, Scores]) -> str | None:
    """The line that is best where there is most to learn from."""
    last = {line: _mean(of[max(of)]) for line, of in scores.items()}
    return max(last, key=last.get) if last else None


def _listed(values: Sequence[float]) -> str:
    words = [f"{value:,.0f}" for value in values]
    return f"{', '.join(words[:-1])} and {words[-1]} images" if len(words) > 1 else f"{words[0]} images"


def _grown(line: str, of: Scores, step: float) -> str:
    """How far a line got from the fewest images to the most."""
    few, many = min(of), max(of)
    low, high = _paired(of[many], of[few], step)
    told = "more images helped" if low > 0 else "more images did harm" if high < 0 else "that may be chance"
    return (
        f"{line}: balanced accuracy {_mean(of[few]):.1%} with {few:,.0f} images, {_mean(of[many]):.1%} with "
        f"{many:,.0f}; {told}."
    )


def _lost(scores: Mapping[str, Scores], question: str, step: float) -> list[str]:
    """Who loses least and most from the best images to the worst, and whether the seeds tell them apart."""
    first, last = min(next(iter(scores.values()))), max(next(iter(scores.values())))
    lost = {
        line: {seed: of[first][seed] - of[last][seed] for seed in of[first] if seed in of[last]}
        for line, of in scores.items()
        if first in of and last in of
    }
    lost = {line: of for line, of in lost.items() if of}
    if not lost:
        return []
    spans = f"From {lab.words(question, first)} to {lab.words(question, last)},"
    least, most = (pick(lost, key=lambda line: _mean(lost[line])) for pick in (min, max))
    if least == most:
        return [f"{spans} the balanced accuracy of {least} changes by {_points(-_mean(lost[least]))} points."]
    apart = 100 * (_mean(lost[most]) - _mean(lost[least]))
    low, _ = _paired(lost[most], lost[least], step, len(lost) * (len(lost) - 1) // 2)
    end = "more than chance explains" if low > 0 else "which may be chance with so few seeds"
    return [
        f"{spans} {least} loses least, {100 * _mean(lost[least]):.1f} points of balanced accuracy "
        f"({_mean(scores[least][last]):.1%} are left); {most} loses most, {100 * _mean(lost[most]):.1f} "
        f"({_mean(scores[most][last]):.1%}). They differ by {apart:.1f} points, {end}."
    ]


def _points(change: float) -> str:
    return f"{100 * change:+.1f}".replace("-", "\N{MINUS SIGN}")


def _rare(runs: Sequence[Measured]) -> list[str]:
    """What the remedies do for the rare class where it is rarest, and what accuracy says of it."""
    found = extremes(runs)
    if found is None:
        return []
    worst = max(lab.value_of("imbalance", run.spec) for run in runs)
    recall, accuracy = {}, {}
    for run in runs:
        share = recall_of(found[1])(run.result)
        if lab.value_of("imbalance", run.spec) == worst and run.spec.task != "classic" and share is not None:
            recall.setdefault(run.line, {})[run.spec.seed] = share
            accuracy.setdefault(run.line, {})[run.spec.seed] = run.result["test"]["accuracy"]
    plain = next((line for line in recall if "+" not in line), None)
    others = [line for line in recall if "+" in line]
    if plain is None or not others:
        return []
    best = max(others, key=lambda line: _mean(recall[line]))
    low, high = _paired(recall[best], recall[plain], 1 / runs[0].result["test"]["n"], len(others))
    end = "more than chance explains" if low > 0 or high < 0 else "which may be chance with so few seeds"
    return [
        f'At {worst:g} to 1, {plain} by itself finds {_mean(recall[plain]):.1%} of "{found[1]}" (accuracy '
        f"{_mean(accuracy[plain]):.1%}). Of the remedies, {best} finds most: {_mean(recall[best]):.1%} (accuracy "
        f"{_mean(accuracy[best]):.1%}); {_points(_mean(recall[best]) - _mean(recall[plain]))} points, {end}."
    ]
