"""Folds: every image in one, classes alike, patients whole, and sentences where it cannot be."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from medcore.data import folds

LABELS = np.repeat([0, 1, 2], [40, 25, 10])
PATIENTS = np.concatenate(
    [np.repeat(np.arange(20), 2), 20 + np.repeat(np.arange(5), 5), 25 + np.repeat(np.arange(5), 2)]
)


def test_stratified():
    found = folds.numbers(LABELS, None, 5, seed=3)
    table = [np.bincount(LABELS[found == number]).tolist() for number in range(1, 6)]
    assert table == [[8, 5, 2]] * 5


def test_as_scikit_learn_and_the_same_for_the_same_seed():
    held = [held for _, held in StratifiedKFold(4, shuffle=True, random_state=7).split(LABELS, LABELS)]
    found = folds.numbers(LABELS, None, 4, seed=7)
    assert all((found[part] == number).all() for number, part in enumerate(held, 1))
    assert (found == folds.numbers(LABELS, None, 4, seed=7)).all()
    assert (found != folds.numbers(LABELS, None, 4, seed=8)).any()


def test_patients_stay_together():
    found = folds.numbers(LABELS, PATIENTS, 5)
    assert all(len(np.unique(found[patient == PATIENTS])) == 1 for patient in np.unique(PATIENTS))
    assert set(found) == {1, 2, 3, 4, 5}


def test_without_groups_patients_are_split():
    found = folds.numbers(LABELS, None, 5)
    assert any(len(np.unique(found[patient == PATIENTS])) > 1 for patient in np.unique(PATIENTS))


@pytest.mark.parametrize(
    ("labels", "groups", "count", "sentence"),
    [
        (LABELS, None, 11, r"as the smallest class has images, 10 \(rare\)\. Received: 11 folds"),
        (LABELS[:60], np.arange(60) // 10, 7, r"as many folds as patients, 6\. Received: 7 folds"),
        (LABELS[:40], None, 5, r"two classes or more\. Received: many alone"),
        (LABELS[:0], None, 5, r"two classes or more\. Received: none"),
        (
            LABELS,
            np.where(LABELS == 2, 99, np.arange(75)),
            5,
            r"two patients or more of .* one with rare",
        ),
    ],
)
def test_what_cannot_be_divided(labels, groups, count, sentence):
    with pytest.raises(ValueError, match=sentence):
        folds.numbers(labels, groups, count, class_names=("many", "some", "rare"))


def test_check_takes_counts_alone():
    folds.check(5, [5, 9])
    with pytest.raises(ValueError, match=r"5 \(class 0\)\. Received: 6 folds"):
        folds.check(6, [5, 9])
    with pytest.raises(ValueError, match=r"as patients, 3\. Received: 4 folds"):
        folds.check(4, {"ill": 10, "well": 10}, patients=3)
