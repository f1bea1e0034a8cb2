import itertools

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.distance import cdist, directed_hausdorff

from medcore.evaluation import surface_distance


def blobs(shape: tuple[int, ...], seed: int) -> np.ndarray:
    values = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    return values > values.std()


def rim(mask: np.ndarray) -> np.ndarray:
    """Pixels (k, axes) with a neighbour along an axis that is not in the mask or not in the image, one by one."""
    found = []
    for place in zip(*np.nonzero(mask), strict=True):
        for axis, step in itertools.product(range(mask.ndim), (-1, 1)):
            beside = list(place)
            beside[axis] += step
            if not 0 <= beside[axis] < mask.shape[axis] or not mask[tuple(beside)]:
                found.append(place)
                break
    return np.array(found)


@pytest.mark.parametrize(("shape", "spacing"), [((24, 20), (1, 1)), ((24, 20), (0.5, 2)), ((8, 12, 11), (3, 0.7, 1.2))])
def test_distances_are_those_of_every_pair_of_points(shape, spacing):
    one, other = blobs(shape, 1), blobs(shape, 2)
    apart = cdist(rim(one) * spacing, rim(other) * spacing)
    forth, back = apart.min(axis=1), apart.min(axis=0)
    found = surface_distance.distances(one, other, spacing)
    assert np.sort(found.forth) == pytest.approx(np.sort(forth))
    assert np.sort(found.back) == pytest.approx(np.sort(back))
    hd95, assd = surface_distance.of_masks(one, other, spacing)
    assert hd95 == pytest.approx(max(np.percentile(forth, 95), np.percentile(back, 95)))
    assert assd == pytest.approx((forth.sum() + back.sum()) / (len(forth) + len(back)))
    farthest = max(directed_hausdorff(rim(a) * spacing, rim(b) * spacing)[0] for a, b in [(one, other), (other, one)])
    assert max(found.forth.max(), found.back.max()) == pytest.approx(farthest)


def test_two_points_are_as_far_apart_as_their_centres():
    one, other = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    one[1, 1] = other[4, 5] = True
    assert surface_distance.of_masks(one, other, (1, 1)) == (5.0, 5.0)
    assert surface_distance.of_masks(one, other, (2, 0.5)) == pytest.approx([np.hypot(6, 2)] * 2)


def test_a_square_moved_by_hand():
    """A 3x3 square and itself one column on: of the 8 rim pixels of each, the outer 3 and the one in the other's middle
    lie a pixel off."""
    one, other = np.zeros((7, 8), bool), np.zeros((7, 8), bool)
    one[2:5, 2:5], other[2:5, 3:6] = True, True
    found = surface_distance.distances(one, other, (1, 1))
    assert sorted(found.forth) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert surface_distance.hd95(found) == 1.0
    assert surface_distance.of_masks(one, one, (1, 1)) == (0.0, 0.0)


def test_one_far_pixel_among_many_moves_the_95th_percentile_of_neither_way():
    """MONAI's rule: the percentile of each way by itself, then the larger."""
    one = np.zeros((60, 60), bool)
    one[5:25, 5:25] = True
    other = one.copy()
    other[55, 55] = True
    found = surface_distance.distances(one, other, (1, 1))
    assert found.back.max() > 40
    assert surface_distance.hd95(found) == 0.0
    other[50:60, 50:60] = True
    assert surface_distance.of_masks(one, other, (1, 1))[0] > 40


def test_the_rim_of_the_image_is_a_surface_too():
    mask = np.ones((3, 4), bool)
    assert surface_distance.surface(mask).tolist() == [[True] * 4, [True, False, False, True], [True] * 4]


def test_an_empty_mask_has_no_surface():
    empty, full = np.zeros((4, 4), bool), np.ones((4, 4), bool)
    for pair in ((empty, full), (full, empty), (empty, empty)):
        assert np.isnan(surface_distance.of_masks(*pair, (1, 1))).all()


def ball(radius: float, centre: tuple[int, int, int], spacing: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    """In 99 x 99 x 99 voxels; radius and centre in the unit of the spacing."""
    axes = (step * np.arange(99.0) - place for step, place in zip(spacing, centre, strict=True))
    return sum(np.meshgrid(*(axis**2 for axis in axes), indexing="ij")) <= radius**2


def test_monais_own_values():
    """What the tests of MONAI 1.6 expect (`test_hausdorff_distance.py`, `test_surface_distance.py`)."""
    small, large = ball(20, (20, 33, 22)), ball(40, (20, 33, 22))
    found = surface_distance.distances(small, large, (1, 1, 1))
    assert np.percentile(found.forth, 95) == pytest.approx(19.924858845171276)
    assert surface_distance.hd95(found) == pytest.approx(20.09975124224178)
    assert max(found.forth.max(), found.back.max()) == pytest.approx(20.223748416156685)
    assert surface_distance.assd(found) == pytest.approx(15.117741, abs=2e-6)
    one, other = ball(33, (19, 33, 22)), ball(33, (20, 33, 22))
    assert surface_distance.of_masks(one, other, (1, 1, 1))[1] == pytest.approx(0.350217, abs=1e-6)
    spacing = (0.85, 1.2, 0.9)
    found = surface_distance.distances(ball(15, (20, 33, 22), spacing), ball(30, (20, 33, 22), spacing), spacing)
    assert found.forth.max() == pytest.approx(15.439640998840332)
    assert max(found.forth.max(), found.back.max()) == pytest.approx(15.62594)
