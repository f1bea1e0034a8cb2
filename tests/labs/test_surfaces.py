"""What the texts say can be seen on each surface can be seen there."""

import re

import numpy as np
import pytest

from medcore.labs.surfaces import LOOK_FOR
from medcore.optimization.race import Race
from medcore.optimization.rules import RULES
from medcore.optimization.surfaces import SURFACES

PLAIN, ADAPTIVE = ("gd", "momentum"), ("rmsprop", "adagrad", "adam")


@pytest.mark.parametrize("name", SURFACES)
def test_each_surface_has_two_sentences(name):
    assert len(re.findall(r"\.(?= [A-Z]|$)", LOOK_FOR[name])) == 2


@pytest.mark.parametrize(("condition", "diverges"), [(10.0, False), (12.0, True)])
def test_bowl_the_condition_number_past_two_over_the_rate_makes_descent_diverge(condition, diverges):
    gone = Race("bowl", ("gd",), values={"condition": condition, "lr_gd": 0.178}).paths()["gd"].diverged_at
    assert (gone is not None) == diverges == (condition > 2 / 0.178)


def test_rosenbrock_momentum_and_adam_are_further_down_the_valley():
    ends = {rule: path.values[-1] for rule, path in Race("rosenbrock", ("gd", "momentum", "adam")).paths().items()}
    assert max(ends["momentum"], ends["adam"]) < ends["gd"] / 10


@pytest.mark.parametrize("start", [(4.0, 4.0), (-4.0, -4.0), (4.0, -4.0)])
def test_beale_near_a_corner_plain_descent_diverges_at_once_and_adaptive_rules_walk_down(start):
    paths = Race("beale", (*PLAIN, *ADAPTIVE), start).paths()
    assert [paths[rule].diverged_at for rule in PLAIN] == [1, 1]
    for rule in ADAPTIVE:
        assert paths[rule].diverged_at is None
        assert paths[rule].values[-1] < paths[rule].values[0] / 100


def test_himmelblau_momentum_rolls_past_the_minimum_that_descent_settles_in():
    paths = Race("himmelblau", PLAIN).paths()
    np.testing.assert_allclose(paths["gd"].points[-1], [3, 2], atol=1e-3)
    assert np.linalg.norm(paths["momentum"].points[-1] - [3, 2]) > 1


def test_saddle_without_an_offset_all_stay_and_with_one_the_adaptive_leave_first():
    for rule in RULES:
        path = Race("saddle", (rule,), (-1.6, 0.0)).paths()[rule]
        assert (path.points[:, 1] == 0).all()
        assert abs(path.points[-1, 0]) < 0.1
    left = {
        rule: np.argmax(path.points[:, 1] > 0.5) for rule, path in Race("saddle", (*PLAIN, *ADAPTIVE)).paths().items()
    }
    assert 0 < max(left[rule] for rule in ADAPTIVE) < min(left[rule] for rule in PLAIN)


def test_saddle_noise_frees_those_that_see_it():
    path = Race("saddle", ("minibatch",), (-1.6, 0.0), values={"noise": 0.1}).paths()["minibatch"]
    assert abs(path.points[-1, 1]) == pytest.approx(1, abs=0.2)


def test_rastrigin_small_rates_end_in_the_nearest_dent_and_momentum_goes_further():
    paths = Race("rastrigin", ("gd", "momentum", "rmsprop", "adam")).paths()
    nearest = paths["gd"].points[-1]
    np.testing.assert_allclose(nearest, [-4, 2], atol=0.05)
    assert paths["momentum"].values[-1] < paths["gd"].values[-1] / 2


def test_noisy_wider_with_the_rate_and_calm_with_adagrad():
    def spread(rule: str, **values: float) -> float:
        path = Race("noisy", (rule,), values={"steps": 1000, **values}).paths()[rule]
        return path.points[500:].std(axis=0).mean()

    assert spread("minibatch", lr_minibatch=0.02) < spread("minibatch", lr_minibatch=0.1) < spread("sgd", lr_sgd=0.1)
    assert spread("gd") < 1e-3
    early, late = (
        Race("noisy", ("adagrad",), values={"steps": 1000}).paths()["adagrad"].points[k : k + 100] for k in (50, 900)
    )
    assert np.abs(np.diff(late, axis=0)).mean() < np.abs(np.diff(early, axis=0)).mean() / 2
