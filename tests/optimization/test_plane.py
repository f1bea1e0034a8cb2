"""Principal planes, against scikit-learn's PCA."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from medcore.optimization import plane


def walk(n, d, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(size=(n, d)), axis=0)


def test_it_is_the_pca(monkeypatch):
    monkeypatch.setattr(plane, "COLUMNS_AT_ONCE", 16)
    points = walk(20, 50)
    found, places = plane.principal(points)
    expected = PCA(2).fit(points)
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, rtol=1e-6)
    np.testing.assert_allclose(np.abs(places), np.abs(expected.transform(points)), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(2), atol=1e-5)


def test_a_place_leads_back_to_the_nearest_weights_on_the_plane():
    flat = walk(12, 2) @ np.linalg.qr(walk(30, 2))[0].T + 3
    found, places = plane.principal(flat)
    assert sum(found.explained) == pytest.approx(1)
    for point, (x, y) in zip(flat, places, strict=True):
        np.testing.assert_allclose(found.at(x, y), point, atol=1e-4)


def test_weights_in_half_precision_are_summed_in_double():
    points = (walk(15, 4_000) + 200).astype(np.float16)
    found, places = plane.principal(points)
    expected = PCA(2).fit(points.astype(np.float64))
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, rtol=1e-4)
    np.testing.assert_allclose(
        np.abs(places), np.abs(expected.transform(points.astype(np.float64))), rtol=1e-3, atol=0.1
    )


def test_a_straight_path_has_no_second_direction():
    found, places = plane.principal(np.outer(np.arange(5.0), [1.0, 2.0, 2.0]))
    assert found.explained == pytest.approx((1, 0))
    np.testing.assert_allclose(np.ptp(places[:, 0]), 12)
    np.testing.assert_allclose(places[:, 1], 0, atol=1e-5)


@pytest.mark.parametrize(
    ("points", "sentence"), [(np.zeros((5, 3)), "did not move"), (np.eye(2), "three points.*Received: 2")]
)
def test_what_has_no_plane_is_said(points, sentence):
    with pytest.raises(ValueError, match=sentence):
        plane.principal(points)


def test_the_grid_holds_all_places_in_a_square():
    x, y = plane.grid(np.array([[0.0, 5.0], [10.0, 6.0]]), 5, margin=0.2)
    np.testing.assert_allclose(x, [-2, 1.5, 5, 8.5, 12])
    np.testing.assert_allclose(y, x + 0.5)
