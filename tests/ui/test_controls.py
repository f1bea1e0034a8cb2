"""What the address may ask of a control."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore.ui import controls


@pytest.mark.parametrize("asked", ["1", "10", "07"])
def test_a_whole_number_within_the_ends_is_taken(monkeypatch, asked):
    monkeypatch.setattr(st, "query_params", {"seeds": asked})
    assert controls.beyond("Seeds", "seeds", 1, 10) == ""
    assert controls.beyond("Folds", "folds", 2, 20) == "", "not in the address"


@pytest.mark.parametrize("asked", ["0", "11", "-1", "1.5", "", "x", "²", "9" * 5000, "0" * 5000 + "1"])
def test_what_lies_beyond_is_said_in_a_sentence(monkeypatch, asked):
    monkeypatch.setattr(st, "query_params", {"seeds": asked})
    said = controls.beyond("Seeds", "seeds", 1, 10)
    assert said == f"Seeds must be a whole number from 1 to 10. Received: {asked[:20]}"


def page():
    from medcore import catalog
    from medcore.ui import controls
    from medcore.ui.regularization import sample_controls

    controls.parameter(catalog.LOSSES["focal"].parameters["gamma"], "gamma")
    controls.parameter(catalog.PREPARATIONS["zoom"].parameters["factor"], "zoom")
    controls.parameter(catalog.MODELS["random_forest"].parameters["trees"], "trees")
    sample_controls.images(546)


@pytest.mark.parametrize(
    ("key", "asked", "sentence"),
    [
        ("gamma", "-1", "Gamma must be one of 0, 0.5, 1, 2, 3, 5. Received: -1"),
        ("zoom", "x", "Up to a factor of must be a number from 1.01 to 2. Received: x"),
        ("zoom", "nan", "Up to a factor of must be a number from 1.01 to 2. Received: nan"),
        ("trees", "0", "Trees must be a whole number from 10 to 1,000. Received: 0"),
        ("images", "0", "Training images must be one of 10, 20"),
        ("images", "999999", "all. Received: 999999"),
    ],
)
def test_a_value_that_a_control_does_not_have_is_said(key, asked, sentence):
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params[key] = asked
    assert sentence in app.run().warning[0].value


def test_a_value_that_it_has_is_taken():
    app = AppTest.from_function(page, default_timeout=60)
    for key, asked in {"gamma": "0.5", "zoom": "1.5", "trees": "50", "images": "100"}.items():
        app.query_params[key] = asked
    app.run()
    assert not app.warning
    assert [slider.value for slider in app.select_slider] == [0.5, 100]
