"""Thresholds and their costs, by hand and against what a calibrated judge should do."""

import numpy as np
import pytest

from medcore.evaluation import threshold
from medcore.evaluation.threshold import GRID


def test_counts_and_costs_by_hand():
    positive, scores = np.array([True, True, False, False]), np.array([0.9, 0.3, 0.5, 0.1])
    found = threshold.counts(positive, scores, np.array([0.0, 0.3, 0.5, 0.51, 1.0]))
    assert found.hits.tolist() == [2, 2, 1, 1, 0]
    assert found.misses.tolist() == [0, 0, 1, 1, 2]
    assert found.false_alarms.tolist() == [2, 1, 1, 0, 0]
    assert found.clear.tolist() == [0, 1, 1, 2, 2]
    assert threshold.cost(found, 1, 10).tolist() == [0.5, 0.25, 2.75, 2.5, 5.0]


def test_costs_at_another_prevalence_are_those_of_cases_that_come_as_often():
    """Each positive case once, each negative one nine times: a prevalence of 10%."""
    rng = np.random.default_rng(1)
    positive, scores = rng.random(200) < 0.5, rng.random(200).round(2)
    scores[:2], positive[:2] = 0.5, (True, False)
    found = threshold.counts(positive, scores, GRID)
    up, down = positive.sum(), (~positive).sum()
    often = np.repeat(np.arange(200), np.where(positive, down, 9 * up))
    drawn = threshold.counts(positive[often], scores[often], GRID)
    assert threshold.cost_at(0.1, found, 2, 30) == pytest.approx(threshold.cost(drawn, 2, 30))
    assert threshold.cost_at(up / 200, found, 2, 30) == pytest.approx(threshold.cost(found, 2, 30))


def test_the_cheapest_is_in_the_middle_of_equals():
    costs = np.full(101, 2.0)
    costs[20:31] = 1.0
    assert threshold.cheapest(costs) == 0.25
    assert threshold.cheapest(np.append(costs[:-1], 0.5)) == 1.0


@pytest.mark.parametrize(("alarm", "miss"), [(1, 1), (1, 9), (4, 1)])
def test_of_calibrated_probabilities_the_cheapest_threshold_is_the_false_alarms_share_of_the_costs(alarm, miss):
    rng = np.random.default_rng(0)
    scores = rng.random(400_000)
    positive = rng.random(len(scores)) < scores
    costs = threshold.cost(threshold.counts(positive, scores, GRID), alarm, miss)
    assert threshold.cheapest(costs) == pytest.approx(threshold.of_calibrated(alarm, miss), abs=0.03)
    assert threshold.of_calibrated(alarm, miss) == alarm / (alarm + miss)
