import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score

from medcore.evaluation import overlap


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, (4, 6, 5)).astype(np.uint8)
    return truth, np.where(rng.random(truth.shape) < 0.3, rng.integers(0, 3, truth.shape), truth).astype(np.uint8)


def test_confusions_are_scikit_learns(pair):
    expected = [confusion_matrix(t.ravel(), p.ravel(), labels=range(3)) for t, p in zip(*pair, strict=True)]
    assert np.array_equal(overlap.confusions(*pair, 3), expected)


def test_dice_is_f1_and_iou_jaccards_index_of_each_image_and_class(pair):
    found = overlap.counts(*pair, 3)
    for i, (truth, predicted) in enumerate(zip(*pair, strict=True)):
        of_class = {"labels": [1, 2], "average": None}
        assert overlap.dice(found)[i] == pytest.approx(f1_score(truth.ravel(), predicted.ravel(), **of_class))
        assert overlap.iou(found)[i] == pytest.approx(jaccard_score(truth.ravel(), predicted.ravel(), **of_class))


def test_whole_batch_dice_is_not_the_mean_of_the_images():
    """Of 90 pixels all are found, of another image's 10 none: 2 · 90 / (100 + 90) against 1/2."""
    truth, predicted = np.zeros((2, 10, 10), np.uint8), np.zeros((2, 10, 10), np.uint8)
    truth[0, :9], predicted[0, :9], truth[1, 0] = 1, 1, 1
    found = overlap.counts(truth, predicted, 2)
    assert overlap.dice(found).tolist() == [[1.0], [0.0]]
    assert overlap.mean(overlap.dice(found)) == 0.5
    assert overlap.whole(found) == pytest.approx([180 / 190])


def test_nothing_in_truth_and_mask_is_no_number_and_something_in_one_is_zero():
    truth = np.zeros((3, 2, 2), np.uint8)
    predicted = truth.copy()
    truth[1, 0], predicted[2, 0] = 1, 1
    dice = overlap.dice(overlap.counts(truth, predicted, 2))[:, 0]
    assert np.isnan(dice[0])
    assert dice[1:].tolist() == [0.0, 0.0]
    assert overlap.mean(dice) == 0.0
    assert np.isnan(overlap.mean(dice[:1]))


def test_slices_of_a_volume_are_counted_together(pair):
    found = overlap.counts(*pair, 3)
    together = overlap.by_unit(found.both, np.array([0, 0, 1, 1]), 2)
    assert np.array_equal(together, [found.both[:2].sum(axis=0), found.both[2:].sum(axis=0)])
