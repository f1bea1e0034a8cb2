"""The live chart in a real browser, fed from a real store by the real stream; only the training is ours."""

import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server, serve
from medcore import settings, web
from medcore.charts.curves import smoothed
from medcore.runs.store import Store
from medcore.spec import RunSpec
from medcore.training.run import Row

APP = ("run", str(Path(__file__).with_name("live_app.py")))
CHART = ".medcore-live"
LABELS = ("Momentum", "Adam")


class Trainer:
    """Two runs that log what a test says."""

    def __init__(self, store: Store) -> None:
        self.store = store
        specs = {label: RunSpec(seed=i) for i, label in enumerate(LABELS)}
        self.ids = store.create(specs, owner="me")
        self.step = 0
        self.seq = dict.fromkeys(self.ids, 1)

    def start(self) -> None:
        for _ in self.ids:
            self.store.claim(RunSpec().size)

    def plan(self, *steps_per_epoch: int) -> None:
        """Says how many updates an epoch has, for each run."""
        for run, steps in zip(self.ids, steps_per_epoch, strict=True):
            self.store.say(run, plan={"steps_per_epoch": steps})

    def train(self, steps: int) -> int:
        """Logs that many updates of each run and ends an epoch; returns how many rows there are in all."""
        now, first = time.time(), self.step + 1
        self.step += steps
        for rate, run in enumerate(self.ids, 1):
            rows = [Row(s, "train_loss", math.exp(-rate * s / 300)) for s in range(first, self.step + 1)]
            rows += [Row(self.step, "val_loss", 0.5), Row(self.step, "val_accuracy", 0.75)]
            self.seq[run] = self.store.log(run, self.seq[run], [(row, now) for row in rows])
        return sum(self.seq.values()) - len(self.ids)

    def read_clocks(self, *updates_a_second: int, at: int | None = None, compiling: float = 0.0) -> int:
        """Logs how many seconds each run has taken until an update; returns how many rows there are in all."""
        step = at or self.step
        for run, rate in zip(self.ids, updates_a_second, strict=True):
            row = Row(step, "seconds", compiling + step / rate)
            self.seq[run] = self.store.log(run, self.seq[run], [(row, time.time())])
        return sum(self.seq.values()) - len(self.ids)

    def finish(self) -> None:
        for run in self.ids:
            self.store.finish(run, "done", result={})


@pytest.fixture(scope="module")
def live_home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("live")
    home.chmod(0o700)
    return home


@pytest.fixture(scope="module")
def live_server(live_home, browser) -> Iterator[Server]:
    with serve(APP, {"MEDCORE_HOME": str(live_home)}) as running:
        yield running


@pytest.fixture
def trainer(live_home, monkeypatch) -> Iterator[Trainer]:
    monkeypatch.setenv("MEDCORE_HOME", str(live_home))
    store = Store(settings.database_url())
    trainer = Trainer(store)
    yield trainer
    store.cancel(trainer.ids)
    trainer.finish()
    store.close()


@pytest.fixture
def chart(page, live_server, trainer) -> Page:
    """The page with the chart of the trainer's runs, which train and have logged 200 updates."""
    trainer.start()
    rows = trainer.train(200)
    open_page(page, live_server, trainer)
    shown(page, rows)
    return page


def open_page(page: Page, server: Server, trainer: Trainer) -> None:
    page.goto(f"{server.url}/?runs={','.join(trainer.ids)}")


def shown(page: Page, rows: int) -> None:
    """Waits until exactly that many rows are drawn."""
    expect(page.locator(CHART)).to_have_attribute("data-points", str(rows), timeout=20_000)


def traces(page: Page) -> list[dict]:
    return page.evaluate(
        """() => document.querySelector(".medcore-live .plot").data.map(
            ({ meta, x, y }) => ({ ...meta, x: Array.from(x), y: Array.from(y) }))"""
    )


def axis_range(page: Page, axis: str = "xaxis") -> list[float]:
    return page.evaluate(f"() => document.querySelector('.medcore-live .plot').layout.{axis}.range.slice()")


