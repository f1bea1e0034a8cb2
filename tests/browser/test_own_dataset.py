"""From a dropped ZIP to a trained network, in a real browser: the labs find the set, and this session alone."""

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from tests.browser.test_pages import settle

READING = 60_000  # ms
TRAINING = 120_000
PATIENTS = 10


def pictures() -> bytes:
    """A ZIP of a folder a class; the pictures of one have a bright square."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(PATIENTS):
            pixels = np.random.default_rng(number).integers(0, 100, (32, 32), np.uint8)
            pixels[8:20, 8:20] += 120 * (number % 2)
            picture = io.BytesIO()
            Image.fromarray(pixels).save(picture, "PNG")
            archive.writestr(f"{'with' if number % 2 else 'without'}/{number}.png", picture.getvalue())
    return buffer.getvalue()


def make(page: Page, server: Server) -> None:
    """Uploads, labels by folder, says that no text is in the pictures, and makes the set."""
    page.goto(f"{server.url}/data_explorer?tab=Your+own+images")
    settle(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "pictures.zip", "mimeType": "application/zip", "buffer": pictures()}
    )
    page.get_by_role("tab", name="Make a data set").click(timeout=READING)
    page.get_by_role("button", name="Labels from the folders").click()
    page.get_by_text(f"I have looked at these {PATIENTS} images").click()
    page.get_by_role("button", name="Make the set").click()
    page.get_by_role("button", name="Images and labels (.npz)").wait_for(timeout=READING)


@pytest.mark.slow
def test_uploads_become_a_set_that_a_network_learns(page, server):
    make(page, server)
    with page.expect_download() as download:
        page.get_by_role("button", name="Images and labels (.npz)").click()
    assert download.value.suggested_filename.startswith("medcore-set-")
    with np.load(download.value.path(), allow_pickle=False) as arrays:
        assert sum(len(arrays[f"{split}_images"]) for split in ("train", "val", "test")) == PATIENTS
    page.get_by_role("button", name="Use in the labs for this session").click()
    page.get_by_role("link", name="Train on it").click()
    page.get_by_role("heading", name="Which optimizer learns fastest?").wait_for()
    settle(page)
    expect(page.get_by_role("combobox", name="Data set", exact=True)).to_have_value(
        re.compile("^Your own images · [0-9a-f]{6}$")
    )
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("done", exact=True)).to_have_count(3, timeout=TRAINING)


def test_another_visitor_does_not_find_it(page, server, browser):
    make(page, server)
    page.get_by_role("button", name="Use in the labs for this session").click()
    page.get_by_role("link", name="Train on it").wait_for()
    title = page.get_by_role("combobox", name="Data set", exact=True).input_value()
    assert title.startswith("Your own images")
    other = browser.new_context().new_page()
    other.goto(f"{server.url}/optimizer_comparison?dataset={title}")
    settle(other)
    expect(other.get_by_role("combobox", name="Data set", exact=True)).to_have_value("CT simulator: liver lesions")
    other.context.close()
