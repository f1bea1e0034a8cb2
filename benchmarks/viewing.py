"""How soon is an image seen? Window and slice of a 512 x 512 x 64 volume, in a real browser from a real server."""

import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Page

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import serve

TARGETS = {"window_p50_ms": ("<=", 33), "slice_p50_ms": ("<=", 60)}
APP = ("run", str(Path(__file__).parents[1] / "tests" / "browser" / "viewer_app.py"))
VIEWER = ".viewer[data-shown*='/']"

# From an input event to one frame after the draw that answers it, in milliseconds. A slice is there when the viewer
# shows the one that was asked for.
WATCH = """
root => {
  const stage = root.querySelector(".stage")
  root.delays = []
  let since = null
  let shown = root.dataset.shown
  for (const name of ["pointermove", "keydown", "wheel", "input"])
    root.addEventListener(name, event => since ??= event.isTrusted ? event.timeStamp : performance.now(), true)
  new MutationObserver(() => {
    if (since === null || (root.awaited === "slice" && (!root.dataset.shown || root.dataset.shown === shown))) return
    const began = since
    since = null
    shown = root.dataset.shown
    requestAnimationFrame(() => root.delays.push(performance.now() - began))
  }).observe(root, { attributes: true, attributeFilter: ["data-frames"] })
}
"""


def measure(quick: bool) -> Mapping[str, float]:
    """Drags the window, goes through the slices by key and wheel, and jumps to slices that were never asked for."""
    steps, loads = (30, 3) if quick else (120, 10)
    with chromium() as browser, serve(APP) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        _open(page, server.url)
        window = _window(page, steps)
        slices = _slices(page, steps)
        cold = [delay for _ in range(loads) for delay in _cold(page, server.url)]
    return {
        "window_p50_ms": statistics.median(window),
        "window_p95_ms": sorted(window)[int(0.95 * len(window))],
        "slice_p50_ms": statistics.median(slices),
        "slice_p95_ms": sorted(slices)[int(0.95 * len(slices))],
        "slice_cold_p50_ms": statistics.median(cold),
    }


def _open(page: Page, url: str) -> None:
    page.goto(f"{url}/?view=large")
    page.locator(VIEWER).wait_for()
    page.locator(".viewer").evaluate(WATCH)


def _delays(page: Page, awaited: str, count: int, act: Callable[[int], None]) -> list[float]:
    """Acts that many times, each when the one before is seen."""
    viewer = page.locator(".viewer")
    viewer.evaluate("(root, awaited) => { root.delays = []; root.awaited = awaited }", awaited)
    for done in range(1, count + 1):
        act(done)
        page.wait_for_function("([root, done]) => root.delays.length >= done", arg=[viewer.element_handle(), done])
    return viewer.evaluate("root => root.delays")


def _window(page: Page, steps: int) -> list[float]:
    box = page.locator(".stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    delays = _delays(page, "frame", steps, lambda i: page.mouse.move(x + i % 60 + 1, y + i // 2 + 1))
    page.mouse.up()
    return delays


def _slices(page: Page, steps: int) -> list[float]:
    """By key and by wheel, to and fro within the volume."""
    keys = ["ArrowDown"] * 20 + ["ArrowUp"] * 20

    def turn(i: int) -> None:
        if i % 2:
            page.keyboard.press(keys[(i // 2) % len(keys)])
        else:
            page.mouse.wheel(0, 100 if keys[(i // 2) % len(keys)] == "ArrowDown" else -100)

    page.locator(".stage").focus()
    _delays(page, "slice", 1, lambda _: page.keyboard.press("PageUp"))
    return _delays(page, "slice", steps, turn)


def _cold(page: Page, url: str) -> list[float]:
    """The first and the last slice, right after the page was opened: neither was asked for before."""
    _open(page, url)
    page.locator(".stage").focus()
    return _delays(page, "slice", 2, lambda i: page.keyboard.press(("Home", "End")[i - 1]))


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
