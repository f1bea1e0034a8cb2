"""The main paths, as a person walks them: a real server, a real engine, a real browser."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from medcore.runs.store import Store

PAGES = (
    "home",
    "data_explorer",
    "optimizer_comparison",
    "regularization_lab",
    "transfer_learning",
    "segmentation_demo",
)
TRAINING = 120_000  # ms; a cold start of the engine on a busy machine included
STARTED = """() => [...document.querySelectorAll(".js-plotly-plot")]
    .some(plot => plot.data?.some(trace => trace.x?.length && trace.x[0] !== null))"""
EVERY_EPOCH_DRAWN = """() => [...document.querySelectorAll(".js-plotly-plot")]
    .some(plot => plot._fullData?.length === 12 && plot._fullData.every(trace => trace.x.length >= 5))"""
NINE_BANDS_DRAWN = """() => [...document.querySelectorAll(".js-plotly-plot")].some(plot =>
    plot._fullData?.filter(trace => trace.meta?.role === "band" && trace.x.length).length === 9)"""
WIDER_THAN_SCREEN = """() => [...document.querySelectorAll("html, body, [data-testid=stMain]")]
    .some(element => element.scrollWidth > element.clientWidth + 1)"""


@pytest.fixture
def store(server: Server):
    store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
    yield store
    store.close()


def open_page(page: Page, server: Server, stem: str, **query: object) -> None:
    page.goto(f"{server.url}/{'' if stem == 'home' else stem}?{urlencode(query, doseq=True)}")
    settle(page)


def settle(page: Page) -> None:
    """Waits until the page's script has run and everything is painted."""
    page.locator("h1").first.wait_for(timeout=60_000)
    page.locator("[data-testid=stStatusWidget]").wait_for(state="detached", timeout=60_000)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached", timeout=60_000)


def train(page: Page) -> list[str]:
    """Presses Train; returns the ids of the runs."""
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile("runs="), timeout=30_000)
    return parse_qs(urlparse(page.url).query)["runs"][0].split(",")


@pytest.mark.parametrize("stem", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_every_page_fits_the_screen_and_asks_no_one_outside(page, server, stem, theme, width):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, server, stem)
    expect(page.locator("[data-testid=stException], [data-testid=stAlertContentError]")).to_have_count(0)
    assert not page.evaluate(WIDER_THAN_SCREEN)


@pytest.mark.parametrize("stem", PAGES)
def test_every_page_is_served_with_strict_headers(page, server, stem):
    headers = page.goto(f"{server.url}/{'' if stem == 'home' else stem}").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    settle(page)


def test_from_home_to_a_finished_comparison(page, server, store):
    open_page(page, server, "home")
    page.get_by_role("link", name="Open the race").click()
    expect(page.get_by_role("heading", name="Which optimizer learns fastest?")).to_be_visible(timeout=30_000)
    open_page(page, server, "optimizer_comparison", dataset="Digits 8x8", model="MLP")
    expect(page.get_by_role("combobox", name="Data set")).to_have_value("Digits 8x8")
    ids = train(page)
    page.wait_for_function(STARTED, timeout=TRAINING)
    expect(page.get_by_text("Always answering")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("done", exact=True)).to_have_count(3)
    records = store.find(ids)
    assert {r.state for r in records} == {"done"}
    assert {r.spec["data"]["name"] for r in records} == {"digits"}
    assert {r.spec["model"]["name"] for r in records} == {"mlp"}
    page.wait_for_function(EVERY_EPOCH_DRAWN)


def test_a_reload_in_the_middle_finds_the_run_and_stop_ends_it(page, server, store):
    open_page(page, server, "optimizer_comparison", dataset="Digits 8x8", optimizers="SGD (batch 1)", epochs=50)
    (run_id,) = train(page)
    page.wait_for_function(STARTED, timeout=TRAINING)
    page.reload()
    settle(page)
    page.wait_for_function(STARTED, timeout=30_000)
    assert store.find([run_id])[0].state == "running"
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped; what was measured so far is kept")).to_be_visible(timeout=10_000)
    assert store.find([run_id])[0].state == "cancelled"
    assert len(store.history([run_id])) > 0


def test_a_comparison_over_seeds_is_found_again_after_a_reload_and_ends_with_its_mean(page, server, store):
    query = {"dataset": "Digits 8x8", "model": "MLP", "optimizers": "SGD (batch 1)", "seeds": 2, "epochs": 20}
    query |= {"vary": "Learning rate", "values_learning_rate": ["0.0001", "0.001", "0.01"]}
    open_page(page, server, "optimizer_comparison", **query)
    ids = train(page)
    assert len(ids) == 6
    page.wait_for_function(STARTED, timeout=TRAINING)
    assert any(record.ended is None for record in store.find(ids)), "the reload comes in the middle"
    page.reload()
    settle(page)
    assert parse_qs(urlparse(page.url).query)["runs"][0].split(",") == ids
    live, finished = page.locator(".medcore-live"), page.get_by_test_id("stPlotlyChart")
    expect(live.or_(finished).first).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", name="Learning rates")).to_be_visible(timeout=TRAINING)
    records = store.find(ids)
    assert {record.state for record in records} == {"done"}
    labels = [record.label for record in records]
    assert labels[:2] == ["SGD (batch 1) · 0.0001 · seed 0", "SGD (batch 1) · 0.0001 · seed 1"]
    expect(page.get_by_text("Thick: the mean over 2 seeds")).to_be_visible()
    page.wait_for_function(NINE_BANDS_DRAWN)


def test_a_link_carries_every_control(page, browser, server):
    open_page(page, server, "optimizer_comparison")
    page.get_by_test_id("stSegmentedControl").get_by_text("MLP", exact=True).or_(
        page.get_by_role("radio", name="MLP")
    ).first.click()
    page.wait_for_url(re.compile("model=MLP"))
    page.get_by_role("button", name="Lion").or_(page.get_by_text("Lion", exact=True)).first.click()
    page.wait_for_url(re.compile("Lion"))
    link = page.url
    other = browser.new_page()
    other.goto(link)
    settle(other)
    expect(other.locator(".st-key-lr_lion")).to_be_visible()
    query = parse_qs(urlparse(other.url).query)
    assert query["model"] == ["MLP"]
    assert "Lion" in query["optimizers"]
    other.close()


def test_a_control_that_changed_is_said(page, server, store):
    open_page(page, server, "optimizer_comparison", dataset="Digits 8x8", model="MLP", optimizers="Adam", epochs=1)
    train(page)
    expect(page.get_by_text("Always answering")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("The controls differ from the runs shown")).to_have_count(0)
    page.locator(".st-key-epochs input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("The controls differ from the runs shown")).to_be_visible(timeout=10_000)
