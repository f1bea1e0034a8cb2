"""A recipe in a real browser: a slider changes what is seen, a trained model meets it, a link carries it."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.server import Server
from tests.browser.test_pages import settle

READING = 60_000  # ms; the first time another process reads the set
TRAINING = 120_000
QUERY = {"tab": "Preparation", "dataset": "Digits 8x8", "prep_corruption": "Gaussian noise"}


def prepare(page: Page, server: Server, **query: str) -> None:
    page.goto(f"{server.url}/data_explorer?{urlencode(QUERY | query)}")
    picture(page, "After").wait_for(timeout=READING)
    settle(page)


def picture(page: Page, alt: str) -> Locator:
    return page.get_by_alt_text(alt, exact=True)


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def test_a_slider_changes_the_picture_after_and_not_before(page, server):
    prepare(page, server)
    before, after = (picture(page, alt).get_attribute("src") for alt in ("Before", "After"))
    slider = page.locator(".st-key-prep_gaussian_noise_sd input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    expect(picture(page, "After")).not_to_have_attribute("src", after)
    assert picture(page, "Before").get_attribute("src") == before
    assert address(page)["prep_gaussian_noise_sd"] == ["0.11"]


def test_reset_gives_the_image_back(page, server):
    prepare(page, server)
    expect(picture(page, "After")).not_to_have_attribute("src", picture(page, "Before").get_attribute("src"))
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(picture(page, "After")).to_have_attribute("src", picture(page, "Before").get_attribute("src"))
    assert "prep_corruption" not in address(page)


@pytest.mark.slow
def test_from_the_recipe_to_a_trained_model_and_back(page, server):
    """The link carries the recipe to the lab; the model trained there meets noise it never saw."""
    prepare(page, server, prep_normalisation="Z-score", prep_corruption="")
    with page.expect_popup() as opened:
        page.get_by_role("link", name=re.compile("with this preparation")).click()
    lab = opened.value
    settle(lab)
    assert address(lab)["prep_normalisation"] == ["Z-score"]
    lab.get_by_role("button", name="Train", exact=True).click()
    expect(lab.get_by_text("done", exact=True)).to_have_count(3, timeout=TRAINING)
    prepare(page, server, prep_normalisation="Z-score")
    page.get_by_role("button", name="Test this preparation on it").click()
    expect(page.get_by_text("the same weights", exact=False)).to_be_visible(timeout=TRAINING)
    assert len(address(page)["tests"][0].split(",")) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pictures_stay_in_sight_while_the_last_step_is_chosen(page, server, width):
    page.set_viewport_size({"width": width, "height": 844})
    prepare(page, server, prep_augmentation="Rotate")
    page.locator(".st-key-prep_normalisation").scroll_into_view_if_needed()
    expect(page.locator(".st-key-prep_normalisation")).to_be_in_viewport()
    expect(picture(page, "After")).to_be_in_viewport(ratio=0.9)


def test_on_a_phone_the_pictures_come_before_the_steps(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    prepare(page, server)
    assert picture(page, "After").bounding_box()["y"] < page.locator(".st-key-prep_corruption").bounding_box()["y"]
    assert picture(page, "After").bounding_box()["y"] == picture(page, "Before").bounding_box()["y"]
