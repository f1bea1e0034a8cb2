"""The part of the page on segmentation where a network draws on images of one's own."""

import io
import time

import nibabel
import numpy as np
import pytest

from medcore.data import own_volume, session_sets
from medcore.inference import segment_image
from medcore.runs import files
from medcore.spec import RunSpec
from tests.inference.conftest import bright, trained
from tests.training.conftest import Recorder

PAGE, PART = "segmentation_demo", "Your own images"
SECONDS = 60.0


@pytest.fixture
def network(store):
    """Id of a finished run whose network calls a lesion what is brighter than half; its pixels had 2 mm."""
    (run_id,) = store.create({"Bright": trained()}, "somebody")
    store.claim("large")
    result = {
        "data": {"classes": ["background", "lesion"]},
        "spacing": [2.0, 2.0],
        "step": None,
        "receptive_field": 1,
        "test": {"dice": 0.9},
        "seconds": 1.0,
    }
    store.finish(run_id, "done", result=result)
    bright(files.folder(run_id))
    return run_id


def volume() -> bytes:
    """NIfTI of 4 slices of 20 x 24 pixels of 2 mm, 5 mm apart; a bright box of 5 x 6 x 2 voxels."""
    values = np.zeros((24, 20, 4), np.uint8)
    values[8:14, 5:10, 1:3] = 255
    image = nibabel.Nifti1Image(values, np.diag([-2.0, -2.0, 5.0, 1.0]))
    image.header.set_xyzt_units("mm")
    return io.BytesIO(image.to_bytes()).getvalue()


def answer(store):
    """Does what a training process would do."""
    (question,) = [run for run in store.active() if run.spec["task"] == "segment_image"]
    store.claim("large")
    folder = files.folder(question.id)
    folder.mkdir(parents=True)
    store.finish(question.id, "done", result=segment_image.segment(RunSpec.from_dict(question.spec), Recorder(folder)))
    return question


def until(page, key):
    """Runs the page until the control is there."""
    patience = time.monotonic() + SECONDS
    while time.monotonic() < patience:
        if any(element.key == key and not element.disabled for element in page.button):
            return
        page.run()
    raise AssertionError(f"no {key}")


def opened(open_page, network, **query):
    page = open_page(PAGE, part=PART, model=network, **query)
    page.file_uploader(key="upload_0").upload("Miller^Anna.nii", volume(), "application/octet-stream")
    page.run()
    until(page, "own_ask")
    return page


def test_from_a_volume_to_millilitres(open_page, store, network):
    page = opened(open_page, network, own_taken="Whole volume", own_variants="Mirrored")
    assert "not for diagnosis" in page.caption[0].value
    page.button(key="own_ask").click().run()
    assert not page.exception
    patience = time.monotonic() + SECONDS
    while time.monotonic() < patience:
        if any(run.spec["task"] == "segment_image" for run in store.active()):
            break
        page.run()
    question = answer(store)
    assert "Miller" not in str(question)
    assert question.spec["segmentation"]["variants"] == "flips"
    page.run()
    assert not page.exception
    (table,) = [frame.value for frame in page.table if "Volume" in frame.value]
    assert table.index.tolist() == ["lesion"]
    assert table["Volume"].tolist() == ["1.2 ml"]  # 60 voxels of 20 mm³
    assert any("Gray values as you see them" in said.value for said in page.markdown)
    found = own_volume.answered(question.spec["data"]["name"])
    assert np.argwhere(found.mask).min(axis=0).tolist() == [1, 5, 8]
    assert int(found.mask.sum()) == 60
    session_sets.forget(question.spec["data"]["name"])


def test_what_is_asked_of_can_be_stopped(open_page, store, network):
    page = opened(open_page, network)
    page.button(key="own_ask").click().run()
    until(page, "own_stop")
    page.button(key="own_stop").click().run()
    assert not page.exception
    assert not store.active()
    assert any("stopped" in warning.value for warning in page.warning)


def test_another_question_takes_the_place_of_the_last(open_page, store, network):
    page = opened(open_page, network)
    page.button(key="own_ask").click().run()
    until(page, "own_stop")
    (first,) = store.active()
    page.button(key="own_ask").click().run()
    until(page, "own_stop")
    (second,) = store.active()
    assert second.id != first.id
    (old,) = store.find([first.id])
    assert old.state == "cancelled"


def test_an_address_that_names_a_network_in_vain_says_so(open_page, store, network):
    page = open_page(PAGE, part=PART, model="f" * 32)
    assert not page.exception
    assert any("not on this machine" in warning.value for warning in page.warning)
    assert [card.label for card in page.expander if card.proto.expanded] == ["Your own images"]
