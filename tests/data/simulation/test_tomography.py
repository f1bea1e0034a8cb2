"""Projection and reconstruction against closed forms, brute force and scikit-image."""

import numpy as np
import pytest
from skimage.transform import iradon

from medcore.data.simulation import tomography
from medcore.data.simulation.tomography import Geometry

DISC = np.array([[0.0, 0.0, 100.0, 100.0, 0.0, 1.05]])


def test_line_integrals_of_a_centred_disc_are_its_chords():
    geometry = Geometry(views=7, bins=51, bin_mm=5.0)
    expected = 1.05 * 2 * np.sqrt(np.maximum(100.0**2 - geometry.offsets**2, 0))
    np.testing.assert_allclose(tomography.project(DISC, geometry), np.tile(expected, (7, 1)), rtol=1e-5, atol=1e-3)


def test_line_integrals_of_a_turned_ellipse_match_sampling_along_the_rays():
    x, y, a, b, turn, attenuation = ellipse = np.array([20.0, -15.0, 60.0, 25.0, 0.7, 0.4])
    geometry = Geometry(views=9, bins=31, bin_mm=6.0)
    along = np.linspace(-250, 250, 50_001)
    sampled = np.empty((9, 31))
    for view, angle in enumerate(geometry.angles):
        for cell, offset in enumerate(geometry.offsets):
            dx = offset * np.cos(angle) - along * np.sin(angle) - x
            dy = offset * np.sin(angle) + along * np.cos(angle) - y
            u = (dx * np.cos(turn) + dy * np.sin(turn)) / a
            v = (-dx * np.sin(turn) + dy * np.cos(turn)) / b
            sampled[view, cell] = attenuation * np.mean(u**2 + v**2 <= 1) * 500
    np.testing.assert_allclose(tomography.project(ellipse[None], geometry), sampled, atol=0.02)


def test_overlapping_ellipses_add_up():
    geometry = Geometry()
    two = np.vstack([DISC, [[30.0, 10.0, 20.0, 40.0, 0.3, -0.2]]])
    apart = tomography.project(two[:1], geometry) + tomography.project(two[1:], geometry)
    np.testing.assert_allclose(tomography.project(two, geometry), apart, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("kernel", ["sharp", "soft"])
def test_a_disc_of_50_hu_is_reconstructed_to_50_hu_in_air(kernel):
    geometry = Geometry(views=180, bins=128, bin_mm=3.0)
    (image,) = tomography.reconstruct(tomography.project(DISC, geometry)[None], geometry, kernel)
    x, y = np.meshgrid(geometry.axis, geometry.axis)
    radius = np.hypot(x, y)
    assert np.mean(image[radius < 85]) == pytest.approx(50, abs=2)
    assert np.std(image[radius < 85]) < 5
    assert np.mean(image[(radius > 115) & (radius < 180)]) == pytest.approx(-1000, abs=5)


def test_the_sharp_kernel_agrees_with_scikit_image():
    size = 65
    geometry = Geometry(views=90, bins=size, bin_mm=1.0, pixels=size, pixel_mm=1.0)
    ellipses = np.array([[3.0, -5.0, 20.0, 12.0, 0.4, 1.0], [8.0, 6.0, 5.0, 7.0, 0.0, 0.5]])
    sinogram = tomography.project(ellipses, geometry)
    (image,) = tomography.reconstruct(sinogram[None], geometry, "sharp")
    # scikit-image counts its angle against rows pointing down: its y is ours with the other sign
    theirs = iradon(sinogram.T, theta=-np.rad2deg(geometry.angles), filter_name="ramp", circle=True)
    x, y = np.meshgrid(geometry.axis, geometry.axis)
    inside = np.hypot(x, y) < 30
    np.testing.assert_allclose(image[inside] / 1000 + 1, theirs[inside], atol=0.01)


def test_the_soft_kernel_is_the_ramp_under_a_hann_window():
    sharp, soft = (tomography._filter(512, 1.0, kernel)[256] for kernel in ("sharp", "soft"))
    frequency = np.fft.rfftfreq(512)
    hann = 0.5 + 0.5 * np.cos(2 * np.pi * frequency)
    np.testing.assert_allclose(np.abs(np.fft.rfft(soft)), hann * np.abs(np.fft.rfft(sharp)), atol=1e-3)
    np.testing.assert_allclose(np.abs(np.fft.rfft(sharp))[5:], frequency[5:], atol=2e-3)


def test_noise_has_the_variance_of_photon_counts():
    sinogram = np.full((200, 200), 120.0, np.float32)
    noisy = tomography.expose(sinogram, 1e5, np.random.default_rng(0))
    expected = 1 / (tomography.WATER * np.sqrt(1e5 * np.exp(-tomography.WATER * 120)))
    assert noisy.mean() == pytest.approx(120, abs=0.05)
    assert noisy.std() == pytest.approx(expected, rel=0.02)


def test_a_ray_without_photons_stays_finite():
    noisy = tomography.expose(np.full((3, 3), 5000.0, np.float32), 100.0, np.random.default_rng(0))
    np.testing.assert_allclose(noisy, np.log(100) / tomography.WATER, rtol=1e-6)


def test_a_batch_is_reconstructed_as_its_images_one_by_one():
    geometry = Geometry()
    sinograms = np.random.default_rng(0).uniform(0, 300, (3, geometry.views, geometry.bins)).astype(np.float32)
    batch = tomography.reconstruct(sinograms, geometry, "soft")
    single = np.concatenate([tomography.reconstruct(one[None], geometry, "soft") for one in sinograms])
    np.testing.assert_allclose(batch, single, rtol=1e-4, atol=0.1)
