import numpy as np

from medcore.ui.explorer import picture


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


def test_white_images_keep_their_edges():
    white = np.full((8, 8, 3), 255, np.uint8)
    strip = picture.strip([white, white, white])
    side = picture.enlarged(white, picture.SIDE // 4).shape[0]
    assert strip.shape == (side + 2 * picture.BORDER, 3 * side + 2 * picture.GAP + 2 * picture.BORDER, 3)
    middle = strip[len(strip) // 2, :, 0]
    starts = picture.BORDER + np.arange(3) * (side + picture.GAP)
    for start in starts:
        assert (middle[start : start + side] == 255).all()
    assert (middle == picture.GRAY).sum() == 2 * picture.GAP + 2 * picture.BORDER
    assert (strip[0] == picture.GRAY).all()


def test_classes_of_a_mask_have_the_colours_of_the_viewer():
    shown = picture.pixels(np.zeros((1, 3, 1)), (0, 1), np.array([[1, 2, 3]], np.uint8))
    for number, colour in enumerate(("#EE6677", "#228833", "#CCBB44")):
        expected = [int(int(colour[i : i + 2], 16) * picture.MASK_SHARE) for i in (1, 3, 5)]
        assert shown[0, number].tolist() == expected
