"""To the pixel size learned and back: nothing moves, nothing is lost, too much is refused."""

import numpy as np
import pytest
from skimage import transform

from medcore.inference import spacing


def returned(scale: spacing.Scale, framed: np.ndarray) -> np.ndarray:
    return np.concatenate([strip for _, strip in scale.back(scale.inner(framed), lambda: None)])


def centre(values: np.ndarray) -> np.ndarray:
    """Of mass, as a share of the sides, from -1 to 1."""
    grid = np.meshgrid(*(np.linspace(-1, 1, 2 * n + 1)[1::2] for n in values.shape), indexing="ij")
    return np.array([(axis * values).sum() / values.sum() for axis in grid])


@pytest.mark.parametrize("factor", [(0.5, 0.5), (2.0, 3.0), (0.37, 1.4)])
def test_a_thing_stays_where_it_is_and_as_large_as_it_is(factor):
    rows, columns = np.ogrid[:60, :44]
    blob = np.exp(-((rows - 20) ** 2 + (columns - 26) ** 2) / 50).astype(np.float32)
    scale = spacing.scale((60, 44), factor, (16, 16))
    there = scale.forth(blob[..., None])
    assert there.shape == (*scale.framed, 1)
    made = there[: scale.made[0], : scale.made[1], 0]
    np.testing.assert_allclose(centre(made), centre(blob), atol=0.01)
    assert made.mean() == pytest.approx(blob.mean(), rel=0.02)
    back = returned(scale, there)[..., 0]
    assert back.shape == (60, 44)
    np.testing.assert_allclose(centre(back), centre(blob), atol=0.01)
    assert back.sum() == pytest.approx(blob.sum(), rel=0.03)


def test_a_small_slice_lies_in_the_middle_of_black_and_comes_back_untouched():
    slice_ = np.random.default_rng(0).random((5, 9, 2)).astype(np.float32)
    scale = spacing.scale((5, 9), (1, 1), (16, 16))
    assert (scale.padded, scale.resampled) == (True, False)
    framed = scale.forth(slice_)
    assert framed.shape == (16, 16, 2)
    assert framed[5:10, 3:12].sum() == pytest.approx(framed.sum())
    np.testing.assert_array_equal(returned(scale, framed), slice_)


def test_probabilities_that_add_up_to_one_still_do():
    said = np.random.default_rng(0).dirichlet(np.ones(3), (20, 20)).astype(np.float32)
    back = returned(spacing.scale((33, 71), (20 / 33, 20 / 71), (4, 4)), said)
    assert back.shape == (33, 71, 3)
    np.testing.assert_allclose(back.sum(axis=-1), 1, atol=1e-5)


def test_a_spacing_that_cannot_be_true_is_refused():
    with pytest.raises(ValueError, match=r"resampling off\. Received: 51,200 x 51,200 pixels"):
        spacing.scale((512, 512), (100, 100), (64, 64))


def test_what_would_not_fit_into_memory_is_refused():
    spacing.scale((4096, 2048), (1, 1), (64, 64), classes=2)
    with pytest.raises(ValueError, match=r"4,194,304 pixels at most.*resampling on\. Received: 2,048 x 4,096"):
        spacing.scale((4096, 2048), (1, 1), (64, 64), classes=4)
    with pytest.raises(ValueError, match="67,108,864 pixels at most"):
        spacing.scale((10000, 10000), (0.1, 0.1), (64, 64))


@pytest.mark.parametrize("own", [(33, 71), (33, 9), (7, 71), (7, 9), (11, 20)])
def test_strips_together_are_the_whole(own, monkeypatch):
    said = np.random.default_rng(0).random((11, 20, 2)).astype(np.float32)
    scale = spacing.Scale(own, (11, 20), (11, 20))
    expected = transform.resize(said, (min(11, own[0]), min(20, own[1])), order=1, mode="edge", anti_aliasing=True)
    expected = transform.resize(expected, own, order=1, mode="edge", anti_aliasing=False)
    monkeypatch.setattr(spacing, "STRIP", 3 * own[1] * 2)
    asked = []
    back = np.concatenate([strip for _, strip in scale.back(said, lambda: asked.append(1))])
    np.testing.assert_allclose(back, expected, atol=1e-5)
    assert len(asked) == 1 + -(-own[0] // 3)
