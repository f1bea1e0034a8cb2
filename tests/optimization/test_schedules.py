"""Schedules, by hand."""

import numpy as np
import pytest

from medcore import catalog
from medcore.optimization import schedules
from medcore.optimization.schedules import constant, cosine, factors, step

UPDATES = np.arange(40)  # four epochs of ten updates


def test_constant_is_the_whole_rate():
    np.testing.assert_array_equal(factors(constant, {}, 0, UPDATES, 10, 4), np.ones(40))


def test_step_falls_at_whole_epochs():
    found = factors(step, {"factor": 0.5, "every": 2}, 0, UPDATES, 10, 4)
    np.testing.assert_array_equal(found, [1.0] * 20 + [0.5] * 20)


def test_cosine_goes_from_one_to_the_floor():
    found = factors(cosine, {"floor": 0.2}, 0, np.array([0, 20, 40]), 10, 4)
    np.testing.assert_allclose(found, [1, 0.6, 0.2])


def test_warm_up_grows_evenly_and_the_decay_comes_after_it():
    found = factors(cosine, {"floor": 0.0}, 1, UPDATES, 10, 4)
    np.testing.assert_allclose(found[:10], np.arange(1, 11) / 10)
    np.testing.assert_allclose(found[10:], (1 + np.cos(np.pi * np.arange(30) / 30)) / 2)
    stepped = factors(step, {"factor": 0.1, "every": 1}, 2, UPDATES, 10, 4)
    np.testing.assert_allclose(stepped[[19, 20, 29, 30]], [1, 1, 1, 0.1])


def test_a_warm_up_of_less_than_an_update_is_none():
    np.testing.assert_array_equal(factors(constant, {}, 0.05, UPDATES, 10, 4), np.ones(40))


@pytest.mark.parametrize("name", catalog.SCHEDULES)
def test_every_schedule_of_the_catalog_starts_with_the_whole_rate_and_never_leaves_it(name):
    choice = catalog.SCHEDULES[name]
    options = {key: parameter.default for key, parameter in choice.parameters.items()}
    found = factors(catalog.resolve(choice.target), options, 0, UPDATES, 10, 4)
    assert found[0] == 1
    assert ((found >= 0) & (found <= 1)).all()
    assert choice.target.startswith(schedules.__name__)
