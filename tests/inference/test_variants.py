"""What is done to an image is undone on what is said of it."""

import numpy as np
import pytest

from medcore.inference import variants

LOOKS = {look.name: look for look in (*variants.FLIPS, *variants.MILD)}


@pytest.mark.parametrize("name", LOOKS)
def test_there_and_back(name):
    rows, columns = np.ogrid[:64, :48]
    blob = np.exp(-((rows - 24) ** 2 + (columns - 27) ** 2) / 60)[..., None].astype(np.float32)
    look = LOOKS[name]
    there = look.forth(blob)
    assert there.shape == blob.shape
    assert not np.allclose(there, blob, atol=0.01)
    back = look.back(there) if name not in ("brighter", "darker") else blob
    np.testing.assert_allclose(back, blob, atol=0.02)


def test_a_turn_is_counter_clockwise_and_a_move_goes_down_and_right():
    image = np.zeros((41, 41, 1), np.float32)
    image[20, 36] = 1  # right of the centre
    row, column = np.unravel_index(LOOKS["turned by 5°"].forth(image)[..., 0].argmax(), (41, 41))
    assert (row, column) == (19, 36)
    image[20, 36] = 0
    image[10, 10] = 1
    there = LOOKS["moved by 1.5 and -1.5 pixels"].forth(image)[..., 0]
    assert [(axis * there).sum() / there.sum() for axis in np.indices((41, 41))] == pytest.approx([11.5, 8.5])


@pytest.mark.parametrize(("kind", "count"), [("none", 1), ("flips", 4), ("mild", 7)])
def test_the_image_as_it_is_comes_first(kind, count):
    looks = variants.of(kind)
    assert (looks[0], len(looks)) == (variants.AS_IT_IS, count)
