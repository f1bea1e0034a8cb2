"""The strengths that a regularization path walks, and the images it learns from and is judged by."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import number, one_of, switch, whole
from medcore.spec.regularization import MAX_STRENGTH

MAX_STRENGTHS = 50
MAX_FOLDS = 20
MAX_SCREENED = 1_000_000
STRENGTHS = (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1)

Penalty = Literal["l1", "l2", "elastic_net"]
FittedOn = Literal["fold", "all"]
Rule = Literal["one_standard_error", "minimum"]
Score = Literal["loss", "accuracy", "balanced_accuracy", "auc"]


@dataclass(frozen=True)
class PathSpec:
    """A path: the same network trained with one strength of a penalty after the other.

    Training and validation images are pooled and divided into folds; the test images stay out.

    Args:
        strengths: the grid, 1 to 50 different numbers from 0 to 1000; kept in ascending order.
        penalty: "l1", "l2", or "elastic_net", of which `l1_share` is L1 and the rest L2.
        l1_share: of the elastic net, 0 to 1.
        warm_start: start each strength from the weights of the one before, weakest first, instead of the first weights.
        folds: parts of the pool, 2 to 20.
        fold: which part (from 1) is left out of training and judges; None trains on the whole pool.
        by_group: keep the images of a patient in one fold, where patients are known.
        scale: standardise every pixel with mean and standard deviation of the training images.
        screen: keep this many pixels, those most related to the label on the training images, and blacken the rest;
            0 keeps all.
        fitted_on: on which images scale and screen are measured: the "fold"'s training images, or, a mistake, "all"
            of the pool.
        rule: which strength is chosen: the strongest within "one_standard_error" of the best, or the "minimum".
        score: by what a nested cross-validation chooses: the "loss", or "accuracy", "balanced_accuracy" or "auc".
        inner: folds of the inner cross-validation of a nested one, 2 to 20.
    """

    strengths: Sequence[float] = STRENGTHS
    penalty: Penalty = "l1"
    l1_share: float = 0.5
    warm_start: bool = True
    folds: int = 5
    fold: int | None = None
    by_group: bool = True
    scale: bool = False
    screen: int = 0
    fitted_on: FittedOn = "fold"
    rule: Rule = "one_standard_error"
    score: Score = "loss"
    inner: int = 4

    def __post_init__(self) -> None:
        object.__setattr__(self, "strengths", _grid(self.strengths))
        object.__setattr__(self, "l1_share", number("l1_share", self.l1_share, 0, 1))
        object.__setattr__(self, "folds", whole("Folds", self.folds, 2, MAX_FOLDS))
        if self.fold is not None:
            object.__setattr__(self, "fold", whole("fold", self.fold, 1, self.folds))
        object.__setattr__(self, "screen", whole("screen", self.screen, 0, MAX_SCREENED))
        object.__setattr__(self, "inner", whole("Inner folds", self.inner, 2, MAX_FOLDS))
        for name in ("warm_start", "by_group", "scale"):
            switch(name, getattr(self, name))
        one_of("penalty", self.penalty, get_args(Penalty))
        one_of("fitted_on", self.fitted_on, get_args(FittedOn))
        one_of("rule", self.rule, get_args(Rule))
        one_of("score", self.score, get_args(Score))

    def penalties(self, strength: float) -> tuple[float, float]:
        """What a strength of the grid means: (l1, l2) of `RegularizationSpec`."""
        share = {"l1": 1.0, "l2": 0.0, "elastic_net": self.l1_share}[self.penalty]
        return share * strength, (1 - share) * strength


def _grid(given: object) -> tuple[float, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence) or not 1 <= len(given) <= MAX_STRENGTHS:
        came = f"{len(given):,}" if isinstance(given, Sequence) and not isinstance(given, str) else repr(given)
        raise ValueError(f"A grid has 1 to {MAX_STRENGTHS} strengths. Received: {came}")
    grid = sorted(number("Lambda", value, 0, MAX_STRENGTH) for value in given)
    for one, next_one in itertools.pairwise(grid):
        if one == next_one:
            raise ValueError(f"The strengths of a grid must differ. Received: {one:g} twice")
    return tuple(grid)
