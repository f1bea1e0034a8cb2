import numpy as np

from medcore.ui import picture


def test_values_become_bytes_by_the_scale():
    shown = picture.pixels(np.array([[[-1.0], [0.0], [1.0], [3.0]]]), (-1.0, 1.0))
    assert shown.shape == (1, 4, 3)
    assert shown[0, :, 0].tolist() == [0, 128, 255, 255]


def test_a_mask_colours_what_lies_inside():
    shown = picture.pixels(np.full((1, 2, 1), 0.5), (0, 1), np.array([[0, 1]]))
    assert shown[0, 0].tolist() == [128, 128, 128]
    assert shown[0, 1, 0] > shown[0, 1, 1]


def test_enlarged_pixels_are_squares():
    small = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    large = picture.enlarged(small, 8)
    assert large.shape == (8, 8, 3)
    assert (large[:4, :4] == small[0, 0]).all()
    assert picture.enlarged(np.zeros((500, 400, 3), np.uint8), 288).shape == (500, 400, 3)
