"""What the runs of two hospitals measured: what the shift costs, and how much of it each method gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medcore.evaluation.comparison import t_interval
from medcore.evaluation.recovery import Share, difference, share
from medcore.labs import score_curves
from medcore.labs.labels import family
from medcore.labs.score_curves import paired

ENDS = ("source_only", "target")
"""Methods between which the others lie."""
HALF = 0.5
WIDEST = 2.0
"""An interval of a share that is wider says nothing and is not written."""
WRITTEN = 3
"""Decimals of a share that stand in the sentences."""
LEAST_LOSS = 0.02
"""Of accuracy; of less there is nothing to recover."""
ALIGNED = ("coral", "dann")
"""Methods whose second loss shall bring the features of both places together."""
NEARER = 0.2
"""Of the proxy A-distance, 0 to 2; of less no method can be said to have brought the places together."""
UNSUPERVISED = ("adabn", "coral", "dann")
"""Methods that see no label of the target."""
Scores = Mapping[int, float]
"""Target accuracy by seed."""


class Measured(score_curves.Measured):
    """A finished run: "METHOD · seed N"."""

    @property
    def method(self) -> str:
        """Its name in the catalog of methods."""
        return self.spec.adaptation.method


@dataclass(frozen=True)
class Line:
    """One method over its seeds.

    Args:
        name: as its runs are called.
        method: its name in the catalog of methods.
        scores: target accuracy by seed, of the epoch that was chosen.
        mean: of them.
        low, high: 95% interval of the mean, Student's; NaN for one seed.
        share: of the loss, which it gives back; None for the two ends, and where nothing was lost.
    """

    name: str
    method: str
    scores: Mapping[int, float]
    mean: float
    low: float
    high: float
    share: Share | None


def lines(runs: Sequence[Measured]) -> list[Line]:
    """Each method with its seeds, in the order of the runs; runs without a figure (diverged) are left out."""
    found: dict[str, dict[int, Measured]] = {}
    for run in runs:
        if run.result["test"].get("accuracy") is not None:
            found.setdefault(family(run.label), {}).setdefault(run.spec.seed, run)
    scores = {name: {seed: run.result["test"]["accuracy"] for seed, run in of.items()} for name, of in found.items()}
    methods = {name: next(iter(of.values())).method for name, of in found.items()}
    step = image(runs)
    ends = [next((scores[name] for name in scores if methods[name] == end), None) for end in ENDS]
    return [_line(name, methods[name], scores[name], *ends, step) for name in scores]


def image(runs: Sequence[Measured]) -> float:
    """What one test image of the target counts."""
    return 1 / runs[0].result["test"]["n"] if runs else 1.0


def _line(name: str, method: str, scores: Scores, lower: Scores | None, upper: Scores | None, step: float) -> Line:
    values = np.array(list(scores.values()))
    low, high = t_interval(values, step) if len(values) > 1 else (np.nan, np.nan)
    recovered = None
    if method not in ENDS and lower and upper:
        recovered = _share(lower, scores, upper, step)
    return Line(name, method, scores, float(values.mean()), max(low, 0.0), min(high, 1.0), recovered)


def _share(lower: Scores, scores: Scores, upper: Scores, step: float) -> Share | None:
    common = [seed for seed in lower if seed in scores and seed in upper]
    if not common or np.mean([upper[seed] - lower[seed] for seed in common]) < LEAST_LOSS:
        return None
    return share(lower, scores, upper, step)


def sentences(runs: Sequence[Measured]) -> list[str]:
    """What was found, a paragraph each, as Markdown without names of people's own; [] as long as there is nothing."""
    of = {line.method: line for line in lines(runs)}
    lower, upper = of.get("source_only"), of.get("target")
    if lower is None:
        return []
    said = _at_home(runs, lower)
    if upper is None:
        return [f"{said} Without a network trained on the target nobody knows what could be reached there."]
    lost, low, high = difference(upper.scores, lower.scores, image(runs))
    if lost < LEAST_LOSS:
        return [f"{said} Trained on the target's own labels it reaches {upper.mean:.1%}: this shift costs nothing."]
    price = (
        f"Trained on the target's own labels it reaches **{upper.mean:.1%}**: "
        f"the shift costs **{points(cost(upper, lower))}**{between(low, high)}."
    )
    if low <= 0:
        price += " With so few seeds even that may be chance, so no share of it can be given with an interval."
    recovered = _recovered([line for line in of.values() if line.share])
    found = [f"{said} {price}", " ".join(recovered), " ".join(_apart(list(of.values()), image(runs)))]
    return [text for text in found if text]


def _at_home(runs: Sequence[Measured], lower: Line) -> str:
    """What the network knows at home, and what of it abroad."""
    home = [run.result["source_test"]["accuracy"] for run in runs if run.method == "source_only"]
    n = len(lower.scores)
    over = f"mean of {n} seeds" if n > 1 else "one seed"
    return (
        f"The network trained on the source alone is right in **{np.mean(home):.1%}** of the source's test images and "
        f"in **{lower.mean:.1%}** of the target's ({over})."
    )


