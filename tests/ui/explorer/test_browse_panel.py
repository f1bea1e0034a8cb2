"""The panel of a data set, without a browser."""

import re
import time

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore.data import sources
from medcore.ui import reading

SCRIPT = """
import streamlit as st
from medcore.data import sources
from medcore.ui.explorer import browse_panel
browse_panel.show(sources.find(st.session_state.get("chosen set", {name!r})), {options!r})
"""

FAILING = """
import streamlit as st
from medcore.data import sources
from medcore.ui.explorer import browse_panel
try:
    browse_panel.show(sources.find("mine"), {})
except ValueError as error:
    st.error(str(error))
"""


@pytest.fixture
def sets(home, tmp_path, monkeypatch):
    """Two sets in a folder: "mine" of two classes with a copy across its splits, "other" of three."""
    folder = tmp_path / "sets"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, classes in (("mine", 2), ("other", 3)):
        arrays = {}
        for split, count in (("train", 120), ("val", 20), ("test", 30)):
            arrays[f"{split}_images"] = rng.integers(0, 256, (count, 20, 18), dtype=np.uint8)
            arrays[f"{split}_labels"] = np.arange(count) % classes
        arrays["train_images"][8] = arrays["test_images"][4] = arrays["train_images"][7]
        arrays["val_images"][2] = np.clip(arrays["train_images"][9] * 0.9 + 5, 0, 255)
        np.savez(folder / f"{name}.npz", **arrays)
    monkeypatch.setenv("MEDCORE_DATA", str(folder))
    st.cache_resource.clear()
    return folder


def opened(name: str, options: dict | None = None, **query: str) -> AppTest:
    app = AppTest.from_string(SCRIPT.format(name=name, options=options or {}), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return settled(app.run())


def settled(app: AppTest) -> AppTest:
    """Runs again until nothing is being read."""
    deadline = time.monotonic() + 60
    while any("…" in info.value for info in app.info):
        assert time.monotonic() < deadline
        app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption, *app.info))


def test_the_page_says_that_it_reads_and_then_shows(sets, monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 0)
    app = AppTest.from_string(SCRIPT.format(name="mine", options={}), default_timeout=60).run()
    assert [info.value for info in app.info] == ["Reading the images of mine…"]
    assert not app.tabs
    monkeypatch.setattr(reading, "AT_ONCE", 0.5)
    app = settled(app)
    assert [tab.label for tab in app.tabs] == ["Images", "Numbers", "Duplicates", "Card"]
    assert "170 images; click one to see it large." in words(app)


def test_split_class_order_and_page_stand_in_the_address(sets):
    app = opened("mine", split="test", **{"class": "1"})
    assert "15 images" in words(app)
    app.segmented_control(key="split").set_value("train").run()
    assert "60 images" in words(app)
    assert opened("mine", order="Shuffled", shuffle="3").number_input(key="shuffle").value == 3


def test_only_images_with_duplicates(sets):
    assert "5 images" in words(opened("mine", twice="true"))


def test_another_set_forgets_what_only_the_first_one_has(sets):
    app = opened("other", **{"class": "2", "image": "test-99999"}, page="99")
    assert "56 images" in words(app)
    app.session_state["page"] = 2
    app.session_state["chosen set"] = "mine"
    settled(app.run())
    assert app.selectbox(key="class").value == "All classes"
    assert "170 images" in words(app)
    app.segmented_control(key="split").set_value("val").run()
    assert "20 images" in words(app)


@pytest.mark.parametrize("image", ["", "-", "test", "test-", "test--1", "test-30", "nowhere-3", "test-²", "test-1e1"])
def test_an_image_that_is_not_there_opens_nothing(sets, image):
    assert "170 images" in words(opened("mine", image=image))


def test_numbers_say_the_baseline_and_the_window(sets):
    app = opened("other", look="Numbers")
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("train (71%)", "120"),
        ("val (12%)", "20"),
        ("test (18%)", "30"),
    ]
    assert "Always answering so is right in **33.3%** of test" in words(app)
    assert "Every image is used as **20 x 18** pixels, gray." in words(app)
    assert re.search(
        r"98% of all values lie between \d+ and \d+\. Means: “0” 1\d\d, “1” 1\d\d, “2” 1\d\d\.", words(app)
    )
    app.selectbox(key="mean_of").set_value("2").run()
    assert "Over 56 images of all splits." in words(app)


def test_duplicates_are_said_in_words(sets):
    text = words(opened("mine", look="Duplicates"))
    assert ":red-badge[Leak] 1 image lies in both train and test (equal to the last pixel)." in text
    assert ":red-badge[Leak] 1 image of val is nearly the same as one of train." in text


def test_what_the_search_cannot_find_is_said_with_what_protects(sets):
    text = words(opened("other", look="Duplicates"))
    assert "a split by patient is what protects. This set does not say whose its images are" in text
    simulated = words(opened("ct-simulator", {"images": 40}, look="Duplicates"))
    assert "No image is nearly the same as another one, as far as this test can tell." in simulated
    assert "In this set, no patient or volume lies in more than one split." in simulated


def test_a_test_that_was_not_run_is_not_explained(home):
    text = words(opened("digits", look="Duplicates"))
    assert "too small to tell" in text
    assert "perceptual" not in text
    assert "as far as this test" not in text


def test_the_card_names_near_duplicates_once_they_were_looked_for(sets):
    near = "Leak: near duplicates between splits: 1 of val with one in train"
    assert near not in words(opened("mine", look="Card"))
    opened("mine", look="Duplicates")
    assert near in words(opened("mine", look="Card"))


def test_sets_of_masks_are_filtered_by_what_they_show(home, monkeypatch, shared_data):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    assert "2,839 images" in words(opened("hippocampus", **{"class": "class 1"}))
    text = words(opened("hippocampus", look="Numbers"))
    assert "Counted are the images that show a class somewhere in their mask." in text
    assert re.search(r"Calling every pixel “background” is right in \*\*9\d\.\d%\*\* and finds nothing", text)
    assert "mm from slice to slice" in text


def test_masks_of_organs_have_their_names(home):
    app = opened("ct-simulator", {"images": 40, "masks": "organs"})
    legend = "".join(element.value for element in app.main if element.type == "html")
    assert all(f"</span> {name}</span>" in legend for name in ("liver", "spleen", "kidneys", "lesion"))
    assert "background" not in legend


def test_options_of_a_source_are_those_of_its_images(home):
    assert "40 images" in words(opened("ct-simulator", {"images": 40}))


def test_a_set_that_cannot_be_read_says_why(sets, monkeypatch):
    entry = sources.find("mine")
    arrays = dict(np.load(entry.path))
    arrays["val_images"] = np.full((20, 20, 18), np.nan, np.float32)
    np.savez(entry.path, **arrays)
    app = AppTest.from_string(FAILING, default_timeout=60)
    app = settled(app.run())
    assert '"mine" could not be read: mine.npz must hold float images' in app.error[0].value