def zoom(page: Page) -> list[float]:
    """Zooms into the upper panel by dragging, as a person does; returns the new range."""
    page.locator(CHART).scroll_into_view_if_needed()
    box = page.locator(f"{CHART} .xy .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('.medcore-live .plot').layout.xaxis.autorange === false")
    return axis_range(page)


def mark(page: Page) -> None:
    """Marks the nodes that a remount would replace."""
    page.evaluate("""() => { for (const node of document.querySelectorAll(".medcore-live, .medcore-live .main-svg"))
                             node.marked = true }""")


def marked(page: Page) -> bool:
    return page.evaluate(
        """() => [...document.querySelectorAll(".medcore-live, .medcore-live .main-svg")].every(n => n.marked)"""
    )


def run_again(page: Page, times: int = 1) -> None:
    for _ in range(times):
        before = int(page.locator("text=/^reruns: /").inner_text().split(": ")[1])
        page.locator(".st-key-again button").click()
        expect(page.locator(f"text=reruns: {before + 1}")).to_be_visible()


def test_every_point_is_drawn_where_it_belongs(chart, trainer):
    for _ in range(3):
        rows = trainer.train(50)
    shown(chart, rows)
    drawn = {(t["run"], t["metric"], t["role"]): t for t in traces(chart)}
    for rate, run in enumerate(trainer.ids, 1):
        raw = drawn[run, "train_loss", "raw"]
        assert raw["x"] == list(range(1, 351))
        assert raw["y"] == pytest.approx([math.exp(-rate * s / 300) for s in raw["x"]], rel=1e-5)
        assert drawn[run, "val_accuracy", "epoch"]["x"] == [200, 250, 300, 350]


def test_the_browser_smooths_as_python_does(chart, trainer):
    drawn = {(t["run"], t["role"]): t for t in traces(chart) if t["metric"] == "train_loss"}
    for run in trainer.ids:
        expected = smoothed(np.array(drawn[run, "raw"]["y"]))
        assert drawn[run, "smooth"]["y"] == pytest.approx(expected.tolist(), rel=1e-6)


def test_a_person_who_waits_is_told_why(page, live_server, trainer):
    open_page(page, live_server, trainer)
    waiting = page.locator(f"{CHART} .waiting")
    expect(waiting).to_have_text("The training engine is starting…", timeout=20_000)
    trainer.start()
    expect(waiting).to_have_text("Starting…")
    trainer.store.say(trainer.ids[0], status="Loading the images")
    expect(waiting).to_have_text("Loading the images…")
    expect(page.locator(f"{CHART} .plot")).to_be_hidden()
    shown(page, trainer.train(5))
    expect(waiting).to_be_hidden()


def test_the_legend_names_runs_that_still_wait(page, live_server, trainer):
    trainer.store.claim(RunSpec().size)
    trainer.store.log(trainer.ids[0], 1, [(Row(1, "train_loss", 0.5), time.time())])
    open_page(page, live_server, trainer)
    shown(page, 1)
    expect(page.locator(f"{CHART} .legendtext")).to_have_text(LABELS)


def test_a_panel_without_points_has_no_numbers(page, live_server, trainer):
    trainer.start()
    trainer.store.log(trainer.ids[0], 1, [(Row(1, "train_loss", 0.5), time.time())])
    open_page(page, live_server, trainer)
    shown(page, 1)
    numbers = page.locator(f"{CHART} .y3tick text")
    expect(numbers).to_have_count(0)
    trainer.store.log(trainer.ids[0], 2, [(Row(1, "val_accuracy", 0.5), time.time())])
    shown(page, 2)
    expect(numbers).not_to_have_count(0)


def test_reruns_of_the_page_leave_the_chart_alone(chart, trainer):
    mark(chart)
    for _ in range(3):
        run_again(chart)
        shown(chart, trainer.train(20))
    assert marked(chart)


