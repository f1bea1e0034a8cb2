"""Train and watch: the first part of the page on segmentation."""

from dataclasses import replace

import numpy as np
import pytest

from medcore.data.entry import unavailable
from medcore.evaluation import watched
from medcore.evaluation.watched import Moment, Watched
from medcore.labs import segmentation as lab
from medcore.runs import files
from medcore.training.run import Row
from medcore.ui import controls
from tests.ui.segmentation import made_cases
from tests.ui.segmentation.test_segmentation_guess import squares

PAGE = "segmentation_demo"
EPOCHS = 2


@pytest.fixture
def finished(store):
    """Ids of two finished runs on the same made-up squares, with the masks of three moments."""
    ids = [made_cases.finish(store, "ct-simulator", squares(), seed=seed) for seed in (0, 1)]
    for run_id in ids:
        watch(store, run_id)
    return ids


def watch(store, run_id, moments=EPOCHS + 1):
    """Masks that grow: of the square's upper rows, more and more."""
    part, folder = squares(), files.folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    store.say(run_id, plan={"classes": list(part.class_names), "steps": 10, "steps_per_epoch": 5, "epochs": EPOCHS})
    watched.write(folder / watched.FILE, Watched(part.images[:3], part.masks[:3], np.array([2, 5, 7])))
    for epoch in range(moments):
        foreground = 255 * part.masks[:3]
        foreground[:, 4 + 3 * epoch :] = 0
        watched.write(folder / watched.name(epoch), Moment(foreground, np.ones_like(foreground)))
    names = ("val_loss", "val_dice", "val_accuracy")
    rows = [Row(5 * epoch, name, 0.4 * epoch) for epoch in (1, 2) for name in names]
    store.log(run_id, 1, [(row, 1000.0 + row.step) for row in rows])


def words(page):
    return "\n".join(element.value for element in (*page.markdown, *page.caption))


def test_it_opens_with_what_would_be_trained_and_trains(open_page, store):
    page = open_page(PAGE)
    assert not page.exception
    (setup,) = [frame.value for frame in page.dataframe if "Network" in frame.value]
    assert setup["Network"].to_list() == ["U-Net, depth 3, width 8, without batch normalisation"]
    assert setup["Loss"].to_list() == ["Cross-entropy + Dice with share of dice 0.5"]
    assert list(setup)[1:3] == ["Network", "Loss"]
    page.button(key="train").click().run()
    assert not page.exception
    (record,) = store.find("".join(page.query_params["runs"]).split(","))
    assert record.spec_hash == lab.runs()["U-Net"].hash
    assert "waits for a free training slot" in words(page)
    home = open_page("home")
    assert any(f"[Masks: U-Net on ct-simulator](/{PAGE}?runs={record.id})" in m.value for m in home.markdown)


def test_the_address_says_what_is_compared(open_page, store):
    page = open_page(PAGE, vary="Loss", values_loss=["Dice", "Tversky"], epochs="3", seeds="2", unet_depth="2")
    assert not page.exception
    page.button(key="train").click().run()
    records = store.find("".join(page.query_params["runs"]).split(","))
    expected = lab.runs(vary="loss", values=["dice", "tversky"], epochs=3, seeds=2, model_options={"depth": 2})
    assert {record.spec_hash for record in records} == {spec.hash for spec in expected.values()}


def test_only_slices_of_volumes_have_neighbours_to_ask_for(open_page, store):
    page = open_page(PAGE, context="2", vary="Neighbouring slices")
    assert not page.exception
    assert "Neighbouring slices" not in page.selectbox(key="vary").options
    assert not [slider for slider in page.slider if slider.key == "context"]
    page = open_page(PAGE, dataset="CT simulator: volumes", context="2")
    assert "Neighbouring slices" in page.selectbox(key="vary").options
    assert page.slider(key="context").value == 2


def test_finished_runs_show_their_film_and_their_figures(open_page, finished):
    page = open_page(PAGE, runs=",".join(finished), about="Training curves")
    assert not page.exception
    assert "Validation images, which the network does not learn from." in words(page)
    assert "All other measures stand under Measures." in words(page)
    assert len(page.get("plotly_chart")) == 2
    page = open_page(PAGE, runs=finished[0], about="Losses")
    assert not page.exception
    assert "the mean over 12 test images; all of them as one batch" in words(page)


def test_masks_are_there_while_a_run_still_trains(open_page, store):
    (run_id,) = store.create(lab.runs(), "somebody")
    page = open_page(PAGE, runs=run_id)
    assert "The first masks come as soon as the network stands" in words(page)
    store.claim("large")
    watch(store, run_id, moments=1)
    page = open_page(PAGE, runs=run_id)
    assert not page.exception
    assert "Validation images, which the network does not learn from." in words(page)


def test_what_another_session_watches_is_not_shown(open_page, store):
    (run_id,) = store.create(lab.runs(f"session-{'0' * 32}", data_options={}), "somebody")
    watch(store, run_id)
    page = open_page(PAGE, runs=run_id)
    assert not page.exception
    assert any("belong to another session" in warning.value for warning in page.warning)
    assert "Validation images" not in words(page)


def test_weights_that_are_not_here_are_said_and_offered_before_anything_is_queued(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDCORE_WEIGHTS", str(tmp_path))
    page = open_page(PAGE, segmenter="MobileNetV2 encoder", mobilenetv2_unet_imagenet="true")
    assert not page.exception
    assert any("ImageNet weights of MobileNetV2 with alpha 0.35 are not on this" in w.value for w in page.warning)
    assert page.button(key="download_weights").label.startswith("Download mobilenet_v2_")
    assert page.button(key="train").disabled


def test_what_stands_in_the_way_of_learning_is_said_before_anything_is_queued(open_page, monkeypatch):
    simulator = next(entry for entry in controls.listing() if entry.name == "ct-simulator")
    empty = replace(simulator, card=simulator.card.with_notes("No mask of train shows lesion."))
    lost = unavailable("unpaired", "Each picture must have a mask of the same name.")
    monkeypatch.setattr(controls, "listing", lambda: [empty, lost])
    page = open_page(PAGE, dataset="unpaired", about="The data set")
    assert not page.exception
    assert "unpaired" in words(page)
    said = [warning.value for warning in page.warning]
    assert said == ["No mask of train shows lesion.", "**unpaired**: Each picture must have a mask of the same name."]
