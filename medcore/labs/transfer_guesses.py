"""What may be guessed of the transfer lab before it trains, and what its runs say of a guess."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medcore.labs import score_curves, transfer_findings
from medcore.labs import transfer as lab
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured, Scores, balanced, mean, paired
from medcore.spec import RunSpec

SCRATCH = lab.WAYS["scratch"]
NEW = (SCRATCH, lab.WAYS["small"])
"""Lines that have learned nothing before."""
ONE_SEED = "One seed cannot tell whether that is chance."


def lines(specs: Mapping[str, RunSpec]) -> list[str]:
    """The ways to train, as the labels say them."""
    return list(dict.fromkeys(family(label) for label in specs if lab.is_label(label)))


def fewest(specs: Mapping[str, RunSpec]) -> str:
    """The fewest labelled images in words; "" where none of the runs is of this lab."""
    numbers = [lab.images_of(spec) for label, spec in specs.items() if lab.is_label(label)]
    return lab.words(min(numbers)) if numbers else ""


def catching_up(specs: Mapping[str, RunSpec]) -> list[str]:
    """With how many images from scratch may catch up; [] where it has nobody or nothing to catch up with."""
    numbers = {lab.images_of(spec) for label, spec in specs.items() if lab.is_label(label)}
    names = lines(specs)
    return _answers(numbers) if len(names) > 1 and SCRATCH in names and len(numbers) > 1 else []


def _answers(numbers: Iterable[float]) -> list[str]:
    numbers = sorted(numbers)
    return [*map(lab.words, numbers), f"not even {lab.words(numbers[-1])}"]


@dataclass(frozen=True)
class Fewest:
    """What was measured with the fewest labelled images.

    Args:
        images: as many.
        scores: balanced accuracy by line and seed.
        numbers: of images that there are runs with.
        step: what one test image counts.
    """

    images: float
    scores: Mapping[str, Mapping[int, float]]
    numbers: int
    step: float

    @property
    def best(self) -> str:
        """The line with the highest mean."""
        return max(self.scores, key=self.mean)

    def mean(self, line: str) -> float:
        """Of a line, over its seeds."""
        return mean(self.scores[line])

    def lead(self, other: str) -> tuple[float, float]:
        """95% interval of how far the best is ahead, as wide as that of the same two in the lab's findings."""
        known = len([line for line in self.scores if line not in NEW])
        comparisons = known * self.numbers if {self.best, other} & set(NEW) else 2 * (known - 1)
        return paired(self.scores[self.best], self.scores[other], self.step, max(1, comparisons))


def fewest_of(runs: Sequence[Measured]) -> Fewest | None:
    """None where there are not two ways to hold against each other."""
    scores = _scores(runs)
    numbers = {images for of in scores.values() for images in of}
    few = min(numbers, default=0.0)
    there = {line: of[few] for line, of in scores.items() if few in of}
    return Fewest(few, there, len(numbers), 1 / runs[0].result["test"]["n"]) if len(there) > 1 else None


def ahead(guess: str, runs: Sequence[Measured]) -> str:
    """Whether a way was ahead with the fewest labelled images; "" where it has no figure there."""
    of = fewest_of(runs)
    if of is None or guess not in of.scores:
        return ""
    best = of.best
    right = guess == best
    beside = "" if right else f", your guess {of.mean(guess):.1%}"
    figures = f"{best} has the highest mean, {of.mean(best):.1%} balanced accuracy with {lab.words(of.images)}{beside}"
    lows = {line: of.lead(line)[0] for line in of.scores if line != best and (right or line == guess)}
    if any(map(math.isnan, lows.values())):
        return f"{'Right so far' if right else 'It does not look so'}: {figures}. {ONE_SEED}"
    unsure = [line for line, low in lows.items() if not low > 0]
    if right:
        doubt = f", but these seeds cannot tell it from {' and '.join(unsure)}" if unsure else ""
        return f"Right: {figures}{doubt}."
    return f"Too close to call: {figures}, and that may be chance." if unsure else f"No: {figures}."


def _scores(runs: Sequence[Measured]) -> dict[str, Scores]:
    return score_curves.scores([run for run in runs if lab.is_label(run.label)], lab.images_of, balanced)