def test_zoom_and_scroll_stay_while_points_come_and_the_page_runs_again(chart, trainer):
    before = zoom(chart)
    top = chart.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop")
    assert top > 0
    for _ in range(4):
        rows = trainer.train(40)
    shown(chart, rows)
    chart.evaluate("() => document.querySelector('.st-key-again button').click()")
    expect(chart.locator("text=reruns: 1")).to_be_attached()
    shown(chart, trainer.train(40))
    assert axis_range(chart) == before
    assert chart.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop") == top


def test_points_do_not_end_a_drag(chart, trainer):
    chart.locator(CHART).scroll_into_view_if_needed()
    box = chart.locator(f"{CHART} .xy .nsewdrag").first.bounding_box()
    chart.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    chart.mouse.down()
    chart.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"], steps=3)
    held = trainer.train(40)
    sent(chart, trainer, held)
    assert int(chart.locator(CHART).get_attribute("data-points")) < held
    chart.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=3)
    chart.mouse.up()
    shown(chart, held)
    assert axis_range(chart)[0] > 30


def sent(page: Page, trainer: Trainer, rows: int) -> None:
    """Waits until another stream of the same runs in this page has come as far, and two frames more."""
    page.evaluate(
        """([url, rows]) => new Promise(resolve => {
            const source = new EventSource(url)
            source.addEventListener("rows", event => {
                if (event.lastEventId.split(",").reduce((sum, n) => sum + Number(n), 0) < rows) return
                source.close()
                requestAnimationFrame(() => requestAnimationFrame(resolve))
            })
        })""",
        [web.stream_url(trainer.ids), rows],
    )


def test_a_long_line_is_thinned_and_shows_more_when_zoomed(chart, trainer):
    rows = trainer.train(20_000)
    shown(chart, rows)
    raw = next(t for t in traces(chart) if t["role"] == "raw")
    assert len(raw["x"]) <= 2_100
    assert (raw["x"][0], raw["x"][-1]) == (1, 20_200)
    chart.evaluate(
        "() => window.Plotly.relayout(document.querySelector('.medcore-live .plot'), {'xaxis.range': [5000, 5500]})"
    )
    chart.wait_for_function(
        """() => document.querySelector(".medcore-live .plot").data
                 .find(t => t.meta.role === "raw").x.filter(x => x >= 5000 && x <= 5500).length === 501"""
    )


def test_the_theme_is_followed_at_once(chart):
    def colour() -> str:
        return chart.locator(f"{CHART} .legendtext").first.evaluate("node => node.style.fill")

    mark(chart)
    light = colour()
    chart.emulate_media(color_scheme="dark")
    chart.wait_for_function(
        f"() => document.querySelector('{CHART} .legendtext').style.fill !== '{light}'", timeout=5_000
    )
    assert colour() == "rgb(230, 237, 243)"
    assert marked(chart)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("finished", [False, True])
def test_all_text_of_a_chart_can_be_read(page, live_server, trainer, scheme, finished):
    page.emulate_media(color_scheme=scheme)
    trainer.start()
    rows = trainer.train(200)
    if finished:
        trainer.finish()
    open_page(page, live_server, trainer)
    if not finished:
        shown(page, rows)
    for part in (".x3title", ".ytitle", ".x3tick text", ".y2tick text", ".legendtext"):
        expect(page.locator(f".js-plotly-plot :is({part})").first).to_be_visible(timeout=20_000)
    assert min(contrasts(page)) >= 4.5


def contrasts(page: Page) -> list[float]:
    """Contrast of each text of the chart with the page, as the WCAG define it."""
    background, *texts = page.evaluate(
        """() => [getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor,
                  ...[...document.querySelectorAll(".js-plotly-plot .main-svg text")]
                      .filter(node => node.textContent).map(node => getComputedStyle(node).fill)]"""
    )
    page_luminance = luminance(background)
    pairs = [sorted((luminance(text), page_luminance)) for text in texts]
    return [(high + 0.05) / (low + 0.05) for low, high in pairs]


