"""The panel without a browser: a real sandbox, a store of its own, no engine."""

from urllib.parse import parse_qs, urlparse

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.spec import PreparationSpec
from medcore.ui.explorer import robustness_panel
from tests.pages.conftest import finish

PAGE = """
from medcore.ui import controls
from medcore.ui.explorer import preparation_panel
entry = next(entry for entry in controls.listing() if entry.name == "digits")
preparation_panel.show(entry, {})
"""


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


@pytest.fixture
def open_panel(store):
    def open_panel(**query) -> AppTest:
        page = AppTest.from_string(PAGE, default_timeout=60)
        for name, value in query.items():
            page.query_params[name] = value
        page.run()
        while not page.get("button_group"):  # the images are being read
            page.run()
        assert not page.exception
        return page

    return open_panel


@pytest.fixture
def trained(store) -> str:
    """Id of a finished run on the digits."""
    specs = optimizers.runs(dataset="digits", optimizers="adam", epochs=1, preparation={"zscore": True})
    (run,) = store.create(specs, "somebody")
    store.claim("small")
    finish(store, run, 0.9)
    return run


def links(page) -> dict[str, str]:
    """Addresses by label."""
    return {button.proto.label: button.proto.url for button in page.get("link_button")}


def texts(page) -> str:
    return "\n".join(element.value for kind in (page.markdown, page.caption, page.error) for element in kind)


def test_an_image_before_and_after_and_nothing_else_at_first(open_panel):
    page = open_panel()
    assert len(page.get("image")) == 2
    assert len(page.get("plotly_chart")) == 1
    assert "Label: " in texts(page)
    assert "No model was trained on these images yet" in texts(page)
    assert list(links(page)) == ["Train on the images as they are"]
    assert "Choose a step" in texts(page)


def test_an_example_for_who_does_not_know_where_to_begin(open_panel):
    page = open_panel().button(key="prep_example").click().run()
    assert page.button_group(key="prep_corruption").value == ["Gaussian noise"]
    assert page.button_group(key="prep_augmentation").value == ["Rotate"]
    assert len(page.get("image")) == 3
    assert "Choose a step" not in texts(page)


def test_the_histogram_is_linear_until_the_address_says_otherwise(open_panel):
    assert not open_panel().toggle(key="prep_log").value
    assert open_panel(prep_log="true").toggle(key="prep_log").value


def test_tiles_of_clahe_are_too_small_for_the_digits(open_panel):
    said = "For 8 tiles of CLAHE a side the image is too small: a tile has 8 pixels a side at least"
    assert said in texts(open_panel(prep_equalisation="CLAHE"))
    assert said not in texts(open_panel(prep_equalisation="CLAHE", prep_size="Resize", prep_resize_side="64"))


def test_a_recipe_shows_its_variants_and_says_what_to_mind(open_panel):
    page = open_panel(prep_corruption="Blur", prep_augmentation="Flip", prep_corrupted="Test")
    assert "**Blur.**" in texts(page)
    assert "**Flip.**" in texts(page)
    assert "domain shift" in texts(page)
    assert len(page.get("image")) == 3
    plain, prepared = (urlparse(url) for url in links(page).values())
    assert list(links(page)) == ["Train on the images as they are", "Train with this preparation"]
    assert "prep_corruption" not in parse_qs(plain.query)
    where, query = prepared, parse_qs(prepared.query)
    assert where.path == "/optimizer_comparison"
    assert (query["dataset"], query["prep_corruption"]) == (["Digits 8x8"], ["Blur"])
    page = page.button_group(key="prep_split").set_value("val").run()
    assert "Augmentation leaves val images as they are." in texts(page)


def test_another_image_is_one_of_the_split(open_panel):
    page = open_panel(prep_split="test")
    for _ in range(3):
        page = page.button(key="prep_another").click().run()
        assert not page.exception
        assert 0 <= page.number_input(key="prep_image_test").value < 360


def test_an_image_that_is_not_there_is_none(open_panel):
    page = open_panel(prep_split="test", prep_image_test="99999")
    assert page.number_input(key="prep_image_test").value < 360


