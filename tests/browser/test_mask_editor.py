"""The mask editor in a real browser, pixel by pixel, and a drawing on the page from the first stroke to its Dice."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.server import ROOT, Server, serve
from tests.browser.test_pages import WIDER_THAN_SCREEN

APP = ("run", str(Path(__file__).with_name("mask_editor_app.py")))
EDITOR, STAGE = ".editor", ".editor .stage"
ROWS, COLUMNS = 40, 60


@pytest.fixture(scope="module")
def editor_server(browser, tmp_path_factory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("editor")
    with serve(APP, {"MEDCORE_HOME": str(home), "PYTHONPATH": str(ROOT)}) as running:
        yield running


@pytest.fixture
def editor(page, editor_server) -> Page:
    page.goto(editor_server.url)
    begin(page)
    return page


def begin(page: Page, name: str = "A") -> None:
    expect(page.locator(EDITOR)).to_have_attribute("data-shown", name, timeout=20_000)
    page.locator(STAGE).focus()


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the image lies on the page; corners of pixels are whole numbers."""
    box = page.locator(STAGE).bounding_box()
    scale = min(box["width"] / COLUMNS, box["height"] / ROWS)
    return (
        box["x"] + box["width"] / 2 + (x - COLUMNS / 2) * scale,
        box["y"] + box["height"] / 2 + (y - ROWS / 2) * scale,
    )


def stroke(page: Page, *points: tuple[float, float]) -> None:
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, *point))
    page.mouse.up()


def heard(page: Page, first: int, second: int = 0) -> None:
    """Python has a mask of so many pixels of each class."""
    expect(page.get_by_text(f"heard: [{ROWS * COLUMNS - first - second}, {first}, {second}]")).to_be_visible()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def size(page: Page, pixels: int) -> None:
    page.get_by_label("Size of the brush in pixels").fill(str(pixels))
    page.locator(STAGE).focus()


def clear(page: Page) -> None:
    page.get_by_role("button", name="Remove all that is drawn").click()
    page.locator(STAGE).focus()


def test_every_tool_pixel_by_pixel(editor):
    for pixels in (1, 2, 5, 8):
        size(editor, pixels)
        editor.mouse.click(*place(editor, 30.3, 20.3))
        offsets = np.arange(-10, 11) + (0 if pixels % 2 else 0.5)
        heard(editor, int((np.add.outer(offsets**2, offsets**2) <= pixels**2 / 4).sum()))
        clear(editor)

    size(editor, 1)
    told = int(editor.locator(EDITOR).get_attribute("data-told"))
    stroke(editor, (5.5, 5.5), (25.5, 5.5), (45.5, 5.5))
    heard(editor, 41)  # no gaps
    assert int(editor.locator(EDITOR).get_attribute("data-told")) <= told + 2  # the clearing, and the stroke once
    press(editor, "e")
    stroke(editor, (10.5, 0.5), (10.5, 30.5))
    heard(editor, 40)
    clear(editor)

    press(editor, "2", "p")
    for corner in ((10, 10), (30, 10), (30, 25), (10, 25)):
        editor.mouse.click(*place(editor, *corner))
    expect(editor.get_by_role("button", name="Close polygon")).to_be_visible()
    press(editor, "Enter")
    heard(editor, 0, 20 * 15)
    for corner in ((40, 10), (50, 10), (45, 20)):
        editor.mouse.click(*place(editor, *corner))
    press(editor, "Control+z", "Enter")  # of three corners one is taken back: there is nothing to close
    heard(editor, 0, 20 * 15)
    press(editor, "1", "f")
    editor.mouse.click(*place(editor, 15.5, 15.5))
    heard(editor, 20 * 15, 0)
    editor.mouse.click(*place(editor, 2.5, 2.5))
    heard(editor, ROWS * COLUMNS, 0)


def test_sixty_strokes_are_undone_and_done_again(editor):
    size(editor, 1)
    for number in range(60):
        editor.mouse.click(*place(editor, number + 0.5, number % ROWS + 0.5))
    heard(editor, 60)
    press(editor, *["Control+z"] * 55)
    heard(editor, 5)
    press(editor, *["Control+Shift+Z"] * 54)
    heard(editor, 59)
    editor.get_by_role("button", name="Redo").click()
    heard(editor, 60)
    clear(editor)
    heard(editor, 0)
    editor.get_by_role("button", name="Undo").click()
    heard(editor, 60)


