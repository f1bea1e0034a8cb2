import numpy as np
import pytest
from skimage import transform

from medcore.data.preparation import augmentation
from tests.data.preparation.conftest import image


class Given:
    """A generator whose even draws are those given."""

    def __init__(self, *values: float) -> None:
        self.values = list(values)

    def uniform(self, low, high) -> np.ndarray:
        shares = [self.values.pop(0) for _ in range(np.size(low))]
        drawn = low + (np.asarray(high) - low) * np.array(shares).reshape(np.shape(low))
        return drawn[()]

    def random(self, size=None) -> np.ndarray:
        return np.array([self.values.pop(0) for _ in range(size)])


def grid(picture: np.ndarray) -> np.ndarray:
    return augmentation.grid(*picture.shape[:2])


def test_the_grid_leaves_every_pixel_where_it_is(picture):
    np.testing.assert_allclose(augmentation.moved(picture, grid(picture)), picture, atol=1e-6)


@pytest.mark.parametrize(
    ("draws", "expected"),
    [((0.9, 0.1), np.fliplr), ((0.1, 0.9), np.flipud), ((0.9, 0.9), lambda image: image)],
)
def test_flip_mirrors(draws, expected, picture):
    coordinates = augmentation.flip(grid(picture), Given(*draws), horizontal=0.5, vertical=0.5)
    np.testing.assert_allclose(augmentation.moved(picture, coordinates), expected(picture), atol=1e-6)


def test_rotate_is_scikit_images(picture):
    """A draw of 0.75 between -40 and 40 degrees is 20, counter-clockwise."""
    coordinates = augmentation.rotate(grid(picture), Given(0.75), 40)
    expected = transform.rotate(picture, 20, order=1, mode="edge")
    np.testing.assert_allclose(augmentation.moved(picture, coordinates), expected, atol=1e-5)


def test_shift_moves_down_and_right(picture):
    """Draws of 0.625 and 0.75 between -0.4 and 0.4 of 40 rows and -0.5 of 48 columns: 4 down, 9.6 right."""
    coordinates = augmentation.shift(grid(picture), Given(0.625, 0.75), 0.4)
    moved = augmentation.moved(picture, coordinates)
    expected = transform.warp(picture, transform.AffineTransform(translation=(-9.6, -4)), order=1, mode="edge")
    np.testing.assert_allclose(moved, expected, atol=1e-5)
    np.testing.assert_allclose(moved[4:, 12:, :].mean(), expected[4:, 12:].mean(), rtol=1e-5)


def test_zoom_enlarges_about_the_centre(picture):
    coordinates = augmentation.zoom(grid(picture), Given(1.0), 2.0)
    moved = augmentation.moved(picture, coordinates)
    centre = (np.array([48, 40]) - 1) / 2
    about = transform.AffineTransform(translation=-centre) + transform.AffineTransform(scale=0.5)
    expected = transform.warp(picture, about + transform.AffineTransform(translation=centre), order=1, mode="edge")
    np.testing.assert_allclose(moved, expected, atol=1e-5)


def test_zoom_is_even_in_its_logarithm(picture):
    size = [np.ptp(augmentation.zoom(grid(picture), Given(share), 1.5)[0]) for share in (0, 0.5, 1)]
    assert size == pytest.approx([39 * 1.5, 39, 39 / 1.5])


def test_elastic_moves_as_far_as_asked_and_smoothly():
    coordinates = augmentation.grid(64, 64)
    field = augmentation.elastic(coordinates, np.random.default_rng(0), 0.05, 0.1) - coordinates
    assert np.sqrt((field**2).mean(axis=(1, 2))) == pytest.approx([3.2, 3.2])
    slopes = np.diff(field, axis=1)
    assert np.abs(slopes).max() < 1.5
    other = augmentation.elastic(coordinates, np.random.default_rng(1), 0.05, 0.1) - coordinates
    assert abs(np.corrcoef(field.ravel(), other.ravel())[0, 1]) < 0.5


def test_contrast_stretches_about_the_mean_and_lifts():
    picture = np.clip(image() * 0.4 + 0.3, 0.3, 0.7)
    stretched = augmentation.contrast(picture, Given(1.0, 0.5), 1.2, 0.1)
    np.testing.assert_allclose(stretched, (picture - picture.mean()) * 1.2 + picture.mean(), atol=1e-5)
    lifted = augmentation.contrast(picture, Given(0.5, 1.0), 1.2, 0.1)
    np.testing.assert_allclose(lifted, picture + 0.1, atol=1e-5)


def test_masks_go_along_with_their_image(picture):
    """A mask drawn from the image's own bright part lies on the bright part afterwards."""
    flat = np.zeros((40, 48, 1), np.float32)
    flat[10:25, 12:30] = 1
    mask = (flat[..., 0] > 0).astype(np.uint8) * 2
    rng = np.random.default_rng(3)
    coordinates = augmentation.elastic(augmentation.rotate(grid(flat), rng, 30), rng, 0.02, 0.1)
    moved, mask = augmentation.moved(flat, coordinates)[..., 0], augmentation.moved_mask(mask, coordinates)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 2}
    assert ((moved > 0.5) == (mask > 0)).mean() > 0.98
