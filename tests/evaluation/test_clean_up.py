import numpy as np
import pytest
from skimage.measure import label
from skimage.morphology import remove_small_objects

from medcore.evaluation import clean_up, masks, overlap
from medcore.evaluation.extent import extent


def noisy(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Foreground, classes, truth of three classes."""
    rng = np.random.default_rng(0)
    return (
        rng.integers(0, 256, shape, np.uint8),
        rng.integers(1, 3, shape, np.uint8),
        rng.integers(0, 3, shape, np.uint8),
    )


@pytest.mark.parametrize("shape", [(20, 25), (5, 12, 11)])
def test_components_are_scikit_images(shape):
    mask = noisy(shape)[0] > 180
    found, number = clean_up.components(mask)
    expected = label(mask, connectivity=len(shape))
    assert number == expected.max()
    pairs = np.unique(np.stack([found.ravel(), expected.ravel()]), axis=1)
    assert pairs.shape[1] == number + 1  # each of ours is one of theirs


@pytest.mark.parametrize("smallest", [0, 1, 2, 5, 1000])
def test_cleaned_is_scikit_images_remove_small_objects_of_each_class(smallest):
    foreground, classes, _ = noisy((20, 25))
    mask = masks.masks(foreground, classes, 0.7)
    found = clean_up.cleaned(mask, smallest)
    for number in (1, 2):
        expected = remove_small_objects(mask == number, max_size=smallest - 1, connectivity=2)
        assert np.array_equal(found == number, expected)


def test_by_hand():
    """A piece of four, one of three that hangs together by corners, a lone pixel."""
    mask = np.array([[1, 1, 0, 0, 2], [1, 1, 0, 2, 0], [0, 0, 0, 0, 2], [1, 0, 0, 0, 0]], np.uint8)
    assert np.array_equal(clean_up.cleaned(mask, 2), mask * (np.arange(20).reshape(4, 5) != 15))
    assert clean_up.cleaned(mask, 4).tolist() == [[1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0] * 5, [0] * 5]
    assert not clean_up.cleaned(mask, 5).any()


@pytest.mark.parametrize("volumes", [None, np.array([0, 0, 1])])
def test_tables_are_dice_of_the_cleaned_masks(volumes):
    foreground, classes, truth = noisy((3, 12, 13))
    cases, thresholds, sizes = extent(3, volumes, None, None), (0.2, 0.5, 0.9), (0, 3, 9, 400)
    dice, whole = clean_up.tables(foreground, classes, truth, 3, thresholds, sizes, cases)
    assert dice.shape == (3, 4, cases.units, 2)
    for (t, threshold), (s, size) in ((a, b) for a in enumerate(thresholds) for b in enumerate(sizes)):
        mask = masks.masks(foreground, classes, threshold)
        found = [clean_up.cleaned(cases.case(mask, unit), size) for unit in range(cases.units)]
        counts = [overlap.counts(cases.case(truth, unit)[None], one[None], 3) for unit, one in enumerate(found)]
        assert dice[t, s] == pytest.approx(np.concatenate([overlap.dice(one) for one in counts]), nan_ok=True)
        together = overlap.Counts(*(np.concatenate(values) for values in zip(*counts, strict=True)))
        assert whole[t, s] == pytest.approx(overlap.whole(together), nan_ok=True)


def test_the_sandboxs_job_cleans_each_mask():
    given = [masks.masks(*noisy(shape)[:2], 0.6) for shape in ((9, 8), (2, 4, 5))]
    values = {"shapes": [mask.shape for mask in given], "smallest": 3}
    reply = clean_up.job(values, [memoryview(mask.tobytes()) for mask in given])
    for mask, found in zip(given, reply.data, strict=True):
        assert np.array_equal(found, clean_up.cleaned(mask, 3))
