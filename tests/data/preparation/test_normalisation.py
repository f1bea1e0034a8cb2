import json

import numpy as np
import pytest

from medcore.data.preparation import normalisation
from medcore.data.preparation.normalisation import MinMax, Percentile, Scale, ZScore


def test_min_max_maps_to_0_and_1(picture):
    scaled = MinMax().measure(picture).applied(picture)
    assert (scaled.min(), scaled.max()) == pytest.approx((0, 1))
    np.testing.assert_allclose(scaled, (picture - picture.min()) / np.ptp(picture), atol=1e-6)


def test_z_score_has_mean_0_and_deviation_1(picture):
    scaled = ZScore().measure(picture).applied(picture)
    assert (scaled.mean(), scaled.std()) == pytest.approx((0, 1), abs=1e-4)


def test_percentiles_are_numpys(picture):
    low, high = np.percentile(picture, (5, 90))
    scaled = Percentile(5, 90).measure(picture).applied(picture)
    np.testing.assert_allclose(scaled, np.clip((picture - low) / (high - low), 0, 1), atol=1e-5)
    assert (scaled == 0).mean() == pytest.approx(0.05, abs=0.01)
    assert (scaled == 1).mean() == pytest.approx(0.1, abs=0.01)


def test_percentiles_of_very_many_values_look_at_some(monkeypatch, picture):
    monkeypatch.setattr(normalisation, "MOST_VALUES", 500)
    step = -(-picture.size // 500)
    low, high = np.percentile(picture.ravel()[::step], (5, 95))
    assert Percentile(5, 95).measure(picture)[:2] == pytest.approx((low, high - low))


@pytest.mark.parametrize("how", [MinMax(), ZScore(), Percentile(1, 99)])
def test_a_constant_image_becomes_0(how):
    flat = np.full((4, 4, 1), 0.7, np.float32)
    np.testing.assert_allclose(how.measure(flat).applied(flat), 0, atol=1e-6)


def test_a_scale_goes_through_json():
    scale = Scale(0.25, 0.5, True)
    assert normalisation.from_dict(json.loads(json.dumps(scale.to_dict()))) == scale
