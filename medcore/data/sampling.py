"""Which of the labelled images a network gets, and how good their labels are.

Everything random follows from the seed alone, so every model that is compared gets the same images and the same wrong
labels. Fewer images, a rarer class and fewer wrong labels lie within more, commoner and more of the same seed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from medcore.data import mask_sampling
from medcore.data.dataset import ImageDataset, Splits
from medcore.spec import SampleSpec

_IMBALANCE, _IMAGES, _NOISE, _OVERSAMPLE = range(4)
"""Each step draws from a generator of its own, so that one leaves the others' draws as they are."""


class Sampled(NamedTuple):
    """What is left of a set.

    Args:
        splits: as they came where nothing was asked for.
        facts: plain values for the result of a run, None where nothing was asked for: images by split and class
            "before" and "after", "labels_changed" of the training images, and how many are "repeated".
    """

    splits: Splits
    facts: dict[str, Any] | None


def sample(splits: Splits, spec: SampleSpec, seed: int) -> Sampled:
    """Applies imbalance, number of images, label noise and oversampling, in this order.

    Args:
        splits: with one label an image, or with masks alone, of which there can be fewer and nothing else.
        seed: of the draws; that of the run.

    Raises:
        ValueError: if there are not as many images as asked for, or a class would be left without one.
    """
    if not spec:
        return Sampled(splits, None)
    parts = dict(splits)
    if parts["train"].labels is None:
        return _of_masks(parts, spec, seed)
    check(spec, dict(zip(parts["train"].class_names, _counts(parts["train"]).tolist(), strict=True)))
    if spec.imbalance is not None:
        parts = _imbalanced(parts, spec, seed)
    train = parts["train"]
    if spec.images is not None:
        train = _subset(train, spec.images, np.random.default_rng([seed, _IMAGES]))
    clean = train.labels
    train = replace(train, labels=_noisy(train, spec.label_noise, np.random.default_rng([seed, _NOISE])))
    changed, before = int((train.labels != clean).sum()), len(train)
    if spec.oversample:
        train = _oversampled(train, np.random.default_rng([seed, _OVERSAMPLE]))
    parts["train"] = train
    facts = {
        "before": {name: _counts(part).tolist() for name, part in splits.items()},
        "after": {name: _counts(part).tolist() for name, part in parts.items()},
        "labels_changed": changed,
        "repeated": len(train) - before,
    }
    return Sampled(parts, facts)


def _of_masks(parts: dict[str, ImageDataset], spec: SampleSpec, seed: int) -> Sampled:
    """Fewer training images of a set that has masks and no labels."""
    train = parts["train"]
    mask_sampling.check(spec, len(train))
    kept = mask_sampling.chosen(train, spec.images, np.random.default_rng([seed, _IMAGES]))
    after = parts | {"train": _taken(train, kept)}
    return Sampled(after, mask_sampling.facts(parts, after))


def _counts(part: ImageDataset) -> np.ndarray:
    """Images of every class, (classes,)."""
    return np.bincount(part.labels, minlength=len(part.class_names))


def _taken(part: ImageDataset, chosen: np.ndarray) -> ImageDataset:
    """The images with these numbers, with all that belongs to them."""
    of_image = ("images", "labels", "masks", "groups", "original_sizes", "volumes")
    values = {name: getattr(part, name) for name in of_image}
    values["rows"] = np.arange(len(part)) if part.rows is None else part.rows
    return replace(part, **{name: value[chosen] for name, value in values.items() if value is not None})


def check(spec: SampleSpec, counts: Mapping[str, int]) -> None:
    """Raises ValueError where such a sample cannot be taken, with what could be.

    Args:
        counts: training images by class; a class without any does not count.
    """
    there = {name: count for name, count in counts.items() if count}
    if spec.imbalance is not None:
        commonest, rarest = _extremes(list(there.values()))
        names, numbers = list(there), list(there.values())
        if numbers[rarest] * spec.imbalance < numbers[commonest]:
            raise ValueError(
                f'The imbalance must be {_above(numbers[commonest] / numbers[rarest])} at least, since "'
                f'{names[commonest]}" has that many times the images of "{names[rarest]}" already. '
                f"Received: {spec.imbalance:g}"
            )
        if numbers[commonest] < spec.imbalance:
            raise ValueError(
                f"The imbalance can be {numbers[commonest]:,} at most, so that every class keeps a training image. "
                f"Received: {spec.imbalance:g}"
            )
        there[names[rarest]] = _kept(numbers[commonest], spec.imbalance)
    if spec.images is not None and not len(there) <= spec.images <= sum(there.values()):
        raise ValueError(
            f"Training images must be from {len(there)}, one of each class, to {sum(there.values()):,}, which is all "
            f"there are. Received: {spec.images:,}"
        )


