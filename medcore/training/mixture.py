"""Batches of labelled source images and as many target images without labels."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.data.preparation.recipe import PreparedSplits
from medcore.training import ahead
from medcore.training.epochs import order_of


class Mixture(NamedTuple):
    """The training images of both places in one array.

    Args:
        images: the source's, then the target's, whose label is the number of classes: they have none.
        draw: gives the images of each epoch; None where they stay the same.
        order: gives the numbers of the images of an epoch.
    """

    images: ImageDataset
    draw: ahead.Draw | None
    order: Callable[[int], np.ndarray]


def mixed(source: PreparedSplits, target: PreparedSplits, batch: int, seed: int) -> Mixture:
    """Mixes the training images of two places, of one shape and type.

    An epoch takes every source image once, in the order that it has without a target. After each `batch` of them come
    as many of the target; these are taken anew where they are fewer.

    Args:
        batch: source images of a batch, which has twice as many images in all.
        seed: of the order.
    """
    ours, theirs = source.splits["train"], target.splits["train"]
    images = replace(
        ours,
        images=np.concatenate([ours.images, theirs.images]),
        labels=np.concatenate([ours.labels, np.full(len(theirs), len(ours.class_names))]),
        masks=None,
        groups=None,
        original_sizes=None,
        rows=None,
    )

    def order(epoch: int) -> np.ndarray:
        of_target = _enough(len(ours), len(theirs), np.random.default_rng([seed, epoch, 1])) + len(ours)
        return _alternating(order_of(seed, epoch, len(ours)), of_target, batch)

    return Mixture(images, _draw(source, target), order)


def _enough(count: int, there: int, rng: np.random.Generator) -> np.ndarray:
    """`count` numbers of images, none a second time before all had their turn."""
    return np.concatenate([rng.permutation(there) for _ in range(-(-count // there))])[:count]


def _alternating(ours: np.ndarray, theirs: np.ndarray, batch: int) -> np.ndarray:
    starts = range(0, len(ours), batch)
    return np.concatenate([part[start : start + batch] for start in starts for part in (ours, theirs)])


def _draw(source: PreparedSplits, target: PreparedSplits) -> ahead.Draw | None:
    """The images of an epoch, of which those of one place may stay the same."""
    if source.draw is None and target.draw is None:
        return None

    def draw(epoch: int, tick: Callable[..., None]) -> np.ndarray:
        parts = (place.draw(epoch, tick) if place.draw else place.splits["train"].images for place in (source, target))
        return np.concatenate(list(parts))

    return draw
