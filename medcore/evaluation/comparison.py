"""Which of several ways to train is best, and how sure that is.

The best is chosen on the validation set; what is said of it is measured on the test set. The choice is not free of
the test all the same: both sets judge the same networks, and a lucky start shows in both. So the best is a pick among
all pairs of ways, and its differences are corrected for all of them: with Holm's method the chance of one or more false
ones is 5% at most, whichever pairs the choice picks. The interval of a difference is as wide as the test was strict, so
it holds 0 exactly where the difference may be chance.

Ways that were trained from several seeds are compared seed by seed: the same seed gives the same first weights and
order of images, so the difference of a pair is free of what both share. One seed leaves only the test images to
compare on: that says how much chance is in these images, and nothing about the chance of the start.
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from medcore.evaluation.intervals import Interval, wilson

LEVEL = 0.05
"""Highest chance that any difference is called certain where there is none."""
WIDE = 0.05
"""A difference that matters, if it is one."""


@dataclass(frozen=True)
class Trial:
    """One finished run.

    Args:
        group: the way it was trained; runs of one group differ in the seed alone.
        seed: of the first weights and the order.
        val: validation accuracy, by which the best is chosen.
        val_auc: area under the ROC curve of the validation set, which decides between equals; None if not defined.
        test: test accuracy.
        n: number of test images.
        id: by which `compare` asks for its answers.
    """

    group: str
    seed: int
    val: float
    val_auc: float | None
    test: float
    n: int
    id: str = ""


@dataclass(frozen=True)
class Difference:
    """Test accuracy of the best minus that of another group.

    Args:
        other: the other group.
        mean: the difference, -1 to 1.
        interval: 95% interval within -1..1, widened to the level at which Holm's method tested the pair: 0 lies within
            exactly where the difference is not certain.
        p: two-sided, corrected for all pairs of groups (Holm).
        by: what was paired.
        n: number of pairs.
    """

    other: str
    mean: float
    interval: Interval
    p: float
    by: Literal["seeds", "images"]
    n: int

    @property
    def certain(self) -> bool:
        """Whether the two can be told apart."""
        return self.p < LEVEL

    @property
    def wide(self) -> bool:
        """Whether it matters, if it is no chance."""
        return abs(self.mean) >= WIDE


@dataclass(frozen=True)
class Comparison:
    """The best group and what is known of it.

    Args:
        best: the group with the highest mean validation accuracy.
        seeds: how many runs it has.
        val: its mean validation accuracy.
        test: its mean test accuracy.
        images: how many test images there are.
        over_seeds: 95% interval of `test` within 0..1 for other seeds on these very images (t); None for one seed.
        interval: 95% interval of `test` within 0..1 for other images, and, where there are several, other seeds.
        differences: to every other group with a seed in common, in the order of the groups.
        unpaired: groups without one.
        pairs: of groups with a seed in common, for which p is corrected.
    """

    best: str
    seeds: int
    val: float
    test: float
    images: int
    over_seeds: Interval | None
    interval: Interval
    differences: tuple[Difference, ...]
    unpaired: tuple[str, ...]
    pairs: int


def compare(trials: Sequence[Trial], right: Callable[[str], np.ndarray]) -> Comparison:
    """Chooses the best group and compares it with every other one.

    Args:
        trials: at least one, all of the same data.
        right: by a trial's id, (n,) bool, which test images it classified rightly, in the same order for all; asked
            for once, and only where a pair of groups has one seed in common.

    Raises:
        ValueError: if there is no trial, or answers are not of the same images.
        OSError: what `right` raises.
    """
    if not trials:
        raise ValueError("A comparison needs one finished run or more. Received: none")
    groups: dict[str, dict[int, Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.group, {})[trial.seed] = trial
    right = functools.cache(right)
    pairs = {pair: in_common for pair in itertools.combinations(groups, 2) if (in_common := _in_common(groups, *pair))}
    alone = [_p(trials, right) for trials in pairs.values()]
    tested = dict(zip(pairs, zip(holm(alone), levels(alone), strict=True), strict=True))
    best = max(groups, key=lambda name: _merit(groups[name]))
    chosen, others = list(groups[best].values()), [name for name in groups if name != best]
    tests, n = np.array([trial.test for trial in chosen]), chosen[0].n
    over_seeds = t_interval(tests, 1 / n) if len(chosen) > 1 else None
    return Comparison(
        best=best,
        seeds=len(chosen),
        val=float(np.mean([trial.val for trial in chosen])),
        test=float(tests.mean()),
        images=n,
        over_seeds=_within(over_seeds) if over_seeds else None,
        interval=_within(_with_images(float(tests.mean()), n, over_seeds)),
        differences=tuple(
            _difference(name, in_common, *(tested.get((best, name)) or tested[name, best]), right)
            for name in others
            if (in_common := _in_common(groups, best, name))
        ),
        unpaired=tuple(name for name in others if not _in_common(groups, best, name)),
        pairs=len(pairs),
    )


def _in_common(groups: Mapping[str, Mapping[int, Trial]], one: str, other: str) -> list[tuple[Trial, Trial]]:
    """Trials of two groups, seed by seed."""
    return [(groups[one][seed], groups[other][seed]) for seed in sorted(groups[one].keys() & groups[other].keys())]


def _with_images(test: float, n: int, over_seeds: Interval | None) -> Interval:
    """95% interval of a mean accuracy over seeds for other images as well.

    All seeds saw the same images, so their number makes the images no more: the share of a single run has Wilson's
    interval, and the chance of the seeds adds to it as the variances of independent errors add.

    Reference:
        Zou & Donner (2008), doi 10.1002/sim.3095: intervals of sums from those of their parts.
    """
    low, high = wilson(round(test * n), n)
    if over_seeds is None:
        return [low, high]
    return [test - math.hypot(test - low, test - over_seeds[0]), test + math.hypot(high - test, over_seeds[1] - test)]


def _within(interval: Interval) -> Interval:
    return [max(interval[0], 0.0), min(interval[1], 1.0)]


def _merit(trials: dict[int, Trial]) -> tuple[float, float]:
    """What the best has most of: mean validation accuracy; among equals, of the area under the curve."""
    areas = [trial.val_auc or 0.0 for trial in trials.values()]
    return float(np.mean([trial.val for trial in trials.values()])), float(np.mean(areas))


def _p(pairs: Sequence[tuple[Trial, Trial]], right: Callable[[str], np.ndarray]) -> float:
    """Two-sided p that two groups are equally good, not corrected."""
    if len(pairs) > 1:
        return t_test(_by_seed(pairs), 1 / pairs[0][0].n)
    wins, losses, _ = _by_image(*pairs[0], right)
    return mcnemar(wins, losses)


def _difference(
    other: str, pairs: Sequence[tuple[Trial, Trial]], p: float, level: float, right: Callable[[str], np.ndarray]
) -> Difference:
    """Of a pair tested at a level; `p` is corrected."""
    if len(pairs) > 1:
        differences = _by_seed(pairs)
        mean, interval = float(differences.mean()), t_interval(differences, 1 / pairs[0][0].n, level)
        return Difference(other, mean, _agreed(interval, mean, p), p, "seeds", len(pairs))
    wins, losses, n = _by_image(*pairs[0], right)
    mean, interval = (wins - losses) / n, paired_interval(wins, losses, n, level)
    return Difference(other, mean, _agreed(interval, mean, p), p, "images", n)


def _agreed(interval: Interval, mean: float, p: float) -> Interval:
    """An interval within -1..1 that says of 0 what the test says: Wald's and the exact test may differ by a hair."""
    low, high = max(interval[0], -1.0), min(interval[1], 1.0)
    if p >= LEVEL:
        return [min(low, 0.0), max(high, 0.0)]
    return [max(low, 0.0), high] if mean > 0 else [low, min(high, 0.0)]


