"""What a race takes from an address, and what it refuses."""

import numpy as np
import pytest

from medcore.optimization import race
from medcore.optimization.descent import descend
from medcore.optimization.race import Race, dials, read
from medcore.optimization.rules import RULES
from medcore.optimization.surfaces import SURFACES, surface

QUERY = {"surface": "bowl", "optimizers": "gd,adam"}


def test_an_address_says_everything():
    found = read(QUERY | {"x": "1", "y": "-0.5", "seed": "3", "lr_adam": "0.02", "condition": "50", "steps": "40"})
    path = found.paths()["adam"]
    options = {"learning_rate": 0.02, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    assert found.condition == 50
    expected = descend("bowl", 50.0, "adam", tuple(options.items()), (1.0, -0.5), 40, 0.0, 3)
    np.testing.assert_array_equal(path.points, expected.points)


def test_what_is_missing_is_what_suits_the_surface():
    found = read({"surface": "beale", "optimizers": "momentum"})
    assert found.paths()["momentum"].points[0].tolist() == list(surface("beale").start)
    assert {dial.name: found[dial] for dial in found.dials}["lr_momentum"] == surface("beale").rates["momentum"]


@pytest.mark.parametrize("name", SURFACES)
def test_the_usual_settings_give_a_picture_and_nothing_diverges(name):
    for rule in RULES:
        path = Race(name, (rule,)).paths()[rule]
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
        ({"optimizers": "x" * 5000}, r"Received: 'x{40}'$"),
        ({"optimizers": "gd,adam,gd"}, r"Each optimizer can run once\. Received: gd twice or more"),
        ({"optimizers": ",".join(RULES)}, r"Choose at most 8 optimizers\. Received: 11"),
        ({"surface": "x" * 5000}, r"Received: 'x{40}'$"),
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
        (
            {"surface": "beale", "condition": "5"},
            r"Only a bowl has a condition number to set, Beale has none\. Received: 5",
        ),
        ({"condition": "0"}, r"The condition number must lie in 1 to 1000\. Received: 0"),
        ({"steps": "20.5"}, r"Steps must be a whole number\. Received: 20\.5"),
        ({"seed": "0.7"}, r"A whole number was expected for seed\. Received: '0\.7'"),
        ({"seed": "-1"}, r"The seed must lie in 0 to 2147483647\. Received: -1"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(differs, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(QUERY | differs)


def test_thousands_of_names_are_refused_without_work(monkeypatch):
    asked = []
    monkeypatch.setattr(race, "dials", lambda ground, rules: asked.append(len(rules)) or dials(ground, rules))
    with pytest.raises(ValueError, match=r"Choose at most 8 optimizers\. Received: 5000"):
        read({"surface": "bowl", "optimizers": "sgd," * 5000})
    assert max(asked, default=0) <= len(RULES)


def test_what_can_be_turned_is_found_once_for_all_paths(monkeypatch):
    calls = []
    monkeypatch.setattr(race, "dials", lambda ground, rules: calls.append(rules) or dials(ground, rules))
    Race("bowl", tuple(RULES)[:8]).paths()
    assert len(calls) == 1
