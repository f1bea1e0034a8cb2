"""What a race takes from an address, and what it refuses."""

import numpy as np
import pytest

from medcore.optimization.descent import descend
from medcore.optimization.race import Race, dials, read
from medcore.optimization.rules import RULES
from medcore.optimization.surfaces import SURFACES, surface

QUERY = {"surface": "bowl", "optimizers": "gd,adam"}


def test_an_address_says_everything():
    race = read(QUERY | {"x": "1", "y": "-0.5", "seed": "3", "lr_adam": "0.02", "condition": "50", "steps": "40"})
    found = race.paths()["adam"]
    options = {"learning_rate": 0.02, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    assert race.condition == 50
    expected = descend("bowl", 50.0, "adam", tuple(options.items()), (1.0, -0.5), 40, 0.0, 3)
    np.testing.assert_array_equal(found.points, expected.points)


def test_what_is_missing_is_what_suits_the_surface():
    race = read({"surface": "beale", "optimizers": "momentum"})
    assert race.paths()["momentum"].points[0].tolist() == list(surface("beale").start)
    assert {dial.name: race[dial] for dial in race.dials}["lr_momentum"] == surface("beale").rates["momentum"]


@pytest.mark.parametrize("name", SURFACES)
def test_the_usual_settings_give_a_picture_and_nothing_diverges(name):
    for rule, path in Race(name, tuple(RULES)).paths().items():
        assert path.diverged_at is None, rule
        assert path.values[-1] < path.values[0], rule


def test_one_that_diverges_does_not_stop_the_others():
    paths = read(QUERY | {"lr_gd": "0.5"}).paths()
    assert paths["gd"].diverged_at == len(paths["gd"].gradients) < 20
    assert paths["adam"].diverged_at is None
    assert len(paths["adam"].gradients) == 300


def test_every_option_of_a_rule_has_a_dial():
    for rule in RULES:
        turned = {dial.option for dial in dials(surface("bowl"), [rule]) if rule in dial.rules}
        assert turned >= {"learning_rate", *RULES[rule].options}


def test_dials_stand_at_one_of_their_values():
    for name in SURFACES:
        for dial in dials(surface(name), list(RULES)):
            assert dial.default in dial.values, dial
            assert list(dial.values) == sorted(set(dial.values))


@pytest.mark.parametrize(
    ("differs", "sentence"),
    [
        ({"optimizers": ""}, r"Choose at least one optimizer\. Received: none"),
        ({"optimizers": "gd,magic"}, r"An optimizer must be one of gd, .* Received: 'magic'"),
        ({"surface": ""}, r"A surface must be one of bowl, .* Received: ''"),
        (
            {"x": "9"},
            r"The start must lie in the plot, x in -2\.2 to 2\.2 and y in -1\.6 to 1\.6\. Received: \(9, 1\.2\)",
        ),
        ({"y": "nan"}, r"A number was expected for y\. Received: 'nan'"),
        ({"lr_gd": "much"}, r"A number was expected for lr_gd\. Received: 'much'"),
        ({"lr_gd": "-1"}, r"Learning rate of gd must lie in 1e-05 to 10\. Received: -1"),
        ({"beta_1": "1"}, r"Beta 1 must lie in 0\.001 to 0\.999\. Received: 1"),
        ({"steps": "1000000"}, r"Steps must lie in 10 to 1000\. Received: 1e\+06"),
        ({"condition": "0"}, r"Condition number must lie in 1 to 1000\. Received: 0"),
        ({"seed": "-1"}, r"The seed must lie in 0 to 2147483647\. Received: -1"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(differs, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(QUERY | differs)