def test_a_test_is_queued_and_its_accuracy_stands_beside_the_models_own(open_panel, store, trained):
    page = open_panel(prep_corruption="Gaussian noise", prep_augmentation="Flip")
    assert "trained with another normalisation (Z-score (training set)) than this one (none)" in texts(page)
    page = page.button(key="test_recipe").click().run()
    (run,) = store.active()
    assert (run.spec["task"], run.spec["base"], run.spec["data"]["name"]) == ("robustness", trained, "digits")
    assert PreparationSpec(**run.spec["preparation"]) == PreparationSpec({"gaussian_noise": {}}, "test")
    assert page.query_params["tests"] == run.id
    assert "waits for a free training slot" in texts(page)
    store.claim("small")
    metrics = {"n": 359, "accuracy": 0.5, "intervals": {"accuracy": [0.45, 0.55]}}
    before = metrics | {"accuracy": 0.9, "intervals": {"accuracy": [0.87, 0.93]}}
    baseline = {"accuracy": 0.1, "class": "1"}
    result = {"seconds": 0.5, "before": before, "after": metrics, "baseline": baseline}
    store.finish(run.id, "done", result=result)
    page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 2
    assert "The same 359 test images" in texts(page)


def test_the_recipe_it_was_trained_with_changes_nothing_and_that_is_said(open_panel, trained):
    same = "It was trained with exactly this preparation, so nothing changes."
    page = open_panel(prep_normalisation="Z-score")
    assert same in texts(page)
    assert list(links(page)) == ["Train another on the images as they are", "Train another with this preparation"]
    page = page.button_group(key="prep_corruption").set_value(["Blur"]).run()
    assert same not in texts(page)


NOISE, BOTH = {"gaussian_noise": {}}, {"gaussian_noise": {}, "flip": {}}


@pytest.mark.parametrize(
    ("own", "steps", "seed", "said"),
    [
        (PreparationSpec(), PreparationSpec(), 1, "on the images as they are, so nothing changes"),
        (PreparationSpec({"zscore": {}}), PreparationSpec({"zscore": {}}), 1, "exactly this preparation, so nothing"),
        (PreparationSpec({"flip": {}}), PreparationSpec(), 1, "the rest is for training images alone"),
        (PreparationSpec(NOISE), PreparationSpec(BOTH), 0, "nothing changes"),
        (PreparationSpec(NOISE), PreparationSpec(NOISE), 1, ""),  # the noise is drawn anew
        (PreparationSpec(NOISE, "train"), PreparationSpec(NOISE, "train"), 0, ""),  # now it meets the test images
        (PreparationSpec(NOISE, "train"), PreparationSpec(), 0, "nothing changes"),
        (PreparationSpec({"blur": {"sigma": 1}}), PreparationSpec({"blur": {"sigma": 2}}), 0, ""),
    ],
)
def test_when_nothing_changes(own, steps, seed, said):
    sentence = robustness_panel.unchanged(own, 0, steps, seed)
    assert said in sentence
    assert bool(sentence) == bool(said)


def test_a_link_to_a_test_shows_its_model(open_panel, store, trained):
    page = open_panel()
    page = page.button(key="test_recipe").click().run()
    tests = page.query_params["tests"]
    specs = optimizers.runs(dataset="digits", optimizers="lion", epochs=1)
    (newer,) = store.create(specs, "somebody")
    while store.claim("small"):
        pass
    finish(store, newer, 0.8)
    again = open_panel(tests=tests)
    assert again.selectbox(key="prep_base").value == trained


def test_the_models_own_recipe_can_be_taken_over(open_panel, trained):
    page = open_panel(prep_corruption="Blur")
    page = page.button(key="own_recipe").click().run()
    assert page.button_group(key="prep_normalisation").value == "Z-score"
    assert page.button_group(key="prep_corruption").value == []
    assert "trained with another" not in texts(page)


def test_ids_that_are_no_tests_are_none(open_panel, trained):
    assert not open_panel(tests=f"nonsense,{trained},'; drop table runs").exception


def test_differences_of_recipes():
    own = PreparationSpec({"blur": {}, "resize": {"side": 32}, "rotate": {}})
    assert robustness_panel.differences(own, PreparationSpec({"resize": {"side": 32}})) == []
    (said,) = robustness_panel.differences(own, PreparationSpec())
    assert "another size (Resize 32) than this one (none)" in said
