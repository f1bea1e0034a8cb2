"""Means over cases and foreground classes with 95% intervals, and the threshold and clean-up that validation chose."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medcore.evaluation import bootstrap, overlap
from medcore.evaluation.cases import Cases
from medcore.evaluation.intervals import percentile

BY_CASE = ("dice", "iou", "hd95", "assd", "volume_error")
"""Measures of a case and class; those of all cases are their means."""
METRICS = (*BY_CASE, "dice_whole", "pixel_accuracy")
ROUNDING = 1e-9
"""Width of an interval that is none."""


def by_case(cases: Cases) -> dict[str, np.ndarray]:
    """Each measure of `BY_CASE`, (units, classes - 1).

    `volume_error` is |predicted - true| / true, NaN where the truth is empty.
    """
    error = overlap.ratio(np.abs(cases.volume_predicted - cases.volume_true), cases.volume_true)
    return {name: getattr(cases, name) for name in BY_CASE[:-1]} | {"volume_error": error}


def summary(cases: Cases, names: Sequence[str], setting: tuple[int, int], seed: int = 0) -> dict[str, Any]:
    """What a result says of a split.

    - dice, iou, hd95, assd, volume_error: of each class the mean over the cases where it is defined; of all the mean
      over the foreground classes.
    - dice_whole: Dice of all images as one batch, the mean over the classes: large objects count more.
    - pixel_accuracy: share of pixels that have their true class, the background among them.

    Args:
        cases: units at least 1.
        names: of the classes, the background first.
        setting: threshold and size to tell the clean-up's effect at, see `chosen`.
        seed: of the bootstrap over cases.

    Returns:
        {"n": cases, the metrics, "intervals": {metric: [low, high]}, "classes": {name: the same, "units": cases with
        the class, "empty": without it in truth and prediction, "missed": with it in the truth alone, "invented": in
        the prediction alone}, "clean": {"threshold", "size" and what the metrics "dice" and "dice_whole" are there}};
        None where a value is not defined.
    """
    values = by_case(cases)
    drawn = np.concatenate(list(bootstrap.counts(np.zeros(cases.units, int), seed=seed)), axis=1).astype(float)
    figures = _figures(values, cases, np.ones((cases.units, 1)))
    replicates = _figures(values, cases, drawn)
    return {
        "n": cases.units,
        **_told({name: overlap.mean(figure, axis=0) for name, figure in figures.items()}),
        "intervals": _intervals({name: overlap.mean(figure, axis=0) for name, figure in replicates.items()}),
        "classes": {
            name: {
                **_told({metric: figure[k] for metric, figure in figures.items() if metric != "pixel_accuracy"}),
                **_there(cases, k),
                "intervals": _intervals(
                    {metric: figure[k] for metric, figure in replicates.items() if metric != "pixel_accuracy"}
                ),
            }
            for k, name in enumerate(names[1:])
        },
        "clean": _clean(cases, setting),
    }


def unmeasured(units: int, names: Sequence[str]) -> dict[str, Any]:
    """The same of a network that diverged: there is nothing to measure."""
    of_class = dict.fromkeys(METRICS[:-1])
    return {
        "n": units,
        **dict.fromkeys(METRICS),
        "intervals": {},
        "classes": {name: {**of_class, "intervals": {}} for name in names[1:]},
        "clean": None,
    }


def chosen(cases: Cases) -> tuple[int, int]:
    """Numbers of the threshold and the size with the highest mean Dice; of equal ones the nearest to 0.5, without
    clean-up. Meant for validation cases: chosen on the test cases, it would flatter.

    A case without the class counts as 1 where nothing is found in it, if another setting finds something: finding
    nothing is right there, and so all settings are judged by the same cases.
    """
    dice = cases.cleaned_dice
    counts = np.isfinite(dice).any(axis=(0, 1))
    found = np.nan_to_num(mean_dice(np.where(counts & np.isnan(dice), 1.0, dice)), nan=-1.0).round(6)
    best = np.argwhere(found == found.max())
    return tuple(int(i) for i in min(best, key=lambda at: (at[1], abs(cases.thresholds[at[0]] - 0.5))))


def mean_dice(values: np.ndarray) -> np.ndarray:
    """Mean (...) of Dice (..., units, classes - 1) over the cases, then over the classes."""
    return overlap.mean(overlap.mean(values, axis=-2), axis=-1)


def _figures(values: Mapping[str, np.ndarray], cases: Cases, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Every metric (classes - 1, b) of cases that count as often as each column of weights (units, b) says;
    of pixel accuracy there is one row.
    """
    sums = {name: getattr(cases, f"volume_{name}").T @ weights for name in ("both", "true", "predicted")}
    accuracy = overlap.ratio(cases.right @ weights, cases.pixels @ weights)
    return {
        **{name: _means(of_case, weights) for name, of_case in values.items()},
        "dice_whole": overlap.ratio(2 * sums["both"], sums["true"] + sums["predicted"]),
        "pixel_accuracy": accuracy[None],
    }


def _means(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted means (classes - 1, b) of values (units, classes - 1) where they are numbers."""
    there = np.isfinite(values)
    return overlap.ratio(np.where(there, values, 0).T @ weights, there.T.astype(float) @ weights)


def _told(figures: Mapping[str, np.ndarray]) -> dict[str, float | None]:
    """Figures (1,) as plain values."""
    return {name: _plain(figure[0]) for name, figure in figures.items()}


def _intervals(replicates: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Of what varies: of a single case, or of all alike, every draw gives the same, which makes nothing certain."""
    found = {name: percentile(values) for name, values in replicates.items()}
    return {name: interval for name, interval in found.items() if interval and interval[1] - interval[0] > ROUNDING}


def _there(cases: Cases, k: int) -> dict[str, int]:
    """In how many cases a class is."""
    true, predicted = cases.volume_true[:, k] > 0, cases.volume_predicted[:, k] > 0
    return {
        "units": int(true.sum()),
        "empty": int((~true & ~predicted).sum()),
        "missed": int((true & ~predicted).sum()),
        "invented": int((~true & predicted).sum()),
    }


def _clean(cases: Cases, setting: tuple[int, int]) -> dict[str, Any]:
    t, s = setting
    return {
        "threshold": float(cases.thresholds[t]),
        "size": int(cases.sizes[s]),
        "dice": _plain(mean_dice(cases.cleaned_dice[t, s])),
        "dice_whole": _plain(overlap.mean(cases.cleaned_whole[t, s])),
    }


def _plain(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
