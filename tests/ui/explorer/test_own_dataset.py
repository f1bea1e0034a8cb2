"""The panel that makes a data set from uploads, and where the labs then find it."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from medcore.data import session_sets
from medcore.imaging.shelf import Shelf
from medcore.ui.explorer import own_dataset


def app():
    import streamlit as st

    from medcore.ui import controls
    from medcore.ui.explorer import own_dataset

    def panel():
        entry = controls.dataset("classification")
        st.markdown(f"chosen {entry.name}")
        own_dataset.show(st.session_state["shelf"])

    st.navigation([st.Page(panel, default=True), st.Page(own_dataset.LAB)], position="hidden").run()


def png(seed: int, bright: bool) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 100, (20, 30), np.uint8)
    pixels[5:15, 5:15] += 100 * bright
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def shelf(home):
    shelf = Shelf()
    for number in range(8):
        shelf.add(f"{'with' if number % 2 else 'without'}/{number}.png", png(number, number % 2 == 1))
    assert shelf.wait(60)
    yield shelf
    shelf.close()


@pytest.fixture
def panel(shelf, monkeypatch):
    names = []
    keep = session_sets.keep
    monkeypatch.setattr(session_sets, "keep", lambda *arguments: names.append(keep(*arguments)) or names[-1])
    page = AppTest.from_function(app, default_timeout=60)
    page.session_state["shelf"] = shelf
    yield page.run()
    for name in names:
        session_sets.forget(name)


def texts(page):
    return "\n".join(element.value for group in (page.markdown, page.info, page.caption) for element in group)


def labelled(page):
    page = page.button(key="own_folders").click().run()
    for box in page.checkbox:
        box.check()
    return page.run()


def made(page):
    """Presses the button and waits for the set."""
    page = page.button(key="own_make").click().run()
    assert page.session_state["work"]["own_made"].wait(60)
    return page.run()


def test_without_labels_it_says_what_is_missing(panel):
    assert not panel.exception
    assert "2 to 100 different labels. Received: 0" in texts(panel)
    assert not [button for button in panel.button if button.key == "own_make"]


def test_pictures_wait_for_a_person_to_look(panel):
    page = panel.button(key="own_folders").click().run()
    assert "look at them first" in texts(page)
    assert not [button for button in page.button if button.key == "own_make"]


def test_a_set_is_made_used_and_removed(panel):
    page = made(labelled(panel))
    assert not page.exception
    counts = page.dataframe[-1].value.set_index("Label")
    assert counts.to_numpy().sum() == 8
    assert (counts > 0).to_numpy().all()
    assert "Each image counted as a patient of its own; if one person has several, the split leaks." in texts(page)
    assert "none in two splits" not in texts(page)
    tests = counts["test"].sum()
    assert f"{tests} test images prove little" in texts(page)
    page = page.button(key="own_use").click().run()
    titles = page.selectbox(key="dataset").options
    assert titles[0].startswith("Your own images")
    page = page.selectbox(key="dataset").select(titles[0]).run()
    (chosen,) = [line.value.split()[1] for line in page.markdown if line.value.startswith("chosen ")]
    assert session_sets.is_name(chosen)
    assert chosen not in str(page.query_params)
    page = page.button(key=f"own_remove_{titles[0][-6:]}").click().run()
    assert not page.exception
    assert not page.selectbox(key="dataset").options[0].startswith("Your own images")


def test_the_lab_opens_with_it(panel):
    page = made(labelled(panel)).button(key="own_use").click().run()
    title = page.selectbox(key="dataset").value
    assert title == page.selectbox(key="dataset").options[0]
    page = page.selectbox(key="dataset").select("Digits 8x8").run()
    page = page.button(key=f"own_choose_{title[-6:]}").click().run()
    assert page.selectbox(key="dataset").value == title
    page = page.switch_page(str(own_dataset.LAB)).run()
    assert not page.exception
    assert page.title[0].value == "Which optimizer learns fastest?"
    assert page.selectbox(key="dataset").value == title


def test_another_session_does_not_see_it(panel, shelf):
    page = made(labelled(panel)).button(key="own_use").click().run()
    assert page.selectbox(key="dataset").options[0].startswith("Your own images")
    other = AppTest.from_function(app, default_timeout=60)
    other.session_state["shelf"] = shelf
    other.query_params["dataset"] = page.selectbox(key="dataset").options[0]
    other = other.run()
    assert not other.exception
    assert not [title for title in other.selectbox(key="dataset").options if title.startswith("Your own images")]


def test_other_settings_ask_for_another_set(panel):
    page = made(labelled(panel))
    assert [button for button in page.button if button.key == "own_use"]
    page = page.select_slider(key="own_size").set_value(28).run()
    assert not [button for button in page.button if button.key == "own_use"]


def test_on_a_cluster_it_says_so(panel, monkeypatch):
    page = made(labelled(panel))
    monkeypatch.setenv("MEDCORE_SCHEDULER", "tcp://127.0.0.1:8786")
    page = page.run()
    assert page.button(key="own_use").disabled
    assert "cluster" in texts(page)


def test_labels_stay_when_more_is_opened(panel, shelf):
    page = labelled(panel)
    shelf.add("with/9.png", png(9, True))
    assert shelf.wait(60)
    page = page.run()
    table = page.dataframe[0].value
    assert sorted(table["Label"]) == ["", *["with"] * 4, *["without"] * 4]
    assert table["Patient"].nunique() == 9