def luminance(colour: str) -> float:
    """Relative luminance of "rgb(r, g, b)"."""
    parts = np.array([int(part) for part in re.findall(r"\d+", colour)[:3]]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def progress_by(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()
    unit = name.removesuffix("s")
    page.wait_for_function(f"() => document.querySelector('.plot').layout?.meta.by === '{unit}'")


def test_progress_is_shown_in_epochs_and_in_updates(chart, trainer):
    trainer.plan(100, 20)
    mark(chart)
    zoom(chart)
    progress_by(chart, "epochs")
    expect(chart.locator(f"{CHART} .summary")).to_contain_text("val accuracy 0.750 at epoch 10")
    shown(chart, trainer.train(50))
    for run, steps_per_epoch in zip(trainer.ids, (100, 20), strict=True):
        raw, smooth, *epochs = [t["x"] for t in traces(chart) if t["run"] == run]
        assert raw == smooth == pytest.approx([step / steps_per_epoch for step in range(1, 251)])
        assert epochs == [[200 / steps_per_epoch, 250 / steps_per_epoch]] * 2
    assert axis_range(chart)[1] >= 12.5
    progress_by(chart, "updates")
    shown(chart, trainer.train(50))
    assert all(t["x"] == list(range(1, 301)) for t in traces(chart) if t["role"] == "raw")
    assert marked(chart)


def test_progress_is_shown_in_the_seconds_that_each_run_took(chart, trainer):
    progress_by(chart, "seconds")
    assert not any(t["x"] for t in traces(chart) if t["role"] == "raw")
    trainer.read_clocks(100, 50, at=100, compiling=7)
    rows = trainer.read_clocks(100, 50, compiling=7)
    shown(chart, rows)
    mark(chart)
    for run, rate in zip(trainer.ids, (100, 50), strict=True):
        raw, smooth, *epochs = [t["x"] for t in traces(chart) if t["run"] == run]
        assert raw == smooth == pytest.approx([step / rate for step in range(1, 201)])
        assert epochs == [pytest.approx([200 / rate])] * 2
    expect(chart.locator(f"{CHART} .summary")).to_contain_text("val accuracy 0.750 at second 4")
    before = zoom(chart)
    shown(chart, trainer.train(50))
    assert all(max(t["x"]) <= 4 for t in traces(chart) if t["role"] == "raw")  # updates wait for the clock
    shown(chart, trainer.read_clocks(100, 50, compiling=7))
    assert [max(t["x"]) for t in traces(chart) if t["role"] == "raw"] == pytest.approx([2.5, 5])
    assert axis_range(chart) == before
    assert marked(chart)


def test_points_wait_for_the_plan_that_says_what_an_epoch_is(chart, trainer):
    progress_by(chart, "epochs")
    assert not any(t["x"] for t in traces(chart) if t["role"] == "raw")
    trainer.plan(100, 20)
    chart.wait_for_function(
        """() => document.querySelector(".plot").data
                     .filter(t => t.meta.role === "raw").every(t => t.x.length === 200)"""
    )


def test_a_logarithmic_loss_keeps_the_points_and_the_zoom_into_updates(chart, trainer):
    before = zoom(chart)
    chart.get_by_text("Logarithmic loss").click()
    chart.wait_for_function("() => document.querySelector('.plot').layout.yaxis.type === 'log'")
    shown(chart, trainer.train(50))
    assert axis_range(chart) == before
    assert axis_range(chart, "yaxis")[0] < 0  # the logarithm of a loss under 1
    assert all(t["x"] == list(range(1, 251)) for t in traces(chart) if t["role"] == "raw")


def test_a_run_that_is_asked_for_twice_is_drawn_once(page, live_server, trainer):
    trainer.start()
    trainer.train(20)
    page.goto(f"{live_server.url}/?runs={','.join([*trainer.ids, *trainer.ids])}")
    expect(page.locator(f"{CHART} .legendtext")).to_have_text(LABELS, timeout=20_000)
    shown(page, 44)
    assert all(t["x"] == list(range(1, 21)) for t in traces(page) if t["role"] == "raw")


def test_the_chart_takes_the_width_there_is(chart):
    def width() -> float:
        return chart.locator(f"{CHART} .main-svg").first.bounding_box()["width"]

    wide = width()
    chart.set_viewport_size({"width": 390, "height": 844})
    chart.wait_for_function(
        f"() => document.querySelector('{CHART} .main-svg').getBoundingClientRect().width < 390", timeout=5_000
    )
    assert width() < wide
    assert chart.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_the_end_hands_over_to_the_finished_chart_which_looks_the_same(chart, trainer):
    live = look(chart, CHART)
    trainer.finish()
    expect(chart.locator("text=finished")).to_be_visible(timeout=20_000)
    expect(chart.locator(CHART)).to_have_count(0)
    expect(chart.locator(".stPlotlyChart .legendtext")).to_have_count(len(LABELS))
    assert look(chart, ".stPlotlyChart") == live
    expect(chart.locator("text=reruns: 1")).to_be_visible()


def look(page: Page, root: str) -> dict:
    """What would jump or change colour if two charts were not alike."""
    return page.evaluate(
        """root => {
            const chart = document.querySelector(root)
            const top = chart.getBoundingClientRect()
            const style = (selector, ...names) => [...chart.querySelectorAll(selector)].map(node =>
                [node.textContent, ...names.map(name => getComputedStyle(node)[name])])
            const panels = [...chart.querySelectorAll(".nsewdrag")].map(node => {
                const box = node.getBoundingClientRect()
                return [box.x - top.x, box.y - top.y, box.width, box.height].map(Math.round)
            })
            return { height: Math.round(top.height), panels,
                     text: style("text", "fill", "fontSize", "fontFamily"),
                     lines: [...chart.querySelectorAll(".scatterlayer path.js-line")].map(node =>
                         [getComputedStyle(node).stroke, getComputedStyle(node).strokeWidth]),
                     grid: style(".gridlayer path", "stroke", "strokeWidth").length }
        }""",
        root,
    )


def test_a_screen_reader_hears_the_latest_values(chart):
    figure = chart.get_by_role("figure", name="Training curves, growing as the runs train")
    expect(figure.locator(".summary")).to_contain_text("Adam: train loss 0.")
    expect(figure.locator(".summary")).to_contain_text("val accuracy 0.750 at update 200")


@contextmanager
def restartable(home: Path) -> Iterator[Callable[[], Server]]:
    """A server of its own that can be killed and started again at the same address."""
    with ExitStack() as running:
        first = running.enter_context(serve(APP, {"MEDCORE_HOME": str(home)}))
        port = int(first.url.rpartition(":")[2])

        def restart() -> Server:
            running.close()
            return running.enter_context(serve(APP, {"MEDCORE_HOME": str(home)}, port=port))

        restart.first = first
        yield restart


def test_a_restarted_server_repeats_and_loses_nothing(page, problems, live_home, trainer):
    trainer.start()
    rows = trainer.train(100)
    with restartable(live_home) as restart:
        open_page(page, restart.first, trainer)
        shown(page, rows)
        restart()
        shown(page, trainer.train(100))
        assert next(t for t in traces(page) if t["role"] == "raw")["x"] == list(range(1, 201))
        expect(page.locator(f"{CHART} .notice")).to_be_hidden()
        page.goto("about:blank")
    assert not any(problem.startswith("left") for problem in problems)
    problems.clear()  # Streamlit's own complaints while its server was away


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (410, "text/plain", "The disk is full."),
        (200, "text/event-stream", 'event: problem\ndata: "The disk is full."\n\n'),
    ],
)
def test_a_stream_that_fails_says_why_and_comes_back(page, problems, live_server, trainer, status, kind, body):
    page.route("**/api/stream*", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    open_page(page, live_server, trainer)
    notice = page.locator(f"{CHART} .notice")
    expect(notice).to_have_text("The disk is full.", timeout=20_000)
    page.wait_for_event("request", lambda request: "/api/stream" in request.url, timeout=20_000)
    expect(notice).to_have_text("The disk is full.")
    page.unroute("**/api/stream*")
    trainer.start()
    shown(page, trainer.train(10))
    expect(notice).to_be_hidden()
    problems[:] = [problem for problem in problems if "410" not in problem]
