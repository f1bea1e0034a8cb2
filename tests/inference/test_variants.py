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
    row, column = (
        np.unravel_index(variants._moved(2, 3).forth(image * 0 + np.eye(41)[..., None])[..., 0][:, 10].argmax(), (41,))[
            0
        ],
        10,
    )
    assert row == 9  # of the diagonal, (7, 7) went to (9, 10)


@pytest.mark.parametrize(("kind", "count"), [("none", 1), ("flips", 4), ("mild", 7)])
def test_the_image_as_it_is_comes_first(kind, count):
    looks = variants.of(kind)
    assert (looks[0], len(looks)) == (variants.AS_IT_IS, count)
