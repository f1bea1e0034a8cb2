"""The cells of the confusion matrix, in a real browser: a click opens the images, each with a way into the model."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from benchmarks.server import Server, serve
from medcore.data import sources
from medcore.labs import optimizers
from medcore.runs import files
from medcore.runs.store import Store
from medcore.spec import DataSpec

APP = ("run", str(Path(__file__).with_name("evaluation_app.py")))
PATIENCE = 30_000  # ms
DRAWN = """() => new Promise(done => {
    let last = 0
    const look = () => {
        const marks = document.querySelector(".st-key-eval_cells .plotly-graph-div, .st-key-eval_cells .js-plotly-plot")
        last = marks && !document.querySelector("[data-stale=true]") ? last + 1 : 0
        last < 30 ? requestAnimationFrame(look) : done(true)
    }
    look()
})"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Iterator[tuple[Server, str, np.ndarray]]:
    """The page, a finished run on the digits, and its confusion matrix."""
    home = tmp_path_factory.mktemp("evaluated")
    with pytest.MonkeyPatch.context() as patched, serve(APP, {"MEDCORE_HOME": str(home)}) as server:
        patched.setenv("MEDCORE_HOME", str(home))
        labels = sources.load(DataSpec("digits"))["test"].labels
        said = np.where(np.arange(len(labels)) % 5 == 0, (labels + 3) % 10, labels)
        store = Store(f"sqlite:///{home}/runs.sqlite")
        (run_id,) = store.create(optimizers.runs("digits", "mlp", ["adam"]), "somebody")
        store.claim("small")
        files.folder(run_id).mkdir(parents=True)
        np.savez(
            files.folder(run_id) / "predictions.npz",
            probabilities=0.1 * np.eye(10)[labels] + 0.9 * np.eye(10)[said],
            labels=labels,
            rows=np.arange(len(labels)),
        )
        result = {
            "test": {"accuracy": 0.8, "auc": None, "n": len(labels), "intervals": {}},
            "data": {"classes": [str(c) for c in range(10)]},
            "files": {"model": "model.keras"},
        }
        store.finish(run_id, "done", result=result)
        store.close()
        counts = np.zeros((10, 10), int)
        np.add.at(counts, (labels, said), 1)
        yield server, run_id, counts


def test_a_click_on_a_cell_opens_its_images_and_they_lead_into_the_model(page, run):
    server, run_id, counts = run
    page.goto(f"{server.url}/?runs={run_id}&eval_view=Confusion")
    plane = page.locator(".st-key-eval_cells .nsewdrag").first
    expect(plane).to_be_visible(timeout=PATIENCE)
    cells = page.locator(".medcore-grid a.cell")
    expect(cells.first).to_be_visible(timeout=PATIENCE)  # the images were read
    for true, said in ((4, 7), (6, 6)):
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        x, y = box["x"] + (said + 0.5) / 10 * box["width"], box["y"] + (true + 0.5) / 10 * box["height"]
        page.mouse.move(x, y)
        expect(page.locator(".st-key-eval_cells .hoverlayer").first).to_contain_text(f"{counts[true, said]} images")
        page.mouse.click(x, y)
        what = "rightly found" if true == said else f"taken for “{said}”"
        words = page.get_by_text(f"{counts[true, said]} images of “{true}” {what}")
        expect(words).to_be_visible(timeout=PATIENCE)
        expect(cells).to_have_count(min(24, int(counts[true, said])), timeout=PATIENCE)
        expect(cells.first).to_contain_text(f"said: {said} ({100 if true == said else 90}%)")
        expect(page).to_have_url(re.compile(f"eval_true={true}.*eval_said={said}|eval_said={said}.*eval_true={true}"))
        expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=PATIENCE)
        page.wait_for_function(DRAWN)  # a click while the chart is drawn anew is answered with the cell before
    address = cells.first.get_attribute("href")
    assert re.fullmatch(rf"/transfer_learning\?part=Look\+inside&model={run_id}&image=test%3A\d+", address)
    assert cells.first.get_attribute("target") == "_blank"
