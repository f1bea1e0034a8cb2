"""Predict, then reveal, for masks; and what the runs say of each other."""

import numpy as np
import pytest
import streamlit as st

from medcore import settings
from medcore.data.dataset import Card, ImageDataset
from medcore.evaluation import case_measures, cases, masks
from medcore.evaluation.extent import extent
from medcore.labs import segmentation
from medcore.runs import files
from medcore.runs.store import Store
from tests.ui import guess_page
from tests.ui.segmentation import made_cases

PAGE = """
import streamlit as st
from medcore.ui import state
from medcore.ui.segmentation import compared, segmentation_guess
records = state.store().find(st.session_state["ids"])
segmentation_guess.ask(st.session_state["specs"], records)
if records and all(record.ended for record in records):
    compared.show(records)
segmentation_guess.reveal(records)
"""
CARD = Card("digits", "Squares", "segmentation", "", "", "", "")
LOSSES = ["dice", "mask_cross_entropy"]


@pytest.fixture
def store(home):
    st.cache_resource.clear()
    store = Store(settings.database_url())
    yield store
    store.close()


def squares() -> ImageDataset:
    """Twelve images with a square of another size and place each."""
    truth = np.zeros((12, 24, 24), np.uint8)
    for number, mask in enumerate(truth):
        mask[4 : 10 + number % 4, 5 : 11 + number % 3] = 1
    return ImageDataset(np.zeros((12, 24, 24, 1), np.uint8), None, ("nothing", "square"), CARD, masks=truth)


def finish(store: Store, run_id: str, moved: int, images: str = "same") -> None:
    """The run ends, with masks that lie beside the true ones by so many pixels."""
    part = squares()
    given = np.eye(2, dtype=np.float32)[np.roll(part.masks, moved, axis=1)]
    found = case_measures.measure(*masks.said(given), part.masks, 2, extent(12, None, None, None))
    files.folder(run_id).mkdir(parents=True)
    cases.write(files.folder(run_id) / cases.FILE, found)
    store.claim("large")
    store.finish(run_id, "done", result=made_cases.result(found, part) | {"data": {"sha256": images}})


def told(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def test_a_guess_outlasts_the_training_and_is_told_with_what_each_missed(store):
    specs = segmentation.runs(vary="loss", values=LOSSES)
    page = guess_page.opened(PAGE, specs)
    page.button_group(key="best_guess").set_value("Cross-entropy").run()
    ids = page.session_state["ids"] = store.create(specs, "somebody")
    page.run()
    assert not page.button_group(key="best_guess").disabled
    assert told(page) == ""
    for run_id, moved in zip(ids, (0, 2), strict=True):
        finish(store, run_id, moved)
    page.run()
    assert not page.exception
    assert page.button_group(key="best_guess").disabled
    assert "Dice has the highest Dice on the test set: 1.000, the mean over images." in told(page)
    assert "Ahead of Cross-entropy" in told(page)
    assert "**Your guess: Cross-entropy.** No: Dice has a Dice of 1.000" in told(page)
    assert "Dice missed 0.0% of the true pixels" in told(page)


def test_a_single_run_is_guessed_by_its_range(store):
    specs = segmentation.runs()
    page = guess_page.opened(PAGE, specs, dice_guess="0.85 and more")
    assert [control.key for control in page.get("button_group")] == ["dice_guess"]
    (run_id,) = page.session_state["ids"] = store.create(specs, "somebody")
    finish(store, run_id, 0)
    page.run()
    assert "**Your guess: 0.85 and more.** Right: the Dice of U-Net is 1.000." in told(page)


def test_runs_whose_masks_were_removed_say_nothing(store):
    specs = segmentation.runs(vary="loss", values=LOSSES)
    ids = store.create(specs, "somebody")
    for run_id in ids:
        finish(store, run_id, 0)
        (files.folder(run_id) / cases.FILE).unlink()
    assert told(guess_page.opened(PAGE, specs, ids)) == ""


def test_runs_tested_on_other_images_are_not_held_against_each_other(store):
    specs = segmentation.runs(vary="loss", values=LOSSES)
    ids = store.create(specs, "somebody")
    for number, run_id in enumerate(ids):
        finish(store, run_id, 2 * number, images=f"set {number}")
    page = guess_page.opened(PAGE, specs, ids)
    assert told(page) == ""
    assert "different images" in page.warning[0].value