def _by_seed(pairs: Sequence[tuple[Trial, Trial]]) -> np.ndarray:
    """Differences of test accuracy, (seeds,)."""
    return np.array([ours.test - theirs.test for ours, theirs in pairs])


def _by_image(one: Trial, other: Trial, right: Callable[[str], np.ndarray]) -> tuple[int, int, int]:
    """How many test images only the one got right, how many only the other, and how many there are."""
    ours, theirs = right(one.id), right(other.id)
    if ours.shape != theirs.shape:
        raise ValueError(f"Two runs must be tested on the same images. Received: {len(ours):,} and {len(theirs):,}")
    return int((ours & ~theirs).sum()), int((theirs & ~ours).sum()), len(ours)


def t_interval(values: np.ndarray, step: float = 0.0, level: float = LEVEL) -> Interval:
    """Interval of the mean of independent, nearly normal values (Student).

    Args:
        values: (n,), n at least 2.
        step: in which the values come, one test image say; the spread is taken to be no smaller, as a few seeds may
            by chance agree to the image.
        level: how often it may miss; 0.05 for a 95% interval.
    """
    half = t_quantile(len(values) - 1, level) * _error(values, step)
    return [float(values.mean() - half), float(values.mean() + half)]


def t_test(differences: np.ndarray, step: float) -> float:
    """Two-sided p that the mean of differences (n,) is 0; `step`, above 0, as in `t_interval`."""
    return 1 - t_within(abs(differences.mean()) / _error(differences, step), len(differences) - 1)


