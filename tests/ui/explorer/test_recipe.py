"""The recipe's controls, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from medcore import catalog
from medcore.spec import PreparationSpec
from medcore.ui.explorer import recipe

PAGE = """
import streamlit as st
from medcore.ui.explorer import recipe
from medcore.spec import PreparationSpec
if given := st.session_state.pop("given", None):
    recipe.put(given)
st.session_state["made"] = recipe.show()
"""


def made(page) -> PreparationSpec:
    assert not page.exception
    return page.session_state["made"]


def opened(**query) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def test_empty_at_first():
    page = opened()
    assert made(page) == PreparationSpec()
    assert page.button(key="prep_reset").disabled


def test_a_chosen_step_brings_its_sliders():
    page = opened()
    page = page.button_group(key="prep_corruption").set_value(["Blur", "Gaussian noise"]).run()
    page = page.slider(key="prep_gaussian_noise_sd").set_value(0.3).run()
    page = page.button_group(key="prep_corrupted").set_value("Test").run()
    assert made(page) == PreparationSpec({"gaussian_noise": {"sd": 0.3}, "blur": {}}, "test")


def test_one_normalisation():
    page = opened(prep_normalisation="Z-score")
    page = page.button_group(key="prep_normalisation").set_value("Percentile").run()
    assert made(page) == PreparationSpec({"percentile": {}})


def test_reset_takes_every_step_out():
    page = opened(prep_corruption="Blur", prep_blur_sigma="3", prep_augmentation="Flip")
    assert made(page) == PreparationSpec({"blur": {"sigma": 3}, "flip": {}})
    page = page.button(key="prep_reset").click().run()
    assert made(page) == PreparationSpec()


EVERYTHING = [PreparationSpec({name: {}}) for name in catalog.PREPARATIONS]
UNUSUAL = PreparationSpec(
    {
        "poisson_noise": {"photons": 30},
        "motion": {"length": 12, "angle": 45},
        "window": {"centre": 0.25, "width": 0.4},
        "clahe": {"limit": 0.05},
        "elastic": {"strength": 0.05},
        "percentile": {"low": 5, "high": 95, "scope": "train"},
    },
    "train",
)


@pytest.mark.parametrize("spec", [*EVERYTHING, UNUSUAL], ids=lambda spec: "-".join(spec.steps))
def test_a_link_opens_the_recipe(spec):
    assert made(opened(**recipe.query(spec))) == spec


def test_a_recipe_put_into_the_controls_comes_out():
    page = opened()
    page.session_state["given"] = UNUSUAL
    page = page.run()
    assert made(page) == UNUSUAL
    page.session_state["given"] = PreparationSpec({"zscore": {}})
    assert made(page.run()) == PreparationSpec({"zscore": {}})


def test_a_value_between_steps_becomes_the_nearest():
    page = opened()
    page.session_state["given"] = PreparationSpec({"poisson_noise": {"photons": 90}})
    assert made(page.run()).steps["poisson_noise"]["photons"] == 100
