"""The grid of a data set in a real browser: what is drawn, the keyboard, one image large, the address."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from medcore.data import digits
from tests.browser.test_pages import WIDER_THAN_SCREEN, settle

READING = 60_000  # ms; the first time another process reads the set
GRID = ".st-key-grid .medcore-grid"
FIRST_PIXELS = "cell => [...cell.querySelector('canvas').getContext('2d').getImageData(0, 0, 8, 8).data]"


def browse(page: Page, server: Server, **query: str) -> None:
    page.goto(f"{server.url}/data_explorer?{urlencode({'dataset': 'Digits 8x8', **query})}")
    page.locator(f"{GRID} .cell").first.wait_for(timeout=READING)
    settle(page)


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def test_the_pixels_are_those_of_the_set_and_the_words_stand_under_them(page, server):
    browse(page, server)
    splits = digits.entry().read({}, lambda sentence: None)
    cells = page.locator(f"{GRID} .cell")
    expect(cells).to_have_count(48)
    for number in (0, 17, 47):
        drawn = np.array(cells.nth(number).evaluate(FIRST_PIXELS)).reshape(8, 8, 4)
        expected = splits["train"].images[number]
        np.testing.assert_array_equal(drawn, np.concatenate([expected] * 3 + [np.full_like(expected, 255)], axis=2))
        label = splits["train"].class_names[splits["train"].labels[number]]
        expect(cells.nth(number)).to_have_accessible_name(f"{label}, train-{number}")


def test_filters_and_pages_stand_in_the_address(page, server):
    browse(page, server)
    page.locator(".st-key-split").get_by_text("test", exact=True).click()
    expect(page.get_by_text("359 images; click one to see it large.")).to_be_visible()
    expect(page.locator(f"{GRID} .cell").first).to_have_accessible_name(re.compile("test-0$"))
    page.locator(".st-key-page").get_by_text("3", exact=True).click()
    expect(page.locator(f"{GRID} .cell").first).to_have_accessible_name(re.compile("test-96$"))
    assert address(page) | {"split": ["test"], "page": ["3"]} == address(page)
    page.reload()
    expect(page.locator(f"{GRID} .cell").first).to_have_accessible_name(re.compile("test-96$"), timeout=READING)


def test_the_keyboard_chooses_an_image_and_steps_to_its_neighbours(page, server):
    browse(page, server)
    cells = page.locator(f"{GRID} .cell")
    columns = page.locator(GRID).evaluate("grid => getComputedStyle(grid).gridTemplateColumns.split(' ').length")
    cells.first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    expect(cells.nth(columns + 1)).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"image {columns + 1} of train")).to_be_visible()
    assert address(page)["image"] == [f"train-{columns + 1}"]
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.get_by_text(f"image {columns + 2} of train")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.wait_for_url(lambda url: "image=" not in url)


def test_a_click_opens_the_image_large_with_its_values(page, server):
    browse(page, server)
    page.locator(f"{GRID} .cell").nth(5).click()
    canvas = page.get_by_role("dialog").locator("canvas").first
    expect(canvas).to_be_visible(timeout=30_000)
    assert canvas.bounding_box()["width"] > 200


def test_a_link_opens_its_image(page, server):
    browse(page, server, image="test-7", split="test")
    expect(page.get_by_role("dialog").get_by_text("image 7 of test")).to_be_visible()
    expect(page.locator(f"{GRID} .cell[aria-pressed=true]")).to_have_accessible_name(re.compile("test-7$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("look", ["Images", "Numbers", "Duplicates", "Card"])
def test_a_phone_shows_it_all(page, server, theme, look):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/data_explorer?{urlencode({'dataset': 'Digits 8x8', 'look': look})}")
    words = {"Images": "click one", "Numbers": "Mean image", "Duplicates": "too small to tell", "Card": "Licence"}
    expect(page.get_by_text(words[look]).first).to_be_visible(timeout=READING)
    settle(page)
    assert not page.evaluate(WIDER_THAN_SCREEN)
