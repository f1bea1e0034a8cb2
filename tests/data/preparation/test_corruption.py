import numpy as np
import pytest
from scipy import ndimage
from skimage import filters

from medcore.data.preparation import corruption


def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def test_gaussian_noise_has_the_standard_deviation_asked_for():
    gray = np.full((200, 200, 1), 0.5, np.float32)
    noisy = corruption.gaussian_noise(gray, rng(), 0.05)
    assert noisy.mean() == pytest.approx(0.5, abs=1e-3)
    assert noisy.std() == pytest.approx(0.05, rel=0.02)


def test_photons_vary_by_the_root_of_their_number():
    gray = np.full((200, 200, 1), 0.25, np.float32)
    noisy = corruption.poisson_noise(gray, rng(), 400)
    assert noisy.mean() == pytest.approx(0.25, abs=1e-3)
    assert noisy.std() == pytest.approx(np.sqrt(100) / 400, rel=0.02)
    assert set(np.unique(np.round(noisy * 400, 6)) % 1) == {0}


def test_black_counts_no_photon():
    assert not corruption.poisson_noise(np.zeros((8, 8, 1), np.float32), rng(), 10).any()


def test_blur_is_scikit_images(picture):
    expected = filters.gaussian(picture, 1.5, channel_axis=-1)
    np.testing.assert_array_equal(corruption.blur(picture, rng(), 1.5), expected)


@pytest.mark.parametrize("angle", [0, 180])
def test_motion_to_the_right_is_the_mean_along_a_row(angle, picture):
    expected = ndimage.uniform_filter1d(picture, 7, axis=1, mode="nearest")
    np.testing.assert_allclose(corruption.motion_blur(picture, rng(), 7, angle), expected, atol=1e-6)


def test_motion_upwards_is_the_mean_along_a_column(picture):
    expected = ndimage.uniform_filter1d(picture, 5, axis=0, mode="nearest")
    np.testing.assert_allclose(corruption.motion_blur(picture, rng(), 5, 90), expected, atol=1e-6)


def test_motion_at_an_angle_goes_up_to_the_right():
    point = np.zeros((21, 21, 1), np.float32)
    point[10, 10] = 1
    smeared = corruption.motion_blur(point, rng(), 9, 45)[..., 0]
    assert smeared.sum() == pytest.approx(1)
    rows, columns = np.nonzero(smeared > 0.05)
    assert np.corrcoef(rows, columns)[0, 1] < -0.9


def test_an_object_that_moved_all_the_time_is_shifted(picture):
    """With every line taken after the motion there are no ghosts: the whole image stands lower."""
    inner = np.pad(picture, ((8, 8), (0, 0), (0, 0)))
    np.testing.assert_allclose(corruption.ghosts(inner, rng(), 5, 1), np.roll(inner, 5, axis=0), atol=1e-5)


def test_every_second_line_gives_two_ghosts_half_a_field_apart():
    """Closed form: of the object at 0 and that at s, every second line each, comes half of both, and their
    difference half a field of view away."""
    field = np.zeros((32, 1, 1), np.float32)
    field[4] = 1
    ghosts = corruption.ghosts(field, rng(), 3, 2)[:, 0, 0]
    expected = np.zeros(32)
    expected[[4, 7, 20, 23]] = 0.5
    np.testing.assert_allclose(ghosts, expected, atol=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_missing_pixels_are_black_in_all_channels_and_the_others_as_they_were(share):
    bright = rng().uniform(0.1, 1, (20, 10, 3)).astype(np.float32)
    seen = corruption.missing_pixels(bright, rng(), share)
    black = (seen == 0).all(axis=-1)
    assert black.sum() == 200 * share
    np.testing.assert_array_equal(seen[~black], bright[~black])
    assert (corruption.missing_pixels(bright, rng(), share) == seen).all()


@pytest.mark.parametrize(("share", "lost"), [(0.25, 10), (0.01, 1), (0.9, 36)])
def test_missing_lines_are_black_and_the_others_as_they_were(share, lost, picture):
    bright = np.maximum(picture, 0.1)
    seen = corruption.missing_lines(bright, rng(), share)
    black = (seen == 0).all(axis=(1, 2))
    assert black.sum() == lost
    np.testing.assert_array_equal(seen[~black], bright[~black])


def test_a_missing_block_is_a_black_square_inside(picture):
    bright = np.maximum(picture, 0.1)
    seen = corruption.missing_blocks(bright, rng(), 1, 0.25)
    rows, columns = np.nonzero((seen == 0).all(axis=-1))
    assert len(rows) == 10 * 10
    assert np.ptp(rows) == np.ptp(columns) == 9
    np.testing.assert_array_equal(seen[seen > 0], bright[seen > 0])


def test_blocks_reach_every_corner():
    """Their places are drawn evenly over all that lie inside."""
    covered = np.ones((10, 12, 1), np.float32)
    generator = rng()
    for _ in range(200):
        covered = np.minimum(covered, corruption.missing_blocks(np.ones_like(covered), generator, 1, 0.3))
    assert not covered.any()


def test_inverted_contrast_for_a_share_of_the_images(picture):
    np.testing.assert_array_equal(corruption.inverted_contrast(picture, rng(), 1), 1 - picture)
    generator = rng()
    inverted = [corruption.inverted_contrast(picture, generator, 0.3)[0, 0, 0] != picture[0, 0, 0] for _ in range(1000)]
    assert np.mean(inverted) == pytest.approx(0.3, abs=0.05)


def test_the_image_given_stays_as_it_is(picture):
    before = picture.copy()
    corruption.missing_lines(picture, rng(), 0.5)
    corruption.missing_pixels(picture, rng(), 0.5)
    corruption.missing_blocks(picture, rng(), 3, 0.3)
    corruption.ghosts(picture, rng(), 3, 2)
    np.testing.assert_array_equal(picture, before)