def size(spec: SampleSpec, counts: Mapping[str, int]) -> int:
    """Training images that a sample has, repeated ones too; where labels are wrong, right to a few.

    Args:
        counts: training images by class, of which such a sample can be taken.
    """
    left = np.array(list(counts.values()))
    if spec.imbalance is not None:
        present = np.flatnonzero(left)
        commonest, rarest = present[list(_extremes(left[present]))]
        left[rarest] = min(left[rarest], _kept(int(left[commonest]), spec.imbalance))
    if spec.images is not None:
        places, classes = np.concatenate([_spread(n) for n in left]), np.repeat(np.arange(len(left)), left)
        left = np.bincount(classes[np.argsort(places, kind="stable")[: spec.images]], minlength=len(left))
    if not spec.oversample:
        return int(left.sum())
    wrong = spec.label_noise * (left.sum() - left) / max(1, len(left) - 1)
    labelled = np.rint((1 - spec.label_noise) * left + wrong)
    return int(np.count_nonzero(labelled) * labelled.max())


def _above(ratio: float) -> str:
    """Two decimals, rounded up so that the number itself is allowed."""
    return f"{math.ceil(100 * ratio) / 100:g}"


def _extremes(counts: Sequence[int]) -> tuple[int, int]:
    """Numbers of the commonest and the rarest class; of equals the first and the last, which is the disease usually."""
    return int(np.argmax(counts)), len(counts) - 1 - int(np.argmin(counts[::-1]))


def _kept(commonest: int, imbalance: float) -> int:
    """Images that the rarest class keeps beside so many of the commonest, one at least."""
    return max(1, round(commonest / imbalance))


def _imbalanced(parts: dict[str, ImageDataset], spec: SampleSpec, seed: int) -> dict[str, ImageDataset]:
    """The class that is rarest in training thinned, in all splits or in training alone; one of it stays in each."""
    counts = _counts(parts["train"])
    present = np.flatnonzero(counts)
    commonest, rarest = present[list(_extremes(counts[present]))]
    thinned = {}
    for name in ["train"] if spec.imbalanced == "train" else parts:
        part = parts[name]
        kept = _kept(int(_counts(part)[commonest]), spec.imbalance)
        # Validation and test images are the same for all seeds, so that runs can be compared.
        rng = np.random.default_rng([seed if name == "train" else 0, _IMBALANCE])
        lost = rng.permutation(np.flatnonzero(part.labels == rarest))[kept:]
        thinned[name] = _taken(part, np.setdiff1d(np.arange(len(part)), lost))
    return parts | thinned


def _subset(part: ImageDataset, images: int, rng: np.random.Generator) -> ImageDataset:
    """The first images of an order in which every beginning has the classes in their shares, and all of them."""
    counts = _counts(part)
    place = np.empty(len(part))
    for label in np.flatnonzero(counts):
        place[rng.permutation(np.flatnonzero(part.labels == label))] = _spread(counts[label])
    return _taken(part, np.sort(np.argsort(place, kind="stable")[:images]))


def _spread(count: int) -> np.ndarray:
    """Places of a class' images in an order of all, (count,): evenly, the first before all other classes' second."""
    even = (np.arange(count) + 0.5) / max(1, count)
    even[:1] = -1
    return even


def _noisy(part: ImageDataset, share: float, rng: np.random.Generator) -> np.ndarray:
    """Labels of which this share is another class, every other class as likely."""
    changed = rng.permutation(len(part))[: round(share * len(part))]
    others = rng.integers(1, len(part.class_names), len(part))
    labels = part.labels.copy()
    labels[changed] = (labels[changed] + others[changed]) % len(part.class_names)
    return labels


def _oversampled(part: ImageDataset, rng: np.random.Generator) -> ImageDataset:
    """Images of the rarer classes repeated, as evenly as can be, until every class has as many as the commonest."""
    counts = _counts(part)
    chosen = [np.arange(len(part))]
    for label in np.flatnonzero(counts):
        own = rng.permutation(np.flatnonzero(part.labels == label))
        chosen.append(np.resize(own, counts.max() - counts[label]))
    return _taken(part, np.concatenate(chosen))
