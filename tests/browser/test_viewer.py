"""The image viewer in a real browser, with volumes whose every pixel is known."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.server import ROOT, Server, serve
from medcore.charts import template
from medcore.imaging.view import Plane
from tests.browser import viewer_views as views
from tests.browser.test_pages import WIDER_THAN_SCREEN
from tests.browser.viewer_views import INTERCEPT, SLOPE, SPACING

APP = ("run", str(Path(__file__).with_name("viewer_app.py")))
VIEWER, STAGE = ".viewer", ".viewer .stage"
VALUES = SLOPE * views.volume() + INTERCEPT
MIDDLE = views.SLICES // 2
ALL, LUNG = (2000, 8000), (-600, 1500)


class _Problems(list):
    """Without the slice that is broken on purpose: it is asked for ahead, and the browser writes when it likes."""

    def append(self, problem: str) -> None:
        if "status of 422" not in problem:
            super().append(problem)


@pytest.fixture
def problems() -> list[str]:
    return _Problems()


@pytest.fixture(scope="module")
def viewer_server(browser, tmp_path_factory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("viewer")
    with serve(APP, {"MEDCORE_HOME": str(home), "PYTHONPATH": str(ROOT)}) as running:
        yield running


@pytest.fixture
def open_view(page, problems, viewer_server):
    """Opens a view by name and waits until its middle slice is on the screen."""

    def open_(kind: str) -> Page:
        plane = next(iter(views.VIEWS[kind]().planes.values()))
        page.goto(f"{viewer_server.url}/?view={kind}")
        shown(page, "acquired", plane.slices // 2)
        page.locator(STAGE).focus()
        return page

    return open_


def shown(page: Page, plane: str, index: int) -> None:
    expect(page.locator(VIEWER)).to_have_attribute("data-shown", f"{plane}/{index}", timeout=20_000)


def plane_of(kind: str, name: str = "acquired") -> Plane:
    return views.VIEWS[kind]().planes[name]


class Fit:
    """Where the pixels of a plane lie on the page when the whole image fits."""

    def __init__(self, page: Page, plane: Plane) -> None:
        self.box = page.locator(STAGE).bounding_box()
        high, wide = plane.spacing or (1, 1)
        scale = min(self.box["width"] / (plane.columns * wide), self.box["height"] / (plane.rows * high))
        self.scale = (scale * wide, scale * high)
        self.size = (plane.columns, plane.rows)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Of a corner of pixels; its middle is at a half."""
        middle = (self.box["x"] + self.box["width"] / 2, self.box["y"] + self.box["height"] / 2)
        offsets = zip(middle, (x, y), self.size, self.scale, strict=True)
        first, second = (start + (at - size / 2) * scale for start, at, size, scale in offsets)
        return first, second


def hover(page: Page, fit: Fit, x: int, y: int) -> None:
    page.mouse.move(*fit.place(x + 0.5, y + 0.5))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def colours(page: Page, fit: Fit, pixels: list[tuple[int, int]]) -> list[list[int]]:
    """RGB of the canvas in the middle of pixels."""
    places = [fit.place(x + 0.5, y + 0.5) for x, y in pixels]
    return page.locator(f"{STAGE} canvas").evaluate(
        """(canvas, places) => {
            const box = canvas.getBoundingClientRect()
            const context = canvas.getContext("2d")
            const read = ([x, y]) => context.getImageData(Math.floor(x - box.left), Math.floor(y - box.top), 1, 1).data
            return places.map(place => [...read(place)].slice(0, 3))
        }""",
        places,
    )


def gray(value: float, window: tuple[float, float], inverted: bool = False) -> int:
    centre, width = window
    level = math.floor(255 * min(1, max(0, (value - centre) / width + 0.5)) + 0.5)
    return 255 - level if inverted else level


PIXELS = [(0, 0), (5, 7), (31, 20), (40, 33), (63, 47)]


def grays_are(page: Page, fit: Fit, index: int, window: tuple[float, float], inverted: bool = False) -> None:
    expected = [[gray(VALUES[index, y, x], window, inverted)] * 3 for x, y in PIXELS]
    assert colours(page, fit, PIXELS) == expected