def caught_up(guess: str, runs: Sequence[Measured]) -> str:
    """Whether from scratch has caught up where it was guessed to: it is behind no more, with so many images and more.

    Everywhere it is held against the best of those that had learned before; "" where nothing can be said.
    """
    scores = _scores(runs)
    scratch = scores.get(SCRATCH, {})
    known = {line: of for line, of in scores.items() if line not in NEW}
    intervals = transfer_findings.against_scratch(known, scratch, 1 / runs[0].result["test"]["n"]) if runs else {}
    numbers = list(intervals)
    answers = _answers(numbers) if len(numbers) > 1 else []
    if guess not in answers:
        return ""
    best = {images: transfer_findings.best_of(known, images) for images in numbers}
    behind = [images for images in numbers if mean(known[best[images]][images]) > mean(scratch[images])]
    place = numbers.index(behind[-1]) + 1 if behind else 0
    images = numbers[min(place, len(numbers) - 1)]
    figures = f"from scratch {mean(scratch[images]):.1%}, {best[images]} {mean(known[best[images]][images]):.1%}"
    up = f"On average it has caught up with {lab.words(images)}: {figures}."
    said = up if place < len(numbers) else f"On average not even {lab.words(images)} are enough: {figures}."
    if all(math.isnan(low) for low, _ in intervals.values()):
        return f"{said} {ONE_SEED}"
    open_to = [answers[i] for i in range(len(answers)) if i != place and _possible(i, list(intervals.values()))]
    if answers.index(guess) == place:
        doubt = f" But these seeds cannot rule out: {', '.join(open_to)}." if open_to else ""
        return f"Right. {said}{doubt}"
    if guess in open_to:
        return f"Perhaps. {said} But these seeds cannot rule out your guess."
    return f"No. {said}"


def _possible(place: int, intervals: Sequence[tuple[float, float]]) -> bool:
    """Whether from scratch may in truth be behind until a place and no more from there on, by the intervals of how far
    it is behind."""
    return not any(low > 0 for low, _ in intervals[place:]) and not (place and intervals[place - 1][1] < 0)


def why(guess: str | None, runs: Sequence[Measured]) -> tuple[str, str]:
    """Of the way that was ahead with the fewest images and a wrong guess, or else the one furthest behind: a title, and
    what the runs measured that explains it. Both "" where there is nothing, or only what may be chance, to explain."""
    of = fewest_of(runs)
    if of is None:
        return "", ""
    best = of.best
    other = guess if guess in of.scores and guess != best else min(of.scores, key=of.mean)
    if not of.lead(other)[0] > 0:
        return "", ""
    results = {run.line: run.result for run in reversed(runs) if lab.images_of(run.spec) == of.images}
    return f"Why {best} came out ahead of {other}", _reason(best, other, int(of.images), results)


def _reason(best: str, other: str, few: int, results: Mapping[str, Mapping[str, Any]]) -> str:
    learned = {line: _learned(results[line]) for line in (best, other)}
    if best in NEW and other in NEW:
        return (
            f"Both began from random weights: {best} learned {learned[best]:,} parameters from {few:,} images, {other} "
            f"{learned[other]:,}."
        )
    if other in NEW:
        return (
            f"{other} {learned[other]:,} parameters had to be learned from {few:,} images. {best} "
            f"{_began(results[best])} and changed {learned[best]:,}: what it began with told these classes apart."
        )
    if best in NEW:
        return (
            f"{other} {_began(results[other])} and changed {learned[other]:,} parameters, {best[0].lower()}{best[1:]} "
            f"{learned[best]:,}: what was learned elsewhere does not fit these images, and held it back."
        )
    if learned[best] > learned[other]:
        return (
            f"{best} changed {learned[best]:,} parameters, {other} {learned[other]:,}: what was learned elsewhere "
            "did not fit these images as it was, and could be mended with few."
        )
    return (
        f"{other} changed {learned[other]:,} parameters on {few:,} images, {best} {learned[best]:,}: so many can "
        "learn so few images by heart, and lose what they brought along."
    )


def _learned(result: Mapping[str, Any]) -> int:
    """Parameters that training changed."""
    return (result.get("transfer") or {}).get("trainable", result["parameters"])


def _began(result: Mapping[str, Any]) -> str:
    """What a network had learned before."""
    source = result["transfer"]
    if before := source.get("pretrained"):
        return (
            f"began with what {before['images']:,} images elsewhere had taught it ({before['val_accuracy']:.1%} of "
            "their validation images right)"
        )
    return "began with ImageNet weights" if source["source"] == "imagenet" else "began with the weights of another run"
