"""Windows see every pixel, and what they say of it is a mean that does not depend on where they lie."""

import numpy as np
import pytest

from medcore.inference import windows


def pixelwise(images: np.ndarray) -> np.ndarray:
    return np.concatenate([1 - images, images], axis=-1)


@pytest.mark.parametrize("overlap", [0.0, 0.25, 0.75])
@pytest.mark.parametrize("size", [(8, 8), (9, 31), (20, 8)])
def test_what_is_said_of_a_pixel_alone_stays_as_it_is(size, overlap):
    image = np.random.default_rng(0).random((*size, 1)).astype(np.float32)
    images = np.stack([image, 1 - image])
    said = windows.seen(images, (8, 8), overlap, pixelwise)
    np.testing.assert_allclose(said, pixelwise(images), atol=1e-6)


def test_the_middle_of_a_window_counts_more_than_its_border():
    """Two windows of 4 over 6 pixels; the first says 1, the second 0: the share falls from the first to the second."""
    asked = iter((1.0, 0.0))

    def ask(images):
        return np.stack([np.full((*image.shape[:2], 1), next(asked), np.float32) for image in images])

    ((row,),) = windows.seen(np.zeros((1, 1, 6, 1), np.float32), (1, 4), 0.5, ask)[..., 0]
    one = windows.weights((1, 4))[0]
    np.testing.assert_allclose(one, [0.5, 1, 1, 0.5])
    np.testing.assert_allclose(row, [1, 1, 1 / 1.5, 0.5 / 1.5, 0, 0])


@pytest.mark.parametrize(("length", "overlap", "count"), [(64, 0.5, 1), (65, 0.5, 2), (128, 0.0, 2), (128, 0.5, 3)])
def test_as_many_windows_as_the_overlap_asks_for(length, overlap, count):
    corners = list(windows.places((64, length), (64, 64), overlap))
    assert len(corners) == count
    assert corners[0] == (0, 0)
    assert corners[-1] == (0, length - 64)


def test_a_person_can_stop_between_questions():
    class StoppedError(Exception):
        pass

    def pause():
        raise StoppedError

    with pytest.raises(StoppedError):
        windows.seen(np.zeros((1, 8, 8, 1), np.float32), (8, 8), 0, pixelwise, pause)


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"8 pixels\. Received: 7 pixels"):
        list(windows.places((7, 8), (8, 8), 0))
