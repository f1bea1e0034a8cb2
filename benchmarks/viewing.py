"""How soon does the viewer show another window, another slice? From the input to the painted frame, in a browser."""

import statistics
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import ROOT, serve

TARGETS = {"window_p50_ms": ("<=", 33), "slice_p50_ms": ("<=", 60)}
APP = ("run", str(Path(__file__).with_name("viewing_app.py")))
FIRST = 32  # the slice in the middle, where the viewer starts
PATIENCE_MS = 60_000

# Notes for every input how long after it the first frame was on the screen in which what it asks for is painted:
# the message comes after the frame.
WATCH = """(viewer, [input, painted]) => {
    window.taken = []
    let began = null
    viewer.addEventListener(input, (event) => (began ??= event.timeStamp), { capture: true })
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => window.taken.push(performance.now() - data)
    const seen = new MutationObserver(() => {
        if (began !== null) port2.postMessage(began)
        began = null
    })
    seen.observe(viewer, { attributeFilter: [painted] })
}"""


def measure(quick: bool) -> Mapping[str, float]:
    """A volume of 64 slices of 512 x 512 in int16; one step after the other has been seen.

    Returns:
        Milliseconds: medians and 95th percentiles over the steps of a window drag, and over slices gone through by
        key after the first has been loaded.
    """
    with serve(APP, {"PYTHONPATH": str(ROOT)}) as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(server.url)
        _shown(page, FIRST)
        return _figures("window", _drag(page, 40 if quick else 200)) | _figures("slice", _turn(page, 1 if quick else 3))


def _drag(page: Page, steps: int) -> list[float]:
    box = page.locator(".viewer .stage").bounding_box()
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.locator(".viewer").evaluate(WATCH, ["pointermove", "data-frames"])
    for step in range(1, steps + 1):
        page.mouse.move(x + step, y + step % 7)
        _taken(page, step)
    page.mouse.up()
    return page.evaluate("() => window.taken")


def _turn(page: Page, rounds: int) -> list[float]:
    """Down to the last slice, up to the first, and so on."""
    page.locator(".viewer .stage").focus()
    page.locator(".viewer").evaluate(WATCH, ["keydown", "data-shown"])
    index, steps = FIRST, 0
    for turn in range(rounds):
        key, end = ("ArrowDown", 63) if turn % 2 == 0 else ("ArrowUp", 0)
        while index != end:
            page.keyboard.press(key)
            index += 1 if end else -1
            steps += 1
            _shown(page, index)
            _taken(page, steps)
    return page.evaluate("() => window.taken")


def _shown(page: Page, index: int) -> None:
    page.locator(f".viewer[data-shown='acquired/{index}']").wait_for(timeout=PATIENCE_MS)


def _taken(page: Page, steps: int) -> None:
    page.wait_for_function(f"() => window.taken.length >= {steps}", timeout=PATIENCE_MS)


def _figures(name: str, taken: list[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": statistics.median(taken),
        f"{name}_p95_ms": statistics.quantiles(taken, n=20)[-1],
    }


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