def _recovered(found: Sequence[Line]) -> list[str]:
    """The share that each method gives back, and whether any gives back half."""
    if not found:
        return []
    found = sorted(found, key=lambda line: -line.share.value)
    parts = [f"{line.name} {percent(line.share.value)}{_bounds(line.share)}" for line in found]
    said = [f"Of that loss, recovered: {', '.join(parts)}."]
    half = [line for line in found if line.share.value >= HALF]
    if not half:
        return [*said, "**No method recovers half of what the shift costs.**"]
    without = [line for line in half if line.method in UNSUPERVISED]
    names = listed([line.name for line in half])
    end = "" if without else ", and only with labels of the target"
    said.append(f"**Half of it or more: {names}{end}.**")
    unsure = [line.name for line in half if not line.share.low > HALF]
    if unsure:
        said.append(f"For {listed(unsure)} the interval reaches below half, so that may be chance.")
    return said


def _bounds(recovered: Share) -> str:
    if recovered.seeds < 2:
        return ""
    if not recovered.high - recovered.low < WIDEST:
        return f" [at least {percent(recovered.low)}]" if recovered.low > 0 else " (an interval too wide to say more)"
    return f" [{percent(recovered.low)} to {percent(recovered.high)}]"


def _apart(found: Sequence[Line], step: float) -> list[str]:
    """Whether the best of the methods without labels of the target is clearly better than the others."""
    blind = sorted((line for line in found if line.method in UNSUPERVISED), key=lambda line: -line.mean)
    if len(blind) < 2:
        return []
    best, others = blind[0], blind[1:]
    comparisons = len([line for line in found if line.method not in ENDS]) - 1
    sure = [surely_ahead(best, line, step, comparisons) for line in others]
    behind = [line.name for line, is_sure in zip(others, sure, strict=True) if is_sure]
    unsure = [line.name for line in others if line.name not in behind]
    text = f"Of the methods that see no label of the target, {best.name} has the highest mean"
    if behind:
        text += f", clearly above {listed(behind)}"
    if unsure:
        text += f"; {'but ' if behind else ''}these seeds cannot tell it from {listed(unsure)}"
    return [f"{text}."]


def still_apart(runs: Sequence[Measured]) -> str:
    """Which second losses did not do what they are there for, by the proxy A-distance; "" where none failed."""
    without = _distance(runs, "source_only")
    failed = [run for run in runs if run.method in ALIGNED and run.spec.adaptation.weight]
    far = {family(run.label): _distance(runs, run.method) for run in failed}
    far = {name: distance for name, distance in far.items() if distance > without - NEARER}
    if not far:
        return ""
    figures = listed([f"{distance:.2f}" for distance in far.values()])
    text = (
        f"{listed(list(far))} did not bring the hospitals together: a linear classifier still tells them apart, proxy "
        f"A-distance {figures} of 2, source only {without:.2f}. What is given back does not come from features that "
        "look alike"
    )
    if not failed[0].spec.model.options.get("batch_norm"):
        return f"{text}."
    return f"{text}; batch normalisation, which here knows both hospitals, gives its part back with a weight of 0, too."


def _distance(runs: Sequence[Measured], method: str) -> float:
    """Proxy A-distance of the trained features, mean over the runs of a method; NaN without one."""
    found = [run.result.get("distance") for run in runs if run.method == method]
    values = [distance["after"]["proxy_a"] for distance in found if distance]
    return float(np.mean(values)) if values else np.nan


def surely_ahead(best: Line, other: Line, step: float, comparisons: int) -> bool:
    """Whether the best of several is ahead of another beyond chance, seed by seed.

    Args:
        step: what one test image counts.
        comparisons: as many as there are with the best, which was picked among them (Bonferroni).
    """
    low, _ = paired(best.scores, other.scores, step, comparisons)
    return low > 0


def cost(upper: Line, lower: Line) -> float:
    """What the shift costs: the difference of the means as they are written, so that it can be recomputed."""
    if upper.scores.keys() == lower.scores.keys():
        return round(upper.mean, WRITTEN) - round(lower.mean, WRITTEN)
    return float(np.mean([upper.scores[seed] - lower.scores[seed] for seed in upper.scores if seed in lower.scores]))


def points(share: float) -> str:
    """A difference of accuracies in words."""
    return f"{100 * share:.1f} percentage points".replace("-", "−")


def percent(share: float) -> str:
    """A share, which may be below 0 or above 1."""
    return f"{100 * share:.0f}%".replace("-", "−").replace("−0%", "0%")


def signed(share: float) -> str:
    """A difference of accuracies in percentage points, with its sign."""
    return f"{100 * share:+.1f}".replace("-", "−")


def between(low: float, high: float) -> str:
    """An interval in percentage points behind what it is of; "" where there is none."""
    return f" (95% interval {100 * low:.1f} to {100 * high:.1f})".replace("-", "−") if np.isfinite(low) else ""


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
