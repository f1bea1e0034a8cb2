"""Distances of two clouds whose distance is known."""

import numpy as np
import pytest

from medcore.evaluation import domain_distance


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_places_that_do_not_overlap_are_two_apart(rng):
    near, far = rng.normal(size=(60, 3)), rng.normal(size=(90, 3)) + 20
    assert domain_distance.proxy_a(near, far) == 2


def test_one_place_is_no_distance_from_itself(rng):
    cloud = rng.normal(size=(2000, 2))
    assert domain_distance.proxy_a(cloud[:500], cloud[500:]) < 0.15


def test_two_normal_clouds_have_the_error_of_the_best_line(rng):
    """Means two deviations apart: the best line errs on Phi(-1) = 0.1587, so the distance is 2 (1 - 2 * 0.1587)."""
    source, target = rng.normal(size=(4000, 1)), rng.normal(size=(1000, 1)) + 2
    assert domain_distance.proxy_a(source, target) == pytest.approx(1.3654, abs=0.06)


def test_coral_by_hand_and_standardised(rng):
    """One feature, variances 2 and 8: (2 - 8)² / 4; standardised, both are divided by the variance of all."""
    source, target = np.array([[1.0], [-1]]), np.array([[2.0], [-2]])
    assert domain_distance.coral(source, target) == pytest.approx(9)
    assert domain_distance.distances(source, target)["coral"] == pytest.approx(9 / 2.5**2)


def test_pca_and_tsne_keep_two_clouds_apart(rng):
    cloud = np.concatenate([rng.normal(size=(20, 5)), rng.normal(size=(20, 5)) + 30]).astype(np.float32)
    cloud[:, 4] = 3  # a dead unit
    placed = domain_distance.in_two_dimensions(cloud)
    assert set(placed) == {"pca", "tsne"}
    for points in placed.values():
        assert points.shape == (40, 2)
        assert np.isfinite(points).all()
        own, other = np.linalg.norm(points[:20] - points[:20].mean(axis=0), axis=1), points[20:].mean(axis=0)
        assert own.max() < np.linalg.norm(points[:20] - other, axis=1).min()
    again = domain_distance.in_two_dimensions(cloud)
    np.testing.assert_array_equal(placed["tsne"], again["tsne"])