def test_each_reader_keeps_mask_and_steps_through_reruns_and_themes(editor):
    size(editor, 1)
    editor.mouse.click(*place(editor, 3.5, 3.5))
    editor.mouse.click(*place(editor, 5.5, 3.5))
    heard(editor, 2)
    editor.get_by_text("B", exact=True).click()
    begin(editor, "B")
    assert editor.locator(f"{EDITOR} .summary").inner_text() == "Liver 0 pixels, Spleen 0 pixels"
    editor.mouse.click(*place(editor, 3.5, 3.5))
    heard(editor, 1)
    editor.get_by_text("A", exact=True).click()
    begin(editor, "A")
    heard(editor, 2)
    press(editor, "Control+z")
    heard(editor, 1)

    editor.emulate_media(color_scheme="dark")
    editor.get_by_role("button", name="Run again").click()
    heard(editor, 1)
    editor.get_by_text("Hide", exact=True).click()
    expect(editor.get_by_text("hidden")).to_be_visible()
    editor.get_by_text("Hide", exact=True).click()
    begin(editor)
    heard(editor, 1)
    press(editor, "Control+z")
    heard(editor, 0)
    press(editor, "Control+y")
    heard(editor, 1)
    editor.get_by_text("All liver").click()  # Python puts a mask in its place
    expect(editor.locator(f"{EDITOR} .summary")).to_have_text(f"Liver {ROWS * COLUMNS} pixels, Spleen 0 pixels")
    editor.locator(STAGE).focus()
    press(editor, "Control+z")
    expect(editor.locator(f"{EDITOR} .summary")).to_have_text("Liver 1 pixels, Spleen 0 pixels")

    size(editor, 1)
    press(editor, "2")
    editor.mouse.click(*place(editor, 9.5, 9.5))
    heard(editor, 1, 1)
    editor.get_by_text("Liver alone").click()  # a class goes, and with it what was drawn of it and the steps
    heard(editor, 1)
    expect(editor.locator(f"{EDITOR} .summary")).to_have_text("Liver 1 pixels")
    expect(editor.get_by_role("button", name="Undo")).to_be_disabled()


def test_one_finger_draws_and_two_zoom(browser, editor_server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(editor_server.url)
    begin(page)
    size(page, 1)
    fingers = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [dict(zip("xy", place(page, *point), strict=True), id=i) for i, point in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    page.locator(STAGE).scroll_into_view_if_needed()
    touch("touchStart", (5.5, 5.5))
    touch("touchMove", (25.5, 5.5))
    touch("touchEnd")
    heard(page, 21)
    touch("touchStart", (20, 20))
    touch("touchStart", (20, 20), (40, 20))
    touch("touchMove", (10, 20), (50, 20))
    touch("touchEnd")
    expect(page.locator(f"{EDITOR} .at-levels")).to_have_text("Zoom 2×")
    heard(page, 21)  # the first finger's stroke is given up
    assert not page.evaluate(WIDER_THAN_SCREEN)
    context.close()


def test_a_stroke_on_the_page_has_a_dice(page, server):
    page.goto(f"{server.url}/segmentation_demo?part=Draw+your+own&data_images=40")
    page.locator(f"{EDITOR}:not([data-shown=''])[data-shown]").wait_for(timeout=60_000)
    box = page.locator(STAGE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 90, y)
    page.mouse.down()
    page.mouse.move(x + 30, y - 20, steps=5)
    page.mouse.up()
    dice = page.locator(".st-key-draw_against_reference [data-testid=stMetricValue]")
    expect(dice).to_be_visible(timeout=20_000)
    first = dice.inner_text()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()
    expect(dice).to_have_count(0)
    page.keyboard.press("Control+Shift+Z")
    expect(dice).to_have_text(first)

    (count,) = re.findall(r"[\d,]+(?= px)", page.locator(f"{EDITOR} .classes").inner_text())
    with page.expect_download() as begun:
        page.get_by_role("button", name="Mask of Reader A (PNG)").click()
    with Image.open(begun.value.path()) as drawn:
        assert np.count_nonzero(np.asarray(drawn)) == int(count.replace(",", ""))
