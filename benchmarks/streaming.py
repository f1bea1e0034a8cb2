"""How soon is a point seen? From the click on Train, and from the moment a metric is written; in a real browser."""

import os
import statistics
import time
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import serve
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.training.run import Row

TARGETS = {
    "click_to_first_point_p50_ms": ("<=", 1000),
    "click_to_first_point_again_p50_ms": ("<=", 400),
    "written_to_shown_p50_ms": ("<=", 150),
    "remounts": ("<=", 0),
    "zoom_kept": (">=", 1),
    "position_kept": (">=", 1),
}
POINTS = 10_000
PATIENCE_SECONDS = 90
PERIOD_SECONDS = 0.137  # out of step with everything that polls
PAGE = "optimizer_comparison"

# Notes when the chart has drawn how many rows, in unix milliseconds, one frame after; and every chart taken away.
WATCH = """
window.drawn = {}
window.remounts = 0
const charts = ".medcore-live, .main-svg"
new MutationObserver(changes => {
  for (const change of changes) {
    const points = change.target.dataset?.points
    if (change.attributeName === "data-points") requestAnimationFrame(() => window.drawn[points] ??= Date.now())
    for (const node of change.removedNodes)
      if (node.matches?.(charts) || node.querySelector?.(charts)) window.remounts++
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-points"] })
"""


def measure(quick: bool) -> Mapping[str, float]:
    """Trains through the optimizer page; then shows a run of our own there, and writes into it."""
    with serve() as server, chromium() as browser:
        store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WATCH)
        page.goto(f"{server.url}/{PAGE}")
        cold, *warm = [_click_to_first_point(page, store) for _ in range(5 if quick else 12)]
        figures = {"click_to_first_point_p50_ms": statistics.median(warm), "click_to_first_point_cold_ms": cold}
        figures["click_to_first_point_again_p50_ms"] = statistics.median(_again(page, store, 5 if quick else 12))
        run = _Run(store)
        run.write(POINTS)
        page.goto(f"{server.url}/{PAGE}?runs={run.id}")
        _shown(page, POINTS)
        figures |= _written_to_shown(page, run, 40 if quick else 150) | _undisturbed(page, run)
        store.close()
    return figures


def _click_to_first_point(page: Page, store: Store) -> float:
    """Milliseconds from the click to the first frame with a point; stops the runs afterwards."""
    train = page.locator(".st-key-train button:enabled").first
    train.wait_for()
    page.evaluate("() => window.drawn = {}")
    train.evaluate(
        "button => button.addEventListener('click', () => window.clicked = Date.now(), { capture: true, once: true })"
    )
    train.click()
    page.wait_for_function("() => Object.keys(window.drawn).some(Number)", timeout=1000 * PATIENCE_SECONDS)
    taken = page.evaluate("() => Math.min(...Object.entries(drawn).filter(([n]) => +n).map(([, t]) => t)) - clicked")
    store.cancel([record.id for record in store.active()])
    _until_idle(store)
    page.locator(".stPlotlyChart").first.wait_for()
    return taken


def _again(page: Page, store: Store, times: int) -> list[float]:
    """The same for one optimizer whose network every training process has compiled before."""
    specs = optimizers.runs(optimizers=["adam"], epochs=1)
    (label,) = specs
    processes = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    store.create({f"{label} {number}": specs[label] for number in range(2 * processes)}, owner="benchmark")
    _until_idle(store)
    page.goto(f"{page.url.split('?')[0]}?optimizers=Adam")
    return [_click_to_first_point(page, store) for _ in range(times)]


def _until_idle(store: Store) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while store.active():
        if time.monotonic() > deadline:
            raise RuntimeError(f"The runs did not end within {PATIENCE_SECONDS} s")
        time.sleep(0.05)


class _Run:
    """A run that this benchmark trains, so to speak: it claims it before the engine does, and writes its metrics."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rows = 0
        specs = optimizers.runs(dataset="digits", optimizers=["adam"])
        (spec,) = specs.values()
        for _ in range(50):
            (self.id,) = store.create(specs, owner="benchmark")
            claimed = store.claim(spec.size)
            if claimed is not None and claimed.id == self.id:
                return
            store.cancel([self.id])
        raise RuntimeError("The engine was faster in 50 attempts")

    def write(self, count: int = 1) -> float:
        """Appends rows and a sign of life; returns when they stood in the store, in unix milliseconds."""
        now = time.time()
        rows = [(Row(step, "train_loss", 1 / step), now) for step in range(self.rows + 1, self.rows + count + 1)]
        self.store.log(self.id, self.rows + 1, rows)
        self.rows += count
        written = 1000 * time.time()
        self.store.beat(self.id)
        return written


def _shown(page: Page, rows: int) -> None:
    page.wait_for_function(f"() => window.drawn[{rows}]", timeout=1000 * PATIENCE_SECONDS)


def _written_to_shown(page: Page, run: _Run, times: int) -> dict[str, float]:
    """Writes a row again and again; each counts as shown in the first frame that has it."""
    written = {}
    for _ in range(times):
        at = run.write()
        written[run.rows] = at
        time.sleep(PERIOD_SECONDS)
    _shown(page, run.rows)
    drawn = {int(rows): at for rows, at in page.evaluate("() => window.drawn").items()}
    delays = sorted(min(t for n, t in drawn.items() if n >= rows) - at for rows, at in written.items())
    return {
        "written_to_shown_p50_ms": statistics.median(delays),
        "written_to_shown_p95_ms": delays[int(0.95 * len(delays))],
    }


def _undisturbed(page: Page, run: _Run) -> dict[str, float]:
    """Zooms and scrolls as a person does; then points come and the page runs again. Is all as it was?"""
    page.mouse.move(800, 500)
    page.mouse.wheel(0, 120)
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop > 0")
    box = page.locator(".medcore-live .xy .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('.medcore-live .plot').layout.xaxis.autorange === false")
    before = _view(page)
    page.evaluate("() => window.remounts = 0")
    for _ in range(10):
        run.write()
        page.locator(".st-key-epochs input[type=range]").press("ArrowRight")  # every change runs the page again
        time.sleep(PERIOD_SECONDS)
    page.wait_for_function("() => new URLSearchParams(location.search).get('epochs') === '15'")
    _shown(page, run.rows)
    after = _view(page)
    return {
        "remounts": page.evaluate("() => window.remounts"),
        "zoom_kept": after["range"] == before["range"],
        "position_kept": after["top"] == before["top"],
    }


def _view(page: Page) -> dict[str, Any]:
    return page.evaluate(
        """() => ({
            range: document.querySelector(".medcore-live .plot").layout.xaxis.range.slice(),
            top: document.querySelector("[data-testid=stMain]").scrollTop,
        })"""
    )


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
