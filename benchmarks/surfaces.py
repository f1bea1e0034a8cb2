"""How soon are the paths on a surface drawn anew? From the input to the painted frame, in a browser."""

import statistics
from collections.abc import Callable, Mapping, Sequence

from playwright.sync_api import Page

from benchmarks import report
from benchmarks.browser import chromium
from benchmarks.server import ROOT, serve

TARGETS = {f"{name}_p50_ms": ("<=", 150) for name in ("redraw", "ground", "start", "choice")}
APP = ("run", str(ROOT / "tests" / "browser" / "surface_app.py"))
RACERS = ("Gradient descent", "SGD (batch 1)", "Momentum", "Nesterov", "RMSprop", "Adagrad", "Adam")
DIALS = ("lr_adam", "lr_gd", "momentum", "beta_1", "beta_2", "epsilon", "noise")
PATIENCE_MS = 60_000

# Notes for every input how long after it the first frame was on the screen in which what it asks for is painted:
# the message comes after the frame.
WATCH = """(scene, [input, painted]) => {
    window.watching?.()
    window.taken = []
    let began = null
    const note = (event) => (began ??= event.timeStamp)
    document.addEventListener(input, note, { capture: true })
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => window.taken.push(performance.now() - data)
    const seen = new MutationObserver(() => {
        if (began !== null) port2.postMessage(began)
        began = null
    })
    seen.observe(scene, { attributeFilter: [painted] })
    window.watching = () => {
        seen.disconnect()
        document.removeEventListener(input, note, { capture: true })
    }
}"""


def measure(quick: bool) -> Mapping[str, float]:
    """Seven and eight optimizers, 300 steps; one change after the other has been seen.

    Returns:
        Milliseconds. `redraw`: every slider of the paths, turned by key; `ground`: the condition number, for which
        the contours are drawn anew, too; `start`: dragged about; `choice`: another optimizer, chosen in the sidebar.
    """
    times = 4 if quick else 12
    with serve(APP, {"PYTHONPATH": str(ROOT)}) as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/?{'&'.join(f's_optimizers={label}' for label in RACERS)}")
        page.locator(".descent[data-drawn]").wait_for(timeout=PATIENCE_MS)
        choice = _choices(page, times)
        turned = [t for dial in DIALS for t in _turns(page, dial, "data-drawn", times)]
        ground = _turns(page, "condition", "data-ground", times)
        start = _drags(page, 5 * times)
    figures = {}
    for name, taken in {"redraw": turned, "ground": ground, "start": start, "choice": choice}.items():
        figures |= {f"{name}_p50_ms": statistics.median(taken), f"{name}_p95_ms": statistics.quantiles(taken, n=20)[-1]}
    return figures


def _choices(page: Page, times: int) -> Sequence[float]:
    pill = page.get_by_test_id("stSidebar").get_by_role("button", name="Lion")
    return _watched(page, "pointerdown", "data-racers", 2 * (times // 2) + 1, lambda _: pill.click())


def _turns(page: Page, dial: str, painted: str, times: int) -> Sequence[float]:
    slider = page.locator(f"input[data-dial={dial}]")
    slider.focus()
    below = int(slider.input_value())
    above = int(slider.get_attribute("max")) - below
    key = "ArrowLeft" if below > above else "ArrowRight"
    return _watched(page, "input", painted, min(times, max(below, above)), lambda _: slider.press(key))


def _drags(page: Page, times: int) -> Sequence[float]:
    box = page.locator(".descent .ink").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    taken = _watched(page, "pointermove", "data-drawn", times, lambda i: page.mouse.move(x + i + 1, y + i % 7))
    page.mouse.up()
    return taken


def _watched(page: Page, input_: str, painted: str, times: int, act: Callable[[int], None]) -> Sequence[float]:
    page.locator(".descent").evaluate(WATCH, [input_, painted])
    for i in range(times):
        act(i)
        page.wait_for_function(f"() => window.taken.length > {i}", timeout=PATIENCE_MS)
    return page.evaluate("() => window.taken")


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
