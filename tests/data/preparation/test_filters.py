"""Window, size, denoising and equalisation, each against scikit-image itself or a closed form."""

import numpy as np
import pytest
from skimage import exposure, filters, morphology, restoration, transform

from medcore.data.preparation import contrast, denoising, resizing
from tests.data.preparation.conftest import image


def test_a_window_is_a_line_cut_off_at_black_and_white():
    ramp = np.linspace(0, 1, 11, dtype=np.float32).reshape(1, 11, 1)
    expected = np.clip((ramp - 0.3) / 0.4, 0, 1)
    np.testing.assert_allclose(contrast.window(ramp, 0.5, 0.4), expected, atol=1e-6)


def test_the_widest_window_about_the_middle_changes_nothing(picture):
    np.testing.assert_allclose(contrast.window(picture, 0.5, 1.0), picture, atol=1e-6)


def test_equalisation_is_scikit_images(picture):
    flat = picture.reshape(40, -1)
    np.testing.assert_array_equal(contrast.equalize(picture), exposure.equalize_hist(flat).reshape(picture.shape))


def test_equalised_values_are_spread_evenly(picture):
    values = np.sort(contrast.equalize(picture), axis=None)
    np.testing.assert_allclose(values, np.linspace(0, 1, values.size), atol=0.03)


def test_clahe_is_scikit_images():
    gray, colour = image(1), image(3)
    expected = exposure.equalize_adapthist(gray[..., 0], (10, 12), 0.02)
    np.testing.assert_array_equal(contrast.clahe(gray, 0.02, 4)[..., 0], expected)
    np.testing.assert_array_equal(contrast.clahe(colour, 0.02, 4), exposure.equalize_adapthist(colour, (10, 12), 0.02))


@pytest.mark.parametrize("side", [1, 7, 8, 28, 40])
def test_tiles_of_clahe_do_not_become_too_small(side):
    rng = np.random.default_rng(0)
    small = rng.random((side, 48, 1), np.float32)
    tile = (min(side, 8), 8)
    expected = exposure.equalize_adapthist(small[..., 0], tile, 0.02)
    np.testing.assert_array_equal(contrast.clahe(small, 0.02, 16)[..., 0], expected)


def test_clahe_of_few_pixels_keeps_shades_between_black_and_white():
    ramp = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8, 1)
    assert len(np.unique(contrast.clahe(ramp, 0.01, 8).round(2))) > 30


def test_the_longer_side_gets_the_pixels_asked_for(picture):
    small = resizing.resize(picture, 24)
    assert small.shape == (20, 24, picture.shape[2])
    expected = transform.resize(picture, small.shape, order=1, anti_aliasing=True)
    np.testing.assert_array_equal(small, expected)
    assert small.mean() == pytest.approx(picture.mean(), abs=0.005)


def test_a_mask_keeps_its_classes_and_its_place():
    mask = np.zeros((40, 48), np.uint8)
    mask[:, 24:] = 3
    for side in (24, 96):
        resized = resizing.resize_mask(mask, side)
        assert resized.shape == resizing.resize(image(), side).shape[:2]
        assert set(np.unique(resized)) == {0, 3}
        assert (resized == 3).mean() == 0.5
        assert resized.dtype == np.uint8


def test_denoising_is_scikit_images_in_colour():
    picture = image(3)
    expected = restoration.denoise_bilateral(picture, sigma_color=0.1, sigma_spatial=1.5, mode="edge", channel_axis=-1)
    np.testing.assert_array_equal(denoising.bilateral(picture, 0.1, 1.5), expected)
    expected = restoration.denoise_nl_means(picture, 5, 6, 0.08, channel_axis=-1)
    np.testing.assert_array_equal(denoising.non_local_means(picture, 0.08, 6), expected)
    expected = restoration.denoise_tv_chambolle(picture, 0.1, channel_axis=-1)
    np.testing.assert_array_equal(denoising.total_variation(picture, 0.1), expected)
    np.testing.assert_array_equal(denoising.gaussian(picture, 1), filters.gaussian(picture, 1, channel_axis=-1))


def test_denoising_is_scikit_images_in_gray():
    picture = image(1)
    plane = picture[..., 0]
    expected = restoration.denoise_bilateral(plane, sigma_color=0.1, sigma_spatial=1.5, mode="edge")
    np.testing.assert_array_equal(denoising.bilateral(picture, 0.1, 1.5)[..., 0], expected)
    expected = restoration.denoise_nl_means(plane, 5, 6, 0.08)
    np.testing.assert_array_equal(denoising.non_local_means(picture, 0.08, 6)[..., 0], expected)


def test_median_takes_each_channel_by_itself(picture):
    filtered = denoising.median(picture, 2)
    for channel in range(picture.shape[2]):
        expected = filters.median(picture[..., channel], morphology.disk(2))
        np.testing.assert_array_equal(filtered[..., channel], expected)


FILTERS = {
    "gaussian": lambda image: denoising.gaussian(image, 1.5),
    "median": lambda image: denoising.median(image, 2),
    "bilateral": lambda image: denoising.bilateral(image, 0.3, 2),
    "total variation": lambda image: denoising.total_variation(image, 0.1),
    "non-local means": lambda image: denoising.non_local_means(image, 0.1, 6),
}


@pytest.mark.parametrize("name", FILTERS)
def test_denoising_brings_an_image_nearer_to_the_clean_one(name, picture):
    clean = np.repeat(FILTERS["median"](picture)[..., :1], picture.shape[2], axis=-1)
    noisy = np.clip(clean + np.random.default_rng(1).normal(0, 0.1, clean.shape), 0, 1).astype(np.float32)
    before, after = np.abs(noisy - clean).mean(), np.abs(FILTERS[name](noisy) - clean).mean()
    assert after < 0.7 * before


@pytest.mark.parametrize("name", FILTERS)
def test_a_constant_image_stays_so(name):
    flat = np.full((20, 20, 1), 0.4, np.float32)
    np.testing.assert_allclose(FILTERS[name](flat), flat, atol=1e-5)
