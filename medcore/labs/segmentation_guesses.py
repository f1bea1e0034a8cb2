"""What may be guessed before masks are learned, and what the runs say of a guess."""

from collections.abc import Mapping, Sequence

import numpy as np

from medcore.evaluation.paired_cases import ahead
from medcore.labs.labels import group
from medcore.labs.segmentation_findings import ByGroup, means
from medcore.spec import RunSpec

RANGES = {
    "below 0.5": (0.0, 0.5),
    "0.5 to 0.7": (0.5, 0.7),
    "0.7 to 0.85": (0.7, 0.85),
    "0.85 and more": (0.85, 1.01),
}
"""Of a Dice, from and below."""


def lines(specs: Mapping[str, RunSpec]) -> list[str]:
    """What is compared, without the seeds."""
    return list(dict.fromkeys(map(group, specs)))


def best(guess: str, groups: ByGroup) -> str:
    """Whether the guess has the highest Dice; "" where it has none, or there is nothing to hold it against."""
    found = means(groups)
    if guess not in found or len(found) < 2:
        return ""
    first = max(found, key=found.__getitem__)
    if guess != first:
        figures = f"{first} has a Dice of {found[first]:.3f}, your guess {found[guess]:.3f}"
        sure = ahead(groups[first], groups[guess]).certain
        return f"No: {figures}." if sure else f"Too close to call: {figures}, and that may be chance of the cases."
    unsure = [label for label in found if label != first and not ahead(groups[first], groups[label]).certain]
    doubt = f", though these cases cannot tell it from {' and '.join(unsure)}" if unsure else ""
    return f"Right: its Dice of {found[first]:.3f} is the highest{doubt}."


def ranged(guess: str, groups: ByGroup) -> str:
    """Whether the Dice of the first group lies where it was guessed to; "" where it has none."""
    found = list(means(groups).items())
    if guess not in RANGES or not found:
        return ""
    label, value = found[0]
    low, high = RANGES[guess]
    right = low <= value < high
    return f"{'Right' if right else 'No'}: the Dice of {label} is {value:.3f}."


def why(groups: ByGroup, missed: Mapping[str, Sequence[float]]) -> str:
    """What the first two differ in, in numbers that overlap does not show; "" where nothing does.

    Args:
        groups: tested on the same cases.
        missed: by group, the share of true pixels that were missed and of predicted ones that are false, of all cases.
    """
    found = means(groups)
    ranked = sorted((label for label in found if label in missed), key=found.__getitem__, reverse=True)
    if len(ranked) < 2 or not ahead(groups[ranked[0]], groups[ranked[-1]]).certain:
        return ""
    first, last = ranked[0], ranked[-1]
    return " ".join(_missed(label, *missed[label]) for label in (first, last))


def _missed(label: str, true: float, false: float) -> str:
    """What of the truth is not there, and what of the drawing is not true; nothing may have been drawn."""
    if np.isnan(false):
        return f"{label} drew nothing at all."
    return f"{label} missed {true:.1%} of the true pixels, and {false:.1%} of those that it drew are false."
