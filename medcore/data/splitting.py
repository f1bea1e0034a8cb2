"""Splits of a set that comes without them: by patient where patients are known, else stratified by class."""

from collections.abc import Container, Mapping

import numpy as np

from medcore.data.dataset import SPLITS

FRACTIONS = {"val": 0.1, "test": 0.2}
"""Share of the images that goes into a split which a set lacks."""


def sizes(count: int, fractions: Mapping[str, float] = FRACTIONS) -> dict[str, int]:
    """Images of each split when `count` images are shared out; at least one in each if count allows."""
    held = {split: min(max(1, round(count * share)), max(count - 1, 0)) for split, share in fractions.items()}
    return {"train": count - sum(held.values()), **held}


def planned(counts: Mapping[str, int]) -> dict[str, int]:
    """Images of each split after those that a set lacks were taken from its train split."""
    taken = sizes(counts["train"], _lacking(counts))
    return {name: taken.get(name, counts.get(name, 0)) for name in SPLITS}


def complete(
    found: Mapping[str, tuple[np.ndarray, ...]], labels: np.ndarray | None = None, groups: np.ndarray | None = None
) -> dict[str, tuple[np.ndarray, ...]]:
    """Takes the splits that a set lacks from its train split.

    Args:
        found: by split, arrays whose first axis counts the images.
        labels: (n,) class numbers of train, or None.
        groups: (n,) patient ids of train, or None.

    Returns:
        The arrays of "train", "val" and "test".
    """
    arrays, lacking = found["train"], _lacking(found)
    if not lacking:
        return dict(found)
    parts = split(len(arrays[0]), labels, groups, lacking)
    return {**found, **{name: tuple(array[index] for array in arrays) for name, index in parts.items()}}


def _lacking(present: Container[str]) -> dict[str, float]:
    return {name: share for name, share in FRACTIONS.items() if name not in present}


def split(
    count: int,
    labels: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    fractions: Mapping[str, float] = FRACTIONS,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Shares `count` images out between train and the splits named in `fractions`.

    Args:
        count: number of images.
        labels: (n,) class numbers, to keep the class shares alike; None where there are none.
        groups: (n,) patient ids; a patient's images stay together. None where unknown.
        fractions: share of the images (of the patients, if groups are given) for each further split.
        seed: of the shuffle.

    Returns:
        Sorted indices into the images by split, "train" first. Together they are 0 … n-1.

    Raises:
        ValueError: if there are fewer images (or patients) than splits.
    """
    units = count if groups is None else len(np.unique(groups))
    if units <= len(fractions):
        what = "images" if groups is None else "patients"
        raise ValueError(f"At least {len(fractions) + 1} {what} are needed to make the splits. Received: {units}")
    if groups is not None:
        return _by_group(np.asarray(groups), labels, fractions, seed)
    rest, parts = np.arange(count), {}
    wanted = sizes(count, fractions)
    for name in reversed(list(fractions)):
        rest, parts[name] = _stratified(rest, labels, wanted[name], seed)
    return {"train": np.sort(rest), **{name: np.sort(parts[name]) for name in fractions}}


def _stratified(indices: np.ndarray, labels: np.ndarray | None, held: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Takes `held` of the indices out; stratified, unless a class is too rare for it."""
    from sklearn.model_selection import train_test_split  # the web process lists sets without scikit-learn

    strata = None
    if labels is not None:
        strata = labels[indices]
        counts = np.unique(strata, return_counts=True)[1]
        if counts.min() < 2 or min(held, len(indices) - held) < len(counts):
            strata = None
    return train_test_split(indices, test_size=held, random_state=seed, stratify=strata)


def _by_group(
    groups: np.ndarray, labels: np.ndarray | None, fractions: Mapping[str, float], seed: int
) -> dict[str, np.ndarray]:
    """Shares whole groups out; where there are labels, each split takes the folds that keep the class shares alike."""
    unique, of_image = np.unique(groups, return_inverse=True)
    wanted = sizes(len(unique), fractions)
    if labels is None:
        order = np.random.default_rng(seed).permutation(len(unique))
        starts = np.cumsum([0, *wanted.values()])
        return {
            name: np.flatnonzero(np.isin(of_image, order[start:end]))
            for name, start, end in zip(wanted, starts, starts[1:], strict=False)
        }
    from sklearn.model_selection import StratifiedGroupKFold

    rest, parts = np.arange(len(groups)), {}
    for name in fractions:
        left = len(np.unique(of_image[rest]))
        folds = max(2, min(left, round(left / wanted[name])))
        chooser = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        keep, held = next(chooser.split(rest, labels[rest], of_image[rest]))
        rest, parts[name] = rest[keep], rest[held]
    return {"train": rest, **parts}
