"""Which fold of a cross-validation each image is in: stratified by class, whole patients together.

The web process asks `check` before anything is queued; scikit-learn is loaded by `numbers` alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np


def check(folds: int, counts: Mapping[str, int] | Sequence[int], patients: int | None = None) -> None:
    """Raises ValueError where images cannot be divided into so many folds.

    Args:
        folds: how many.
        counts: images of each class, by name or in order.
        patients: how many there are, if folds are by patient; else None.
    """
    named = dict(counts) if isinstance(counts, Mapping) else {f"class {i}": n for i, n in enumerate(counts)}
    present = {name: count for name, count in named.items() if count}
    if len(present) < 2:
        raise ValueError(
            "A cross-validation needs images of two classes or more. "
            f"Received: {next(iter(present)) if present else 'none'}{' alone' if present else ''}"
        )
    rarest = min(present, key=present.get)
    if folds > present[rarest]:
        raise ValueError(
            "There can be at most as many folds as the smallest class has images, "
            f"{present[rarest]:,} ({rarest}). Received: {folds} folds"
        )
    if patients is not None and folds > patients:
        raise ValueError(f"There can be at most as many folds as patients, {patients:,}. Received: {folds} folds")


def numbers(
    labels: np.ndarray, groups: np.ndarray | None, folds: int, seed: int = 0, class_names: Sequence[str] = ()
) -> np.ndarray:
    """The fold of each image, which follows from these arguments alone.

    Args:
        labels: (n,) class numbers.
        groups: (n,) patient ids, whose images stay together; None divides images, whosoever they are.
        folds: how many, 2 or more.
        seed: of the shuffle.
        class_names: name of class 0, 1, …, for sentences.

    Returns:
        (n,) from 1 to `folds`.

    Raises:
        ValueError: if there are more folds than images of the smallest class or than patients, one class only, a class
            that one patient alone has, or so few patients that a fold stays empty.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    counts = np.bincount(labels, minlength=len(class_names))
    names = [class_names[i] if i < len(class_names) else f"class {i}" for i in range(len(counts))]
    check(folds, dict(zip(names, counts.tolist(), strict=True)), None if groups is None else len(np.unique(groups)))
    if groups is not None:
        _check_patients(labels, groups, names)
    chooser = (StratifiedKFold if groups is None else StratifiedGroupKFold)(folds, shuffle=True, random_state=seed)
    found = np.zeros(len(labels), np.int64)
    for number, (_, held) in enumerate(chooser.split(labels, labels, groups), 1):
        found[held] = number
    filled = len(np.unique(found))
    if filled < folds:
        raise ValueError(f"These patients fill {filled} folds at most. Received: {folds} folds")
    return found


def _check_patients(labels: np.ndarray, groups: np.ndarray, names: Sequence[str]) -> None:
    """A class of one patient alone would be unknown to the network that has to judge it."""
    for label in np.unique(labels):
        if len(np.unique(groups[labels == label])) < 2:
            raise ValueError(
                f"Folds by patient need two patients or more of every class. Received: one with {names[label]}"
            )
