"""What may be guessed of two hospitals before anything is trained, and what the runs say of a guess."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from medcore.evaluation.recovery import difference
from medcore.labs import two_hospitals_findings as findings
from medcore.labs.labels import family
from medcore.labs.two_hospitals_findings import ENDS, Line, Measured
from medcore.spec import RunSpec

LOSSES: Mapping[str, tuple[float, float]] = {
    "under 5": (-math.inf, 0.05),
    "5 to 15": (0.05, 0.15),
    "15 to 30": (0.15, 0.3),
    "over 30": (0.3, math.inf),
}
"""Percentage points of accuracy, and the shares that they are."""
ONE_SEED = "One seed cannot tell whether that is chance."
MUCH = 0.1
"""A fall of accuracy, recall or AUC that asks for a word."""


def losses(specs: Mapping[str, RunSpec]) -> list[str]:
    """How much may be lost; [] where the runs will not measure it."""
    return list(LOSSES) if set(ENDS) <= {spec.adaptation.method for spec in _adapted(specs).values()} else []


def methods(specs: Mapping[str, RunSpec]) -> list[str]:
    """What may give most of it back, as the labels say it; [] without the network that nothing was given back to."""
    own = _adapted(specs)
    between = [family(label) for label, spec in own.items() if spec.adaptation.method not in ENDS]
    without = any(spec.adaptation.method == "source_only" for spec in own.values())
    return list(dict.fromkeys(between)) if without else []


def _adapted(specs: Mapping[str, RunSpec]) -> dict[str, RunSpec]:
    return {label: spec for label, spec in specs.items() if spec.task == "adapt"}


def lost(guess: str, runs: Sequence[Measured]) -> str:
    """Whether as much was lost as was guessed, a key of `LOSSES`; "" where nobody can tell."""
    lower, upper = _ends(runs)
    if lower is None or upper is None or not set(lower.scores) & set(upper.scores):
        return ""
    loss, low, high = difference(upper.scores, lower.scores, findings.image(runs))
    measured = f"the shift costs {findings.points(findings.cost(upper, lower))}{findings.between(low, high)}"
    least, most = LOSSES[guess]
    right = least <= loss < most
    if math.isnan(low):
        return f"{'Right so far' if right else 'It does not look so'}: {measured}. {ONE_SEED}"
    if right:
        beyond = "" if least <= low and high < most else "; the interval reaches beyond your guess"
        return f"Right: {measured}{beyond}."
    if low < most and high >= least:
        return f"Perhaps: {measured}; the interval reaches into your guess."
    return f"No: {measured}."


def why_lost(runs: Sequence[Measured]) -> str:
    """What the network that learned at the source alone does wrong at the target, by its recalls and its AUC; "" where
    it does nothing much worse."""
    alone = [run.result for run in runs if run.method == "source_only"]
    home, abroad = [[result[part] for result in alone] for part in ("source_test", "test")]
    names = abroad[0].get("recall", ()) if alone else ()
    falls = {name: _recall(home, name) - _recall(abroad, name) for name in names}
    worst = max(falls, key=falls.get, default=None)
    if worst is None or not min(falls[worst], _mean(home, "accuracy") - _mean(abroad, "accuracy")) >= MUCH:
        return ""
    said = (
        f"At home the network trained on the source alone recognises {_recall(home, worst):.0%} of “{worst}”, at the "
        f"target {_recall(abroad, worst):.0%}"
    )
    if len(falls) == 2:
        (other,) = set(falls) - {worst}
        said += f", for it takes them for “{other}”"
    before, after = _mean(home, "auc"), _mean(abroad, "auc")
    if math.isnan(before) or math.isnan(after):
        return f"{said}."
    if before - after < MUCH:
        return (
            f"{said}. Its ROC AUC went from {before:.3f} to {after:.3f} only: the order of its scores survives the "
            "shift, its threshold does not."
        )
    return f"{said}. Its ROC AUC fell, too, from {before:.3f} to {after:.3f}: even the order of its scores suffers."


def _mean(metrics: Sequence[Mapping[str, float | None]], name: str) -> float:
    """Over those that have it; NaN where none has."""
    values = [of[name] for of in metrics if of.get(name) is not None]
    return float(np.mean(values)) if values else math.nan


def _recall(metrics: Sequence[Mapping[str, Mapping[str, float | None]]], name: str) -> float:
    return _mean([of["recall"] for of in metrics], name)


def gives_back_most(guess: str, runs: Sequence[Measured]) -> str:
    """Whether a method gives most back; "" where it has no figure."""
    between = _between(runs)
    own = next((line for line in between if line.name == guess), None)
    if own is None:
        return ""
    lower, _ = _ends(runs)
    best = between[0]
    if lower is not None and not best.mean > lower.mean:
        return f"None gives anything back: {_figure(best)} is the highest, source only has {lower.mean:.1%}."
    right = own is best
    figures = _figure(best) if right else f"{_figure(best)}, your guess {_figure(own)}"
    compared = between[1:] if right else [own]
    if any(len(set(best.scores) & set(line.scores)) < 2 for line in compared):
        return f"{'Right so far' if right else 'It does not look so'}: {figures}. {ONE_SEED}"
    step = findings.image(runs)
    unsure = [line.name for line in compared if not findings.surely_ahead(best, line, step, len(between) - 1)]
    if right:
        doubt = f" on the mean, but these seeds cannot tell it from {findings.listed(unsure)}" if unsure else ""
        return f"Right{doubt}: {figures}."
    return f"Too close to call: {figures}, and that may be chance." if unsure else f"No: {figures}."


def _figure(line: Line) -> str:
    back = f" ({findings.percent(line.share.value)} of the loss back)" if line.share else ""
    return f"{line.name} {line.mean:.1%}{back}"


def why_back(runs: Sequence[Measured]) -> str:
    """What the method with the highest mean changed, by what the runs measured; "" where that may be chance."""
    lower, _ = _ends(runs)
    between = _between(runs)
    if lower is None or not between:
        return ""
    best = between[0]
    if not findings.surely_ahead(best, lower, findings.image(runs), len(between)):
        return ""
    return f"{best.name} {_changed(best, runs)} {_apart(best, lower, runs)}".strip()


def _changed(best: Line, runs: Sequence[Measured]) -> str:
    asked = next(run.spec.adaptation for run in runs if family(run.label) == best.name)
    return {
        "adabn": "took only other means and variances into its batch normalisation and kept all its weights: what "
        "it gives back lies in how the features are scaled and moved.",
        "coral": "drew the covariances of the features of both places together while it learned.",
        "dann": "learned features by which a second classifier could not tell the places apart.",
        "fine_tune": f"saw {asked.target_labels:,} labels of the target: so few say where the classes lie there.",
    }[best.method]


def _apart(best: Line, lower: Line, runs: Sequence[Measured]) -> str:
    """How well the places can be told apart by the features, before and after."""
    before, after = _distance(lower, runs), _distance(best, runs)
    if math.isnan(before) or math.isnan(after):
        return ""
    measured = f"the proxy A-distance of the places (0: cannot be told apart, 2: always) is {after:.1f}"
    if before - after > MUCH:
        return f"By its features {measured}, by those of {lower.name.lower()} {before:.1f}."
    return (
        f"Yet by its features {measured}, hardly less than the {before:.1f} of {lower.name.lower()}: alike is not what "
        "features must be."
    )


def _distance(line: Line, runs: Sequence[Measured]) -> float:
    """Proxy A-distance of the features at the end, over the seeds; NaN where it was not measured."""
    of = [run.result.get("distance") for run in runs if family(run.label) == line.name]
    values = [distance["after"]["proxy_a"] for distance in of if distance]
    return float(np.mean(values)) if values else math.nan


def _ends(runs: Sequence[Measured]) -> tuple[Line | None, Line | None]:
    """Source only, and trained on the target."""
    of = {line.method: line for line in findings.lines(runs)}
    return of.get(ENDS[0]), of.get(ENDS[1])


def _between(runs: Sequence[Measured]) -> list[Line]:
    """The methods that give something back, that with the highest mean first."""
    return sorted((line for line in findings.lines(runs) if line.method not in ENDS), key=lambda line: -line.mean)
