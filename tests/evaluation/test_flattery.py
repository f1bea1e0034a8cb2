import numpy as np
import pytest

from medcore.evaluation import flattery


def test_choosing_on_the_judge_takes_the_best_of_each_fold():
    # The others choose the second strength for the first two folds, and the first one for the third.
    scores = [[0.9, 0.6], [0.8, 0.5], [0.2, 0.7]]
    found = flattery.of_choosing(scores)
    assert found.wrong == pytest.approx((0.9 + 0.8 + 0.7) / 3)
    assert found.right == pytest.approx((0.6 + 0.5 + 0.2) / 3)
    gains = np.array([0.3, 0.3, 0.5])
    assert found.gain == pytest.approx(gains.mean())
    assert found.error == pytest.approx(gains.std(ddof=1) / np.sqrt(3))
    assert found.gain > 2 * found.error


def test_a_gain_that_cannot_be_negative_is_never_clear():
    same = flattery.of_choosing([[0.5, 0.501, 0.4]] * 2 + [[0.502, 0.501, 0.4]] * 2)  # tiny, equal, and of chance
    assert same.never_negative
    assert same.gain == pytest.approx(0.001)
    assert not same.clear
    assert flattery.paired([0.5, 0.5], [0.501, 0.501]).clear


def test_of_pure_noise_the_best_of_many_flatters_and_the_honest_choice_does_not():
    tables = np.random.default_rng(0).normal(0.5, 0.05, (500, 5, 8))
    found = [flattery.of_choosing(table) for table in tables]
    assert np.mean([one.right for one in found]) == pytest.approx(0.5, abs=0.005)
    assert np.mean([one.gain for one in found]) == pytest.approx(0.05 * 1.424, abs=0.005)  # largest of 8 normal values


def test_folds_that_are_pairs_are_compared_as_pairs():
    right, wrong = np.array([[0.5, 0.1], [0.9, 0.1]]), np.array([[0.1, 0.6], [0.1, 1.0]])
    paired, apart = (flattery.of_measuring(right, wrong, same) for same in (True, False))
    assert (paired.right, paired.wrong) == (apart.right, apart.wrong) == pytest.approx((0.7, 0.8))
    assert paired.error == pytest.approx(0)
    assert apart.error == pytest.approx(np.hypot(0.2, 0.2))
    assert paired.clear
    assert not apart.clear


def test_one_fold_has_no_error_and_is_not_enough_to_choose_without():
    assert np.isnan(flattery.paired([0.5], [0.6]).error)
    assert not flattery.paired([0.5], [0.6]).clear
    with pytest.raises(ValueError, match=r"two folds or more are needed\. Received: 1"):
        flattery.of_choosing([[0.5, 0.6]])
