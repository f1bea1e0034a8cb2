"""The images that a cross-validation divides into folds: training and validation together."""

from dataclasses import replace

import numpy as np

from medcore.data import folds
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.sampling import sample
from medcore.spec import RunSpec, SampleSpec


def pooled(splits: Splits, spec: RunSpec) -> ImageDataset:
    """Training and validation images together, as many as the sample asks for; the test set stays out.

    Patients are known only where they are for both.
    """
    splits = thinned(splits, spec)
    parts = [splits["train"], splits["val"]]
    known = all(part.groups is not None for part in parts)
    pool = replace(
        parts[0],
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        groups=np.concatenate([part.groups for part in parts]) if known else None,
        masks=None,
        original_sizes=None,
    )
    return sample({"train": pool}, SampleSpec(images=spec.sample.images), spec.seed).splits["train"]


def thinned(splits: Splits, spec: RunSpec) -> Splits:
    """The splits with a class as rare in all of them as the sample asks for, as for a network that trains once."""
    if spec.sample.imbalanced != "all":
        return splits
    return sample(splits, SampleSpec(imbalance=spec.sample.imbalance), spec.seed).splits


def numbered(
    pool: ImageDataset, spec: RunSpec, within: np.ndarray | None = None, count: int | None = None
) -> np.ndarray:
    """The fold of each image of the pool, from 1: the same for every run of a study.

    Args:
        within: numbers of the images to divide, for folds within a fold; None divides the pool.
        count: folds; None takes the spec's.
    """
    within = np.arange(len(pool)) if within is None else within
    groups = pool.groups[within] if spec.path.by_group and pool.groups is not None else None
    return folds.numbers(pool.labels[within], groups, count or spec.path.folds, spec.seed, pool.class_names)
