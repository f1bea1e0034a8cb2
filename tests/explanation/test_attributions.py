"""Integrated gradients, occlusion and the check against randomised weights, where the answer is known."""

import keras
import numpy as np
import pytest
from scipy.stats import spearmanr

from medcore.explanation import forward, gradcam, integrated_gradients, occlusion, randomised
from medcore.explanation.integrated_gradients import integrate
from medcore.explanation.occlusion import occlude
from medcore.models.cnn import cnn
from medcore.models.linear import linear


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return cnn((20, 16, 1), 3)


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).random((20, 16, 1), np.float32)


def test_integrated_gradients_of_a_linear_model_are_weight_times_input():
    model = linear((5, 4, 3), 2)
    image = np.random.default_rng(0).random((5, 4, 3), np.float32)
    baseline = np.full_like(image, 0.25)
    columns = model.get_layer("logits").get_weights()[0]
    weights = (columns[:, 1] - columns[:, 0]).reshape(5, 4, 3)  # of two classes the difference decides
    found = integrate(model, image, 1, baseline)
    np.testing.assert_allclose(found.attributions, (weights * (image - baseline)).sum(-1), rtol=1e-4, atol=1e-6)
    assert found.missed == pytest.approx(0, abs=1e-5)


def test_integrated_gradients_add_up_to_what_the_logit_gained(network, image):
    found = integrate(network, image, 2, np.zeros_like(image))
    ends = forward.logits(network, np.stack([np.zeros_like(image), image]))[:, 2]
    assert found.change == pytest.approx(float(ends[1] - ends[0]), rel=1e-4)
    assert found.attributions.sum() - found.change == pytest.approx(found.missed, abs=1e-4)
    coarse = integrate(network, image, 2, np.zeros_like(image), steps=256)
    assert abs(coarse.missed) <= 0.02 * abs(coarse.change) + 1e-6


def test_occlusion_finds_the_patch_that_a_model_looks_at():
    model = linear((12, 16, 1), 2)
    weights = np.zeros((12, 16, 2), np.float32)
    weights[4:6, 10:12, 1] = 1  # class 1 is the sum of these four pixels, and nothing else
    model.get_layer("logits").set_weights([weights.reshape(-1, 2), np.zeros(2)])
    image = np.zeros((12, 16, 1), np.float32)
    image[4:6, 10:12] = 1
    found = occlude(model, image, 1, patch=2, stride=2)
    expected = np.zeros((12, 16))
    expected[4:6, 10:12] = 4 * (1 - image.mean())  # all four sink to the mean of the image
    np.testing.assert_allclose(found.falls, expected, atol=1e-5)
    assert found.corner == (4, 10)
    assert found.lowest[1] == pytest.approx(4 * image.mean(), rel=1e-4)


def test_of_two_classes_each_map_is_the_other_one_turned_round(image):
    keras.utils.set_random_seed(0)
    model = cnn((20, 16, 1), 2)
    falls = [occlude(model, image, target).falls for target in (0, 1)]
    np.testing.assert_allclose(falls[0], -falls[1], atol=1e-5)
    assert all(gradcam.heatmaps(model, image[None], target, "conv1").any() for target in (0, 1))


def test_a_large_image_is_asked_about_in_parts(network, image, monkeypatch):
    """The same answer, and the request can be stopped between two parts."""
    whole = occlude(network, image, 1).falls, integrate(network, image, 1, np.zeros_like(image)).attributions
    monkeypatch.setattr(integrated_gradients, "PIXELS_AT_ONCE", 8 * 20 * 16)
    monkeypatch.setattr(occlusion, "at_once", lambda shape: 8)
    built = []
    hidden = occlusion._hidden
    monkeypatch.setattr(occlusion, "_hidden", lambda *asked: built.append(made := hidden(*asked)) or made)
    pauses = []
    parts = (
        occlude(network, image, 1).falls,
        integrate(network, image, 1, np.zeros_like(image), pause=lambda: pauses.append(1)).attributions,
    )
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert max(map(len, built)) == 8
    assert len(pauses) > 4


def test_patches_cover_every_pixel_by_default(network, image):
    found = occlude(network, image, 0)
    assert (found.patch, found.stride) == (2, 1)
    assert np.isfinite(found.falls).all()


def test_randomising_goes_down_from_the_answer_and_leaves_nothing_behind(network, image):
    before = network.get_weights()
    assert randomised.stages(network) == [["logits"], ["dense"], ["conv2"], ["conv1"]]
    with randomised.cascade(network) as stages:
        assert next(stages) == "logits"
        after = network.get_weights()
        for old, new in zip(before[:-2], after[:-2], strict=True):
            np.testing.assert_array_equal(old, new)
        assert not np.array_equal(before[-2], after[-2])
        np.testing.assert_array_equal(np.sort(abs(before[-2].ravel())), np.sort(abs(after[-2].ravel())))
        assert list(stages) == ["dense", "conv2", "conv1"]
        assert not np.array_equal(network.get_weights()[0], before[0])
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_map_that_does_not_look_at_the_network_passes_through_randomisation_unchanged(network, image):
    """The point of the check: an edge detector correlates by 1, Grad-CAM does not."""
    edges = np.abs(np.diff(image[..., 0], axis=0))
    map_before = gradcam.heatmaps(network, image[None], 1, "conv1")[0]
    with randomised.cascade(network) as stages:
        list(stages)
        map_after = gradcam.heatmaps(network, image[None], 1, "conv1")[0]
    assert randomised.rank_correlation(edges, edges) == pytest.approx(1)
    assert randomised.rank_correlation(map_before, map_after) == pytest.approx(
        spearmanr(map_before.ravel(), map_after.ravel()).statistic
    )
    assert randomised.rank_correlation(map_before, map_after) < 0.9
    assert randomised.rank_correlation(edges, np.zeros_like(edges)) is None


def test_many_layers_are_randomised_in_few_stages():
    image = keras.Input((8, 8, 3))
    x = image
    for i in range(9):
        x = keras.layers.Conv2D(3, 3, padding="same", name=f"conv{i}")(x)
    model = keras.Model(image, keras.layers.Dense(2, name="logits")(keras.layers.Flatten()(x)))
    found = randomised.stages(model)
    assert [len(part) for part in found] == [1, 3, 2, 2, 2]
    assert [path for part in found for path in part] == ["logits", *(f"conv{i}" for i in range(8, -1, -1))]