def _error(values: np.ndarray, step: float) -> float:
    """Standard error of the mean."""
    return max(float(values.std(ddof=1)), step) / math.sqrt(len(values))


def t_within(t: float, freedom: int) -> float:
    """Probability that Student's t of so many degrees of freedom lies within ±t.

    Reference:
        Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for k in range(1 + odd, freedom, 2):
        total += term
        term *= math.cos(angle) ** 2 * k / (k + 1)
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


@functools.cache
def t_quantile(freedom: int, level: float = LEVEL) -> float:
    """Beyond ± which Student's t lies with probability `level`, by bisection: 12.7062 for 5% and one degree."""
    low, high = 0.0, 1.0
    while t_within(high, freedom) < 1 - level:
        low, high = high, 2 * high
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_within(middle, freedom) < 1 - level else (low, middle)
    return (low + high) / 2


def mcnemar(wins: int, losses: int) -> float:
    """Exact two-sided p that two classifiers err equally often, from the cases that only one got right.

    Reference:
        McNemar (1947), doi 10.1007/BF02295996; exact form: the sign test.
    """
    n, k = wins + losses, np.arange(1, min(wins, losses) + 1)
    ways = np.append(0.0, np.cumsum(np.log((n - k + 1) / k)))  # logarithms of n choose k
    return min(1.0, 2 * float(np.exp(ways - n * math.log(2)).sum()))


def paired_interval(wins: int, losses: int, n: int, level: float = LEVEL) -> Interval:
    """Interval of a difference of shares among the same n cases; `level` as in `t_interval`.

    Reference:
        Bonett & Price (2012), doi 10.3102/1076998611411915: Wald's, with one case more on either side.
    """
    plus, minus = (wins + 1) / (n + 2), (losses + 1) / (n + 2)
    half = NormalDist().inv_cdf(1 - level / 2) * math.sqrt((plus + minus - (plus - minus) ** 2) / (n + 2))
    return [max(-1.0, plus - minus - half), min(1.0, plus - minus + half)]


def holm(ps: Sequence[float]) -> list[float]:
    """Values of p corrected for their number, in the same order.

    Reference:
        Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    corrected, least = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        least = max(least, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = least
    return corrected


def levels(ps: Sequence[float]) -> list[float]:
    """The level at which Holm's method tests each: p is below its level exactly where the corrected p is below 5%."""
    found, level, passed = [0.0] * len(ps), LEVEL, True
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        level = LEVEL / (len(ps) - rank) if passed else level
        passed = passed and ps[place] < level
        found[place] = level
    return found
