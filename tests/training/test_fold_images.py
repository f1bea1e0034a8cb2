"""The images of a fold: what is fitted is fitted to its training images, unless the mistake is asked for."""

from dataclasses import replace

import numpy as np
import pytest

from medcore.data.pool import numbered, pooled
from medcore.spec import ModelSpec, PathSpec, PreparationSpec, RunSpec, SampleSpec
from medcore.training.fold_images import divided

SPEC = RunSpec(task="path", model=ModelSpec("mlp"), path=PathSpec(folds=4))


def fold(spec, splits, run, number=1):
    pool = pooled(splits, spec)
    of = numbered(pool, spec)
    return pool, of, divided(pool, np.flatnonzero(of != number), np.flatnonzero(of == number), spec, run)


def test_bytes_stay_bytes_and_the_test_set_stays_out(splits, run):
    pool, of, images = fold(SPEC, splits, run)
    assert len(pool) == 70 + 30
    assert images.train.images.dtype == np.uint8
    assert (images.val.images == pool.images[of == 1]).all()
    assert len(images.train) + len(images.val) == 100


@pytest.mark.parametrize("fitted_on", ["fold", "all"])
def test_scale_is_fitted_on_the_training_images_or_on_all(fitted_on, splits, run):
    spec = replace(SPEC, path=replace(SPEC.path, scale=True, screen=20, fitted_on=fitted_on))
    pool, of, images = fold(spec, splits, run)
    measured = pool.images[of != 1] if fitted_on == "fold" else pool.images
    np.testing.assert_allclose(images.pixels.mean, measured.mean(axis=0) / 255, atol=1e-6)
    assert images.pixels.kept.sum() == 20
    assert (images.val.images == images.pixels(pool.images[of == 1])).all()


@pytest.mark.parametrize("fitted_on", ["fold", "all"])
def test_so_are_the_statistics_of_a_recipe(fitted_on, splits, run):
    steps = {"zscore": {"scope": "train"}}
    spec = replace(SPEC, preparation=PreparationSpec(steps), path=replace(SPEC.path, fitted_on=fitted_on))
    pool, of, images = fold(spec, splits, run)
    measured = (pool.images[of != 1] if fitted_on == "fold" else pool.images) / 255
    assert images.recipe.facts()["scale"] is not None
    expected = (pool.images[of == 1] / 255 - measured.mean()) / measured.std()
    np.testing.assert_allclose(images.val.images, expected, atol=1e-4)


def test_wrong_and_repeated_labels_are_for_training_alone(splits, run):
    spec = replace(SPEC, sample=SampleSpec(images=60, label_noise=0.5, oversample=True))
    pool, of, images = fold(spec, splits, run)
    assert len(pool) == 60
    assert (images.val.labels == pool.labels[of == 1]).all()
    assert len(set(np.bincount(images.train.labels))) == 1
    clean = pool.labels[of != 1]
    assert 0.4 < (images.train.labels[: len(clean)] != clean).mean() < 0.6


def test_patients_stay_together_unless_asked_otherwise(splits):
    known = {
        name: replace(part, groups=np.arange(len(part)) // 5 + 100 * (name == "val")) for name, part in splits.items()
    }
    for by_group in (True, False):
        spec = replace(SPEC, path=replace(SPEC.path, by_group=by_group))
        pool = pooled(known, spec)
        of = numbered(pool, spec)
        whole = all(len(np.unique(of[pool.groups == patient])) == 1 for patient in np.unique(pool.groups))
        assert whole == by_group


def test_folds_follow_from_the_seed_alone(splits):
    pool = pooled(splits, SPEC)
    other = replace(SPEC, path=replace(SPEC.path, strengths=(0.5,), fold=2), model=ModelSpec("linear"))
    assert (numbered(pool, SPEC) == numbered(pool, other)).all()
    assert (numbered(pool, SPEC) != numbered(pool, replace(SPEC, seed=1))).any()
