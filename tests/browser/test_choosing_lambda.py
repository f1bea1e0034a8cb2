"""A cross-validation that is stopped half-way: what its folds have found is kept."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from medcore.runs.store import Store
from tests.browser.test_pages import settle

TRAINING = 120_000  # ms; a cold start of the engine on a busy machine included
FIRST_POINTS = """() => [...document.querySelectorAll(".js-plotly-plot")].some(plot => plot._fullData
    ?.some(trace => trace.legendgroup === "folds" && [...trace.y].some(Number.isFinite)))"""
MEAN_OF_ALL_STRENGTHS = """() => [...document.querySelectorAll(".js-plotly-plot")].some(plot => plot._fullData
    ?.some(trace => trace.name.startsWith("Mean of the folds") && [...trace.y].filter(Number.isFinite).length === 4))"""
QUERY = {
    "part": "Choosing lambda",
    "dataset": "Digits 8x8",
    "model": "Linear",
    "strengths": "0, 0.001, 0.01, 0.1",
    "folds": 20,
    "path_epochs": 30,
}
KEPT = re.compile(r"finished folds? (is|are) kept, and the curve is drawn from (it|them)")


@pytest.fixture
def store(server: Server):
    store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
    yield store
    store.close()


def test_a_study_stopped_half_way_keeps_its_finished_folds_also_after_a_reload(page: Page, server, store):
    page.goto(f"{server.url}/regularization_lab?{urlencode(QUERY)}")
    settle(page)
    page.get_by_role("button", name="Cross-validate").click()
    page.wait_for_url(re.compile("path="), timeout=30_000)
    page.wait_for_function(FIRST_POINTS, timeout=TRAINING)
    expect(page.get_by_text("4 of 4 strengths in").first).to_be_visible(timeout=TRAINING)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=30_000)

    (parent,) = store.find(parse_qs(urlparse(page.url).query)["path"])
    folds = store.children(parent.id)
    states = [fold.state for fold in folds]
    assert set(states) == {"done", "cancelled"}
    assert len(states) == 20
    assert parent.state == "cancelled"
    assert all(len(fold.result["points"]) == 4 for fold in folds if fold.state == "done")

    page.reload()
    settle(page)
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("has the lowest mean")).to_contain_text(f"over {states.count('done')} fold")
    page.wait_for_function(MEAN_OF_ALL_STRENGTHS)
    assert store.find([fold.id for fold in folds]) == folds, "a look at them changes nothing"
