import numpy as np

from medcore.imaging.laid_over import edges, laid_over


def test_a_mask_is_translucent_within_and_opaque_at_its_edges():
    image = np.full((5, 5, 3), 100, np.uint8)
    mask = np.zeros((5, 5), np.uint8)
    mask[1:4, 1:4] = 2
    shown = laid_over(image, mask, ["#FF0000", "#0000C8"])
    assert shown[0, 0].tolist() == [100, 100, 100]
    assert shown[1, 2].tolist() == [0, 0, 200]
    assert shown[2, 2].tolist() == [60, 60, 140]


def test_the_rim_of_the_image_is_no_edge_but_another_class_is():
    assert not edges(np.ones((3, 3), np.uint8)).any()
    assert edges(np.array([[1, 1, 2]], np.uint8)).tolist() == [[False, True, True]]
