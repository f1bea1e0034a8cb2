"""Masks that grow while a network trains, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.test_pages import TRAINING, WIDER_THAN_SCREEN, open_page, train

SMALL = {"data_images": "40", "unet_depth": "1", "unet_width": "4", "epochs": "3", "watched": "3"}
FILM = ".medcore-film"
INK = """canvases => canvases.map(canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    let coloured = 0
    for (let i = 0; i < data.length; i += 4) coloured += data[i] !== data[i + 1] || data[i] !== data[i + 2]
    return coloured
})"""
"""How many pixels of each canvas are not gray: where something is drawn over the image."""


def drawn(page: Page, epoch: int) -> list[int]:
    """Coloured pixels of each picture, once the film shows an epoch."""
    expect(page.locator(FILM)).to_have_attribute("data-drawn", str(epoch), timeout=TRAINING)
    return page.locator(f"{FILM} canvas").evaluate_all(INK)


def test_masks_grow_while_a_network_trains_and_can_be_scrubbed(page, server):
    open_page(page, server, "segmentation_demo", **SMALL)
    assert len(train(page)) == 1
    last = drawn(page, 3)
    assert len(last) == 6  # three images with their true outlines, and what the network says of them
    assert not any(last[:3])  # true outlines are white where colours say what is right
    expect(page.get_by_text("done", exact=True)).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("always saying “background” is right in")).to_be_visible(timeout=TRAINING)
    scrubber = page.locator(f"{FILM} .scrubber")
    scrubber.focus()
    scrubber.press("Home")
    expect(page.locator(f"{FILM} .where")).to_have_text("Before training")
    first = drawn(page, 0)
    assert first[:3] == last[:3]
    assert first[3:] != last[3:]
    page.get_by_role("button", name="Play").click()
    assert drawn(page, 3) == last
    page.get_by_role("button", name="Probability").click()
    expect(page.get_by_text("white: true outline")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert not page.evaluate(WIDER_THAN_SCREEN)
