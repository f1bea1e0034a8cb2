"""What the runs of few and bad labels measured: means over seeds with their intervals, and what follows from them."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from medcore.labs import few_labels as lab
from medcore.labs import score_curves
from medcore.labs.score_curves import Measured, Metric, Point, Scores, balanced, listed, mean, paired, percent_points


def points(runs: Sequence[Measured], question: str, metric: Metric) -> list[Point]:
    """Means over the seeds, line by line, from the least value up; runs without a figure (diverged) are left out.

    Args:
        runs: finished.
        question: what gets worse in them.
        metric: takes a result; gives None where it has none.
    """
    place = places(runs, question)
    return score_curves.points(runs, lambda spec: place[lab.value_of(question, spec)], metric)


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
    scores = score_curves.scores(runs, lambda spec: lab.value_of(question, spec), balanced)
    scores = {line: of for line, of in scores.items() if len(of) > 1}
    if not scores:
        return []
    if question == "imbalance":
        return _rare(runs)
    step = 1 / runs[0].result["test"]["n"]
    if question == "images":
        return _passed(scores, {run.line for run in runs if run.spec.task == "classic"}, step)
    return _lost(scores, question, step)


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
    intervals = {value: paired(scores[network][value], scores[classic][value], step) for value in shared}
    ahead = [value for value, (low, _) in intervals.items() if low > 0]
    behind = [value for value, (_, high) in intervals.items() if high < 0]
    unsure = [value for value in shared if value not in ahead and value not in behind]
    parts = [f"{network} is ahead with {listed(ahead)}"] if ahead else []
    parts += [f"{classic} is ahead with {listed(behind)}"] if behind else []
    if unsure:
        parts.append(f"with {listed(unsure)} these seeds cannot tell them apart")
    end = "; ".join(parts)
    return [
        f"With {most:,.0f} images: {network} {mean(scores[network][most]):.1%} and {classic} "
        f"{mean(scores[classic][most]):.1%} balanced accuracy, the best network and the best classic there. "
        f"{end[:1].upper()}{end[1:]} (95% intervals of the difference, seed by seed)."
    ]


def _best(scores: Mapping[str, Scores]) -> str | None:
    """The line that is best where there is most to learn from."""
    last = {line: mean(of[max(of)]) for line, of in scores.items()}
    return max(last, key=last.get) if last else None


def _grown(line: str, of: Scores, step: float) -> str:
    """How far a line got from the fewest images to the most."""
    few, many = min(of), max(of)
    low, high = paired(of[many], of[few], step)
    told = "more images helped" if low > 0 else "more images did harm" if high < 0 else "that may be chance"
    return (
        f"{line}: balanced accuracy {mean(of[few]):.1%} with {few:,.0f} images, {mean(of[many]):.1%} with "
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
    least, most = (pick(lost, key=lambda line: mean(lost[line])) for pick in (min, max))
    if least == most:
        return [f"{spans} the balanced accuracy of {least} changes by {percent_points(-mean(lost[least]))} points."]
    apart = 100 * (mean(lost[most]) - mean(lost[least]))
    low, _ = paired(lost[most], lost[least], step, len(lost) * (len(lost) - 1) // 2)
    end = "more than chance explains" if low > 0 else "which may be chance with so few seeds"
    return [
        f"{spans} {least} loses least, {100 * mean(lost[least]):.1f} points of balanced accuracy "
        f"({mean(scores[least][last]):.1%} are left); {most} loses most, {100 * mean(lost[most]):.1f} "
        f"({mean(scores[most][last]):.1%}). They differ by {apart:.1f} points, {end}."
    ]


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
    best = max(others, key=lambda line: mean(recall[line]))
    low, high = paired(recall[best], recall[plain], 1 / runs[0].result["test"]["n"], len(others))
    end = "more than chance explains" if low > 0 or high < 0 else "which may be chance with so few seeds"
    return [
        f'At {worst:g} to 1, {plain} by itself finds {mean(recall[plain]):.1%} of "{found[1]}" (accuracy '
        f"{mean(accuracy[plain]):.1%}). Of the remedies, {best} finds most: {mean(recall[best]):.1%} (accuracy "
        f"{mean(accuracy[best]):.1%}); {percent_points(mean(recall[best]) - mean(recall[plain]))} points, {end}."
    ]