def levels_are(page: Page, centre: float, width: float) -> None:
    expect(page.locator(".at-levels")).to_contain_text(re.compile(rf"^W {width}\s+L {centre}\b"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def rerun(page: Page) -> None:
    before = int(page.locator("text=/^reruns: /").inner_text().split(": ")[1])
    page.locator(".st-key-again button").evaluate("button => button.click()")  # leaves mouse and focus where they are
    expect(page.locator(f"text=/^reruns: {before + 1}/")).to_be_visible()


def test_pixels_have_the_gray_and_the_value_that_is_theirs(open_view):
    page = open_view("gray")
    fit = Fit(page, plane_of("gray"))
    levels_are(page, *ALL)
    grays_are(page, fit, MIDDLE, ALL)
    for x, y in PIXELS:
        hover(page, fit, x, y)
        expect(page.locator(".at-value")).to_have_text(f"x {x} y {y} {int(VALUES[MIDDLE, y, x])} HU")
    page.mouse.move(fit.box["x"] + 3, fit.box["y"] + 3)
    expect(page.locator(".at-value")).to_have_text("")


def test_windows_by_preset_key_field_and_drag(open_view):
    page = open_view("gray")
    fit = Fit(page, plane_of("gray"))
    page.locator(".preset").select_option(label="Lung: L -600, W 1500")
    levels_are(page, *LUNG)
    grays_are(page, fit, MIDDLE, LUNG)
    page.locator(STAGE).focus()
    press(page, "3")
    levels_are(page, 400, 1800)
    grays_are(page, fit, MIDDLE, (400, 1800))
    press(page, "i")
    expect(page.locator("[data-do=invert]")).to_have_attribute("aria-pressed", "true")
    grays_are(page, fit, MIDDLE, (400, 1800), inverted=True)
    press(page, "i", "1")
    page.locator("input.centre").fill("1000")
    page.locator("input.centre").press("Enter")
    page.locator("input.width").fill("3000")
    page.locator("input.width").press("Enter")
    levels_are(page, 1000, 3000)
    x, y = fit.place(32, 10)
    drag(page, (x, y), (x + 300, y + 100))  # 300 to the right is twice as wide; down raises the centre
    levels_are(page, 2000, 6000)
    grays_are(page, fit, MIDDLE, (2000, 6000))
    expect(page.locator(".preset")).to_have_value("")
    press(page, "4")
    expect(page.locator(".preset")).to_have_value("3")
    low, high = np.percentile(VALUES[MIDDLE], [0.5, 99.8], method="nearest")
    levels_are(page, round((low + high) / 2), int(high - low))
    press(page, "r")
    levels_are(page, *ALL)


def test_slices_by_key_wheel_and_slider_and_one_that_failed(open_view):
    page = open_view("gray")
    fit = Fit(page, plane_of("gray"))
    for key, index in {"ArrowDown": 13, "PageUp": 3, "ArrowLeft": 2, "Home": 0, "End": 23, "ArrowRight": 23}.items():
        press(page, key)
        shown(page, "acquired", index)
        grays_are(page, fit, index, ALL)
    hover(page, fit, 32, 24)
    page.mouse.wheel(0, -100)
    shown(page, "acquired", 22)
    expect(page.locator(".at-place")).to_contain_text("Acquired 23/24")
    expect(page.locator(".count")).to_have_text("23 / 24")
    page.locator(".slider").fill(str(views.BROKEN + 1))
    expect(page.locator(".notice")).to_have_text("The slice is damaged: its pixels end early.")
    assert colours(page, fit, PIXELS) == [[0, 0, 0]] * len(PIXELS)
    page.locator(".slider").fill("2")
    shown(page, "acquired", 1)
    expect(page.locator(".notice")).to_be_hidden()
    grays_are(page, fit, 1, ALL)
    page.locator("[data-tool=slices]").click()
    x, y = fit.place(32, 10)
    drag(page, (x, y), (x, y + 40))  # 8 pixels a slice
    shown(page, "acquired", 6)


def test_planes_have_their_marks_and_their_shape(open_view):
    page = open_view("gray")
    sides = ("left", "right", "top", "bottom")
    assert [page.locator(f".at-{side}").inner_text() for side in sides] == ["R", "L", "A", "P"]
    page.get_by_role("button", name="Coronal").click()
    shown(page, "coronal", views.ROWS // 2)
    assert [page.locator(f".at-{side}").inner_text() for side in sides] == ["R", "L", "H", "F"]
    fit = Fit(page, plane_of("gray", "coronal"))
    pixels = [(0, 0), (40, 5), (63, 23)]
    expected = [[gray(VALUES[y, views.ROWS // 2, x], ALL)] * 3 for x, y in pixels]
    assert colours(page, fit, pixels) == expected
    left, _ = fit.place(0, 0)
    beside = colours(page, fit, [(-1, 10), (64, 10)])
    assert beside == [[0, 0, 0]] * 2, "the image is as wide as its spacing says"
    assert left > fit.box["x"]
    page.get_by_role("button", name="Acquired").click()
    shown(page, "acquired", MIDDLE)
    page.locator(".at-title").evaluate("element => { element.textContent = 'a long name '.repeat(30) }")
    title, letter = (page.locator(place).bounding_box() for place in (".at-title", ".at-top"))
    assert title["x"] + title["width"] <= letter["x"], "the name ends before the letter"


def rulers(summary: Locator, count: int) -> list[float]:
    """The lengths in mm that the rulers show, once there are so many."""
    expect(summary).to_have_text(re.compile(rf"^(ruler: [\d.]+ mm\s*){{{count}}}$"))
    return [float(length) for length in re.findall(r"ruler: ([\d.]+) mm", summary.inner_text())]


def test_rulers_and_rectangles_measure(open_view):
    page = open_view("gray")
    fit = Fit(page, plane_of("gray"))
    press(page, "m")
    drag(page, fit.place(10, 10), fit.place(40, 30))
    drag(page, fit.place(5, 40), fit.place(45, 40))
    summary = page.locator(".summary")
    oblique = math.hypot(30 * SPACING[2], 20 * SPACING[1])
    assert rulers(summary, 2) == pytest.approx([oblique, 40 * SPACING[2]], abs=0.2)  # the mouse moves in whole pixels
    drag(page, fit.place(45, 40), fit.place(25, 40))  # by its end
    assert rulers(summary, 2) == pytest.approx([oblique, 20 * SPACING[2]], abs=0.2)
    press(page, "Backspace", "Backspace", "b")
    expect(summary).to_have_text("")
    drag(page, fit.place(50, 35), fit.place(20, 15))
    inside = VALUES[MIDDLE, 15:35, 20:50]
    for text in (
        f"Mean {inside.mean():.1f} HU, SD {inside.std():.1f}",
        f"Min {inside.min():.0f}, max {inside.max():.0f}",
        f"{inside.size * SPACING[1] * SPACING[2]:.1f} mm², {inside.size} px",
    ):
        expect(summary).to_contain_text(text)
    press(page, "ArrowDown")
    shown(page, "acquired", MIDDLE + 1)
    expect(summary).to_have_text("")
    press(page, "ArrowUp")
    expect(summary).to_contain_text("Mean")
    page.locator("[data-do=clear]").click()
    expect(summary).to_have_text("")


def test_the_mask_lies_over_in_the_colours_of_its_classes(open_view):
    page = open_view("masked")
    fit = Fit(page, plane_of("masked"))
    pixels = [(3, 5), (20, 5), (50, 5)]

    def expected(opacity: float) -> np.ndarray:
        under = np.array([[gray(VALUES[MIDDLE, y, x], ALL, inverted=True)] * 3 for x, y in pixels], float)
        for row, number in ((0, 1), (1, 2)):
            ink = np.array([int(template.colour(number)[i : i + 2], 16) for i in (1, 3, 5)])
            under[row] = (1 - opacity) * under[row] + opacity * ink
        return under

    assert np.abs(colours(page, fit, pixels) - expected(0.4)).max() <= 2
    page.locator(".opacity").fill("100")
    hover(page, fit, 3, 5)
    expect(page.locator(".at-value")).to_contain_text("Liver")
    assert np.abs(colours(page, fit, pixels) - expected(1)).max() <= 2
    expect(page.locator(".legend")).to_have_text("LiverSpleen")
    page.locator(STAGE).focus()
    press(page, "o")
    expect(page.locator("[data-do=toggleMask]")).to_have_attribute("aria-pressed", "false")
    fit = Fit(page, plane_of("masked"))  # the page may have scrolled
    assert np.abs(colours(page, fit, pixels) - expected(0)).max() == 0


def test_colour_shows_its_channels_and_measures_in_pixels(open_view):
    page = open_view("colour")
    fit = Fit(page, plane_of("colour"))
    assert colours(page, fit, [(0, 0), (5, 20), (31, 31)]) == [[0, 0, 100], [40, 160, 100], [248, 248, 100]]
    hover(page, fit, 5, 20)
    expect(page.locator(".at-value")).to_have_text("x 5 y 20 R 40 G 160 B 100")
    expect(page.locator(".film")).to_be_hidden()
    press(page, "m")
    drag(page, fit.place(3, 4), fit.place(6, 8))
    expect(page.locator(".summary")).to_have_text("ruler: 5.00 px")


def test_floats_start_in_a_window_of_their_own_that_python_hears(open_view):
    page = open_view("floats")
    fit = Fit(page, plane_of("floats"))
    values = views.Floats().pixels.astype(float)
    expect(page.locator("text=/^heard: ViewState/")).to_be_visible()
    heard = page.locator("text=/^heard: /").inner_text()
    centre, width = (float(re.search(rf"{name}=([\d.]+)", heard)[1]) for name in ("centre", "width"))
    low, high = np.percentile(values, [0.5, 99.8])
    assert (centre, width) == pytest.approx(((low + high) / 2, high - low), abs=2e-3)
    x, y = 30, 6
    assert colours(page, fit, [(x, y)]) == [[gray(values[y, x], (centre, width))] * 3]
    hover(page, fit, x, y)
    shown_value = page.locator(".at-value").inner_text().split()[-1]
    assert float(shown_value) == pytest.approx(values[y, x], abs=5e-4)


def test_zoom_keeps_what_lies_under_the_pointer_and_reset_undoes_all(open_view):
    page = open_view("gray")
    fit = Fit(page, plane_of("gray"))
    x, y = fit.place(50.5, 30.5)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -500)
    page.keyboard.up("Control")
    expect(page.locator(".at-levels")).not_to_contain_text("Zoom 1×")
    expect(page.locator(".at-value")).to_contain_text("x 50 y 30")
    page.locator("[data-tool=pan]").click()
    drag(page, (x, y), (x - 60, y + 40))
    expect(page.locator(".at-value")).to_contain_text("x 50 y 30")
    page.locator(STAGE).focus()
    press(page, "i", "2", "r")
    levels_are(page, *ALL)
    expect(page.locator(".at-levels")).to_contain_text("Zoom 1×")
    grays_are(page, fit, MIDDLE, ALL)


def test_cine_plays_past_a_broken_slice_and_pauses(open_view):
    page = open_view("gray")
    page.locator(".rate").select_option("50")
    page.locator(STAGE).evaluate(
        """stage => {
            const viewer = stage.closest(".viewer")
            window.seen = new Set()
            new MutationObserver(() => window.seen.add(viewer.dataset.shown)).observe(viewer, { attributes: true })
        }"""
    )
    page.locator(STAGE).focus()
    press(page, " ")
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"() => window.seen.size >= {views.SLICES - 1}")  # it goes round
    press(page, " ")
    expect(page.locator("[data-do=play]")).to_have_attribute("aria-pressed", "false")
    index = int(page.locator(".slider").input_value()) - 1
    expect(page.locator("text=/^heard: /")).to_contain_text(f"index={index},")


def test_what_was_chosen_survives_reruns_and_python_hears_of_it(open_view):
    page = open_view("gray")
    expect(page.locator("text=/^heard: /")).to_have_text(
        "heard: ViewState(plane='acquired', index=12, centre=2000, width=8000, inverted=False)"
    )
    page.locator(VIEWER).evaluate("viewer => (viewer.marked = true)")
    press(page, "ArrowDown", "2", "+", "m")
    fit = Fit(page, plane_of("gray"))
    drag(page, fit.place(20, 20), fit.place(40, 20))
    length = page.locator(".summary").inner_text()
    expect(page.locator("text=/^heard: /")).to_have_text(
        "heard: ViewState(plane='acquired', index=13, centre=-600.0, width=1500.0, inverted=False)"
    )
    rerun(page)
    page.emulate_media(color_scheme="dark")
    rerun(page)
    shown(page, "acquired", 13)
    levels_are(page, *LUNG)
    expect(page.locator(".at-levels")).to_contain_text("Zoom 1.25×")
    expect(page.locator(".summary")).to_have_text(length)
    assert page.locator(VIEWER).evaluate("viewer => viewer.marked"), "the viewer was mounted anew"


def test_a_viewer_that_was_away_comes_back_as_it_was_left(open_view):
    page = open_view("gray")
    press(page, "ArrowDown", "2", "+", "m")
    fit = Fit(page, plane_of("gray"))
    drag(page, fit.place(20, 20), fit.place(40, 20))
    length = page.locator(".summary").inner_text()
    expect(page.locator("text=/^heard: /")).to_contain_text("index=13")
    page.get_by_text("Hide", exact=True).click()
    expect(page.get_by_text("hidden", exact=True)).to_be_visible()
    expect(page.locator(VIEWER)).to_have_count(0)
    page.get_by_text("Hide", exact=True).click()
    shown(page, "acquired", 13)
    levels_are(page, *LUNG)
    expect(page.locator(".at-levels")).to_contain_text("Zoom 1.25×")
    expect(page.locator(".summary")).to_have_text(length)


def test_a_rerun_does_not_disturb_a_drag(open_view):
    page = open_view("gray")
    x, y = Fit(page, plane_of("gray")).place(10, 10)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y)
    rerun(page)
    page.mouse.move(x + 300, y)
    levels_are(page, 2000, 16000)
    page.mouse.up()
    expect(page.locator("text=/^heard: /")).to_contain_text("width=16000")


def test_an_image_that_was_closed_says_so_and_comes_back_with_the_page(open_view, problems):
    page = open_view("gray")
    page.locator(".st-key-lose button").click()
    expect(page.get_by_text("lost", exact=True)).to_be_visible()
    page.mouse.move(*Fit(page, plane_of("gray")).place(5, 5))
    page.mouse.down()  # while something is held, Python is not told, and so the page does not run
    page.get_by_role("button", name="Coronal").evaluate("button => button.click()")
    expect(page.locator(".notice")).to_have_text("This image was closed; open it again.")
    page.mouse.up()
    shown(page, "coronal", views.ROWS // 2)
    expect(page.locator(".notice")).to_be_hidden()
    assert any("status of 401" in problem for problem in problems)
    problems[:] = [problem for problem in problems if "status of 401" not in problem]


def test_a_mask_laid_over_keeps_slice_window_and_measures(open_view):
    page = open_view("gray")
    press(page, "ArrowDown", "2", "m")
    fit = Fit(page, plane_of("gray"))
    drag(page, fit.place(20, 20), fit.place(40, 20))
    expect(page.locator("text=/^heard: /")).to_contain_text("index=13, centre=-600")
    page.get_by_text("overlaid", exact=True).click()
    expect(page.locator(".opacity")).to_be_visible()
    shown(page, "acquired", 13)
    levels_are(page, *LUNG)
    expect(page.locator(".summary")).to_have_text(f"ruler: {20 * SPACING[2]:.1f} mm")
    expect(page.locator("text=/^heard: /")).to_contain_text("index=13, centre=-600")


def test_a_slice_that_is_not_there_yet_is_said_to_come_and_comes(page, viewer_server, problems):
    page.goto(f"{viewer_server.url}/?view=slow")
    expect(page.locator(".notice")).to_have_text("Decoding slice 1 …", timeout=20_000)
    shown(page, "acquired", 0)
    expect(page.locator(".notice")).to_be_hidden()
    assert all("status of 503" in problem for problem in problems)
    problems.clear()


def test_help_and_focus(open_view):
    page = open_view("gray")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys and mouse")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog", name="Keys and mouse")).to_be_hidden()
    for button in page.locator(f"{VIEWER} button").all():
        assert button.get_attribute("aria-label") or button.inner_text(), "a button without a name"
    press(page, "r")
    expect(page.locator("text=/^reruns: /")).to_have_text("reruns: 0")  # Streamlit's own key for a rerun


def test_fingers_on_a_phone(browser, viewer_server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{viewer_server.url}/?view=masked")
    shown(page, "acquired", MIDDLE)
    assert not page.evaluate(WIDER_THAN_SCREEN)
    page.locator(STAGE).scroll_into_view_if_needed()
    box = page.locator(STAGE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": number} for number, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 75, y))
    fingers("touchEnd")
    levels_are(page, 2000, 9514)  # 8000 * 2 ** (75 / 300)
    fingers("touchStart", (x - 30, y))
    fingers("touchStart", (x - 30, y), (x + 30, y))
    fingers("touchMove", (x - 60, y), (x + 60, y))
    fingers("touchEnd")
    expect(page.locator(".at-levels")).to_contain_text("Zoom 2×")
    levels_are(page, 2000, 9514)
    context.close()
