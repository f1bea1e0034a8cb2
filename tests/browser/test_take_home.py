"""What is taken home, in a real browser: the ZIP of a comparison, and its charts as PNG, SVG and CSV."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.server import Server, serve
from medcore import settings
from medcore.labs import optimizers
from medcore.runs.store import Store
from tests.pages.conftest import finish

APP = ("run", str(Path(__file__).with_name("take_home_app.py")))
MAKING = 60_000  # ms
WIDTH = 1100  # px, as in picture.js
SVG_TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("take")
    home.chmod(0o700)
    return home


@pytest.fixture(scope="module")
def app(home, browser) -> Iterator[Server]:
    with serve(APP, {"MEDCORE_HOME": str(home)}) as running:
        yield running


@pytest.fixture(scope="module")
def store(home) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(home))
        store = Store(settings.database_url())
    yield store
    store.close()


def finished(store: Store, dataset: str) -> str:
    """Address of two finished runs."""
    runs = optimizers.runs(dataset=dataset, model="mlp", optimizers=["momentum", "adam"], epochs=1)
    ids = store.create(runs, "somebody")
    for number, run in enumerate(ids):
        store.claim("small")
        finish(store, run, 0.8 + number / 10)
    return f"?runs={','.join(ids)}"


@pytest.fixture(scope="module")
def address(app, store) -> str:
    return f"{app.url}/{finished(store, 'digits')}"


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=MAKING) as download:
        page.get_by_role("button", name=re.compile(button)).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_the_zip_is_made_and_downloaded(page, address):
    page.goto(address)
    page.get_by_role("button", name="Make the ZIP").click()
    name, content = downloaded(page, "Download the ZIP")
    assert re.fullmatch(r"lab-[0-9a-f]{8}\.zip", name)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        script, images = packed.read("script.py").decode(), packed.read("data.npz")
        assert b"CC BY 4.0" in packed.read("README.txt")
    assert '"Momentum": {"optimizer": ("momentum", {"momentum": 0.9})' in script
    with np.load(io.BytesIO(images)) as data:
        assert data["train_images"].shape[1:] == (8, 8, 1)
    _, alone = downloaded(page, "Script$")
    assert alone.decode() == script


def test_a_data_set_that_is_gone_is_said_in_a_sentence(page, app, store):
    page.goto(f"{app.url}/{finished(store, 'vanished')}")
    page.get_by_role("button", name="Make the ZIP").click()
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_text(re.compile('There is no data set named "vanished"'), timeout=MAKING)
    expect(page.get_by_role("button", name="Download the ZIP")).to_have_count(0)
    expect(page.get_by_role("button", name="Make the ZIP")).to_be_enabled()


@pytest.fixture
def dark_page(browser, page, address) -> Page:
    """Charts come out on white whatever the page's colours are."""
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    page.get_by_role("button", name="A map as PNG").wait_for()
    return page


def test_a_chart_as_png(dark_page):
    name, content = downloaded(dark_page, "Training <curves> as PNG")
    assert name == "lab-training-curves.png"
    image = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert image.shape[1] == 2 * WIDTH
    assert (image[[0, 0, -1, -1], [0, -1, 0, -1]] == 255).all()  # the corners
    assert (image == 255).all(axis=2).mean() > 0.8
    title, legend = image[:100, :600], image[100:400, -260:]
    assert (title.max(axis=2) < 100).any()  # dark text above the chart
    assert {tuple(colour) for colour in legend.reshape(-1, 3)} >= {(0x44, 0x77, 0xAA), (0xEE, 0x66, 0x77)}


def test_a_chart_as_svg(dark_page):
    name, content = downloaded(dark_page, "Training <curves> as SVG")
    assert name == "lab-training-curves.svg"
    texts = ["".join(part.itertext()) for part in ElementTree.fromstring(content).iter(SVG_TEXT)]
    wanted = {"Training <curves>", "Training loss", "Validation loss", "Validation accuracy", "Momentum", "Adam"}
    assert wanted <= set(texts)
    assert b"http://" not in re.sub(rb'xmlns(:\w+)?="[^"]*"', b"", content)


def test_a_chart_as_csv(dark_page):
    name, content = downloaded(dark_page, "Training <curves> as CSV")
    assert name == "lab-training-curves.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    loss = [row for row in rows if row["series"] == "Adam" and row["quantity"] == "Validation accuracy"]
    assert [(float(row["x"]), float(row["y"])) for row in loss] == [(40.0, 0.9)]
    updates = [float(row["x"]) for row in rows if (row["series"], row["quantity"]) == ("Momentum", "Training loss")]
    assert sorted(set(updates)) == list(range(1, 41))


def test_a_grid_as_csv(dark_page):
    _, content = downloaded(dark_page, "A map as CSV")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["series", "quantity", "x", "y", "z"]
    cells = [(0.1, 1), (0.2, 1), (0.3, 1), (0.1, 2), (0.2, 2), (0.3, 2)]
    assert rows[1:] == [["trace 1", "loss", str(x), str(y), str(z)] for z, (x, y) in enumerate(cells)]


def test_intervals_as_csv(dark_page):
    _, content = downloaded(dark_page, "Accuracies as CSV")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    found = {row["y"]: [float(row[name]) for name in ("x", "low", "high")] for row in rows if row["low"]}
    assert found == {"Momentum": pytest.approx([0.8, 0.75, 0.83]), "Adam": pytest.approx([0.9, 0.85, 0.93])}
