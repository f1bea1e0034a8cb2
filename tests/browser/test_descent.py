"""Optimizers on a surface in a real browser: what is drawn, said and remembered."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import ROOT, Server, serve
from medcore.optimization.race import Race
from tests.browser.test_pages import WIDER_THAN_SCREEN

APP = ("run", str(Path(__file__).with_name("surface_app.py")))
SCENE = ".descent"
TWO = "s_optimizers=Gradient+descent&s_optimizers=Adam"


@pytest.fixture(scope="module")
def surface_server(browser) -> Iterator[Server]:
    with serve(APP, {"PYTHONPATH": str(ROOT)}) as running:
        yield running


@pytest.fixture
def scene(page, surface_server):
    """Opens an address and waits for the paths."""

    def open_(query: str = TWO) -> Page:
        page.goto(f"{surface_server.url}/?{query}")
        drawn(page)
        return page

    return open_


def drawn(page: Page) -> None:
    expect(page.locator(f"{SCENE}[data-drawn]")).to_be_visible(timeout=20_000)


def turn(page: Page, dial: str, key: str, times: int = 1) -> None:
    """Turns a dial by keys and waits until what was asked for last is drawn."""
    before = int(page.locator(SCENE).get_attribute("data-drawn"))
    for _ in range(times):
        page.locator(f"input[data-dial={dial}]").press(key)
    expect(page.locator(SCENE)).to_have_attribute("data-drawn", str(before + times))


def state(page: Page, label: str) -> str:
    return page.locator(".descent .racers li", has_text=label).locator(".state").inner_text()


def place(page: Page, x: float, y: float, surface: str = "bowl") -> tuple[float, float]:
    """Where a point of the surface lies on the page."""
    frame = page.evaluate(
        """() => {
            const box = document.querySelector(".descent .ink").getBoundingClientRect()
            const { xaxis, yaxis } = document.querySelector(".descent .plane .plot")._fullLayout
            return [box.left + xaxis._offset, box.top + yaxis._offset, xaxis._length, yaxis._length]
        }"""
    )
    (low_x, high_x), (low_y, high_y) = Race(surface, ("gd",)).ground.domain
    across, up = (x - low_x) / (high_x - low_x), (y - low_y) / (high_y - low_y)
    return frame[0] + across * frame[2], frame[1] + (1 - up) * frame[3]


def colour_at(page: Page, x: float, y: float) -> list[int]:
    """Of the paths' canvas."""
    return page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector(".descent .ink")
            const box = canvas.getBoundingClientRect()
            const ratio = canvas.width / box.width
            const at = [(x - box.left) * ratio, (y - box.top) * ratio].map(Math.round)
            return Array.from(canvas.getContext("2d").getImageData(...at, 1, 1).data)
        }""",
        [x, y],
    )


def number(text: str) -> float:
    """As the page writes it."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    factor, power = re.fullmatch(r"(?:(.*)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(.*)", text).group(1, 2)
    return float(text.translate(digits)) if power is None else float(f"{factor or 1}e{power.translate(digits)}")


def test_the_paths_are_those_of_the_rules(scene):
    page = scene()
    paths = Race("bowl", ("gd", "adam")).paths()
    for label, rule in (("Gradient descent", "gd"), ("Adam", "adam")):
        assert number(state(page, label).removeprefix("f = ")) == pytest.approx(paths[rule].values[-1], rel=1e-2)
    page.locator(".ink").press("Home")
    for _ in range(2):
        page.locator(".ink").press("ArrowRight")
    expect(page.locator(".count")).to_have_text("2 / 300")
    middle = paths["gd"].points[:2].mean(axis=0)
    assert colour_at(page, *place(page, *middle))[:3] == [0x44, 0x77, 0xAA]


def test_the_rule_stands_there_with_the_numbers_of_the_step(scene):
    page = scene()
    page.get_by_role("button", name="Adam").last.click()
    page.locator(".ink").press("Home")
    expect(page.locator(".rule .heading")).to_have_text("Adam, before the first step")
    page.locator(".ink").press("ArrowRight")
    expect(page.locator(".rule .heading")).to_have_text("Adam, step 1")
    rows = page.locator(".rule tbody tr")
    expect(rows).to_have_count(4)
    # g = (-1.9, 12), m = 0.1 g, s = 0.001 g²; both biases corrected the step is the learning rate, 0.1
    expect(rows.nth(0).locator("td").first).to_have_text("0.9 · 0 + 0.1 · (−1.9) = −0.19")
    expect(rows.nth(1).locator("td").nth(1)).to_have_text("0.999 · 0 + 0.001 · 12² = 0.144")
    expect(rows.nth(2).locator("td").first).to_have_text("0.1 · √(1 − 0.999¹) / (1 − 0.9¹) = 0.03162")
    expect(rows.nth(3).locator("td").first).to_have_text("−1.9 − 0.03162 · (−0.19) / (√0.00361 + 10⁻⁷) = −1.8")


def test_every_rule_adds_up(scene):
    """The numbers of each line, put together as it says, give what stands behind its equals sign."""
    labels = ("Mini-batch SGD", "Momentum", "Nesterov", "RMSprop", "Adagrad", "AdamW", "Nadam", "Lion")
    chosen = "&".join(f"s_optimizers={label.replace(' ', '+')}" for label in labels)
    page = scene(f"{chosen}&s_noise=0.2&s_weight_decay=0.5&s_epsilon=0.01")
    page.locator(".ink").press("Home")
    for _ in range(3):
        page.locator(".ink").press("ArrowRight")
    for label in labels:
        page.locator(".racers").get_by_role("button", name=label).click()
        expect(page.locator(".rule .heading")).to_have_text(f"{label}, step 3")
        for line in page.locator(".rule td:visible").all_inner_texts():
            formula, _, result = line.partition(";")[0].rpartition(" = ")
            assert evaluated(formula) == pytest.approx(number(result), rel=0.02, abs=2e-3), (label, line)


def evaluated(formula: str) -> float:
    """A line as the page writes it."""
    powers = r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−·", "0123456789--*")
    text = re.sub(powers, lambda found: f"10**({found[1].translate(digits)})", formula)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**{found[0].translate(digits)}", text)
    text = re.sub(r"√(\d[\d.]*(?:e-?\d+)?)", r"√(\1)", text)
    text = text.translate(digits).replace("√", "sqrt").replace("½", "0.5")
    return float(eval(text, {"sqrt": np.sqrt, "sign": np.sign}))


def test_a_turned_dial_is_drawn_and_remembered(scene):
    page = scene()
    page.locator(".ink").evaluate("(ink) => (window.ink = ink)")
    turn(page, "lr_gd", "ArrowRight", 2)
    expect(page.locator(".racers").get_by_text("diverged at step")).to_have_count(1)
    gone = Race("bowl", ("gd", "adam"), values={"lr_gd": 0.224}).paths()["gd"].diverged_at
    assert state(page, "Gradient descent") == f"diverged at step {gone}"
    assert state(page, "Adam").startswith("f = ")
    page.wait_for_url(re.compile("s_lr_gd=0.224"))
    expect(page.get_by_text("reruns: 1")).to_be_visible()
    assert page.evaluate("document.querySelector('.descent .ink') === window.ink"), "the component was mounted anew"
    page.reload()
    drawn(page)
    assert state(page, "Gradient descent") == f"diverged at step {gone}"
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_url(lambda url: "s_lr_gd" not in url)
    assert state(page, "Gradient descent").startswith("f = ")


def test_rates_of_any_length_leave_the_sliders_as_long_as_each_other(scene):
    page = scene(f"{TWO}&s_lr_gd=0.0000126")
    expect(page.locator(".racers output").first).to_have_text("1.26·10⁻⁵")
    [first, second] = [box.bounding_box()["width"] for box in page.locator(".racers input").all()]
    assert first == second


def test_a_choice_in_the_sidebar_does_not_turn_a_dial_back(scene):
    page = scene()
    turn(page, "lr_gd", "ArrowLeft", 3)
    page.get_by_test_id("stSidebar").get_by_role("button", name="Lion").click()
    expect(page.locator(SCENE)).to_have_attribute("data-racers", "gd,adam,lion")
    page.wait_for_url(re.compile("s_lr_gd=0.126"))
    expect(page.locator(".racers output").first).to_have_text("0.126")


def test_a_click_sets_the_start(scene):
    page = scene()
    page.mouse.click(*place(page, 1.0, -0.5))
    field = page.locator(".st-key-s_x input")
    expect(field).not_to_have_value("-1.9")
    assert float(field.input_value()) == pytest.approx(1.0, abs=0.02)
    page.wait_for_url(re.compile("s_x=.*s_y="))
    assert colour_at(page, *place(page, float(field.input_value()), -0.5))[3] == 255
    page.reload()
    drawn(page)
    assert float(page.locator(".st-key-s_x input").input_value()) == pytest.approx(1.0, abs=0.02)


def test_another_surface_begins_with_what_suits_it(scene):
    page = scene(f"{TWO}&s_lr_gd=0.3&s_x=1.5")
    assert state(page, "Gradient descent").startswith("diverged")
    page.get_by_test_id("stSelectbox").click()
    page.get_by_role("option", name="Himmelblau").click()
    expect(page.locator(".descent .formula")).to_contain_text("11")
    expect(page.locator(".st-key-s_x input")).to_have_value("0")
    final = Race("himmelblau", ("gd",)).paths()["gd"].values[-1]
    expect(page.locator(".racers .state").first).to_have_text(re.compile("^f = "))
    assert number(state(page, "Gradient descent").removeprefix("f = ")) == pytest.approx(final, rel=1e-2)
    assert "s_lr_gd" not in page.url
    assert "s_x" not in page.url


def test_paths_lie_where_the_surface_says_after_it_was_changed_in_place(scene):
    page = scene(TWO)
    for label, name, star in (("Rosenbrock", "rosenbrock", (1.0, 1.0)), ("Himmelblau", "himmelblau", (3.0, 2.0))):
        page.get_by_test_id("stSelectbox").click()
        page.get_by_role("option", name=label).click()
        fits(page, name, star)
    page.set_viewport_size({"width": 900, "height": 900})
    fits(page, "himmelblau", (3.0, 2.0))


def fits(page: Page, name: str, star: tuple[float, float]) -> None:
    """Waits until this surface fills its area, its axes reach over its domain, and its star lies where they say."""
    (low_x, high_x), (low_y, high_y) = Race(name, ("gd",)).ground.domain
    page.wait_for_function(
        """(ranges) => {
            const area = document.querySelector(".descent .plane")
            const { xaxis, yaxis, width, height } = area.querySelector(".plot")._fullLayout
            const same = JSON.stringify([xaxis.range, yaxis.range]) === JSON.stringify(ranges)
            const scale = (axis) => axis._length / (axis.range[1] - axis.range[0])
            return same && width === area.clientWidth && Math.abs(height - area.clientHeight) < 1 &&
                Math.abs(scale(xaxis) - scale(yaxis)) < 0.01 && area.querySelector("canvas").clientWidth === width
        }""",
        arg=[[low_x, high_x], [low_y, high_y]],
    )
    page.wait_for_function(
        "(name) => document.querySelector('.descent').dataset.surface === name",
        arg=name,
    )
    assert colour_at(page, *place(page, *star, name))[3] == 255
    beside = place(page, *star, name)
    assert colour_at(page, beside[0] + 14, beside[1])[3] == 0


def test_the_player_plays_pauses_and_scrubs(scene):
    page = scene()
    page.locator(".speed").select_option("200")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator(".scrubber").press("Home")
    expect(page.locator(SCENE)).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="One step on").click()
    expect(page.locator(SCENE)).to_have_attribute("data-step", "1")
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(SCENE)).to_have_attribute("data-step", "0")
    page.locator(".ink").press("Space")
    expect(page.locator(SCENE)).to_have_attribute("data-step", "300", timeout=15_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_in_three_dimensions_the_same_paths_lie_on_the_surface(scene):
    page = scene()
    flat = page.locator(".scene").bounding_box()
    page.get_by_role("button", name="3D").click()
    page.wait_for_function("() => document.querySelector('.descent .relief').data?.[1]?.x.length === 301")
    x = page.evaluate("() => Array.from(document.querySelector('.descent .relief').data[1].x)")
    np.testing.assert_allclose(x, Race("bowl", ("gd",)).paths()["gd"].points[:, 0], atol=1e-9)
    assert page.locator(".scene").bounding_box() == flat, "what stands below jumps"
    page.get_by_role("button", name="To the start").click()
    page.wait_for_function("() => document.querySelector('.descent .relief').data[1].x.length === 1")


def test_a_start_outside_is_refused_in_one_sentence_and_can_be_mended(scene):
    page = scene()
    page.locator(".ink").evaluate("(ink) => (window.ink = ink)")
    field = page.locator(".st-key-s_x input")
    field.fill("9")
    field.press("Enter")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("The start must lie in the plot, x in -2.2 to 2.2")
    assert colour_at(page, *place(page, -1.9, 1.2))[3] == 255, "the start before it is gone"
    assert page.evaluate("document.querySelector('.descent .ink') === window.ink"), "the component was mounted anew"
    field.fill("1")
    field.press("Enter")
    expect(alert).to_have_count(0)
    drawn(page)


def test_on_a_phone_a_tap_sets_the_start(browser, problems, surface_server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{surface_server.url}/?{TWO}")
    drawn(page)
    page.locator(".ink").scroll_into_view_if_needed()
    page.touchscreen.tap(*place(page, 1.0, 0.5))
    page.wait_for_url(re.compile("s_x="))
    assert not page.evaluate(WIDER_THAN_SCREEN)
    context.close()
