"""The part of the page on segmentation in which masks are drawn by hand."""

import numpy as np
import pytest

from medcore.data import sources
from medcore.evaluation import case_measures, cases, extent
from medcore.labs import segmentation
from medcore.runs import files
from tests.ui import made_runs

PAGE, PART = "segmentation_demo", "Draw your own"
OPTIONS = {"images": 40, "prevalence": 0.9}


@pytest.fixture
def splits(store):
    sources.keep_snapshot("ct-simulator", OPTIONS)  # in this process, which has all that is needed
    return sources.snapshot("ct-simulator", OPTIONS)


@pytest.fixture
def network(store, splits):
    """Id of a finished run whose masks lie one pixel beside the reference."""
    specs = segmentation.runs("ct-simulator", data_options=OPTIONS)
    (run_id,) = store.create(specs, "somebody")
    store.claim(next(iter(specs.values())).size)
    store.finish(run_id, "done", result=made_runs.result(0.9, 0.9))
    truth = splits["test"].masks
    said = np.roll(truth, 1, axis=2)
    whole = extent.extent(len(truth), None, splits["test"].spacing, None)
    folder = files.folder(run_id)
    folder.mkdir(parents=True)
    (folder / "model.keras").touch()
    cases.write(folder / cases.FILE, case_measures.measure(255 * said, np.ones_like(said), truth, 2, whole))
    return run_id


def metric(app, label):
    (found,) = (metric.value for metric in app.metric if metric.label == label)
    return found


def test_the_drawing_begins_with_the_models_mask_and_is_held_against_the_reference(open_page, network, splits):
    app = open_page(PAGE, part=PART, draw_on="A network's test images", model=network)
    assert not app.exception
    assert "Nothing is drawn yet" in " ".join(caption.value for caption in app.caption)
    app.button(key="draw_begin").click().run()
    assert not app.exception
    row = int(app.number_input(key="draw_image").value)
    said = cases.read(files.folder(network))
    assert said.truth[row].any()
    assert metric(app, "Dice with the model's mask") == "1.000"
    assert metric(app, "Dice with the reference") == f"{said.dice[row, 0]:.3f}"
    pixel = np.prod(splits["test"].spacing)
    assert metric(app, "Your area") == f"{pixel * np.count_nonzero(said.truth[row]):,.0f}\N{NO-BREAK SPACE}mm²"

    app.segmented_control(key="draw_reader").set_value("Reader B").run()
    assert not app.metric  # B begins with nothing, and sees nothing of A
    app.button(key="draw_begin").click().run()
    app.segmented_control(key="draw_reader").set_value("Compare").run()
    assert not app.exception
    table = app.table[0].value
    assert list(table.columns) == ["Reader A", "Reader B", "Reference", "Model"]
    assert table["Reader B"].iloc[0] == "1.000"
    assert table["Reference"].iloc[0] == f"{said.dice[row, 0]:.3f}"


def test_without_a_network_it_says_how_to_get_one(open_page):
    app = open_page(PAGE, part=PART, draw_on="A network's test images")
    assert not app.exception
    assert "Train a network" in app.info[0].value
    assert [card.label for card in app.expander if card.proto.expanded] == ["Two readers"]


def test_an_image_of_ones_own_is_asked_for(open_page):
    app = open_page(PAGE, part=PART, draw_on="My own image")
    assert not app.exception
    assert "Drop a DICOM file" in app.info[0].value
