"""From an uploaded DICOM slice to the heatmap, in a real browser with a real engine."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import Server
from medcore.data.simulation import simulator
from medcore.runs.store import Store
from medcore.spec import DataSpec, RunSpec, TrainingSpec
from tests.browser.test_pages import settle
from tests.imaging.dicom import making

PATIENCE = 120.0  # s
ANSWERING = 60_000  # ms
OPTIONS = {"images": 200}


@pytest.fixture(scope="module")
def network(server: Server) -> str:
    """Id of a small CNN that the server's engine has trained on a few simulated slices."""
    store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
    spec = RunSpec(data=DataSpec("ct-simulator", OPTIONS), training=TrainingSpec(epochs=3))
    (run_id,) = store.create({"CNN": spec}, "a test")
    until = time.monotonic() + PATIENCE
    while (record := store.find([run_id])[0]).state in ("queued", "running"):
        assert time.monotonic() < until, record.status
        time.sleep(0.2)
    store.close()
    assert record.state == "done", record.error
    return run_id


def ct() -> bytes:
    """A slice that the simulator made, as a scanner's file of four times the size, in Hounsfield units."""
    image = simulator.entry().read(OPTIONS, lambda _: None)["test"].images[0, ..., 0]
    units = np.rint(image / 255 * 250 - 50).astype(np.int16)
    pixels = np.kron(units, np.ones((4, 4), np.int16)) + np.int16(1024)  # what is stored; the file's intercept is -1024
    dataset = making.slice_of(pixels, PatientName="Miller^Anna", PixelSpacing=[1, 1], WindowCenter=75, WindowWidth=250)
    return bytes(making.written(dataset))


def ask(page: Page) -> None:
    """Presses Predict and waits for the verdict."""
    page.get_by_role("button", name="Predict", exact=True).click()
    page.get_by_text("How unusual it is").wait_for(timeout=ANSWERING)
    settle(page)


@pytest.mark.slow
def test_from_an_upload_to_the_heatmap(page, server, network):
    page.goto(f"{server.url}/transfer_learning?part=Predict&model={network}&predict_method=Integrated+gradients")
    settle(page)
    page.locator("[data-testid=stMain] input[type=file]").set_input_files(
        {"name": "slice.dcm", "mimeType": "application/dicom", "buffer": ct()}
    )
    page.get_by_role("button", name="Predict", exact=True).wait_for(timeout=ANSWERING)
    ask(page)
    expect(page.get_by_text("Refused: what the network says")).to_have_count(0)
    expect(page.get_by_role("heading", name=re.compile("lesion: [0-9]+%"))).to_be_visible()
    expect(page.get_by_text("For teaching and research, not for diagnosis.").last).to_be_visible()
    expect(page.get_by_text(re.compile("^Calibrated on 20 validation images"))).to_be_visible()
    viewer = page.locator(".st-key-viewer-predict")
    expect(viewer.get_by_label("Opacity of the mask in percent")).to_be_visible()
    expect(viewer.get_by_text("from 85% of the strongest")).to_be_visible()
    assert coloured(page) > 0
    assert "Miller" not in kept(server)

    viewer.get_by_role("button", name=re.compile("[Ii]nvert")).click()
    page.get_by_text("differ from what was asked").wait_for(timeout=ANSWERING)
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.get_by_text("Refused: what the network says of this image means nothing.")).to_be_visible(
        timeout=ANSWERING
    )
    expect(page.get_by_text("It looks inverted")).to_be_visible()


def coloured(page: Page) -> int:
    """Pixels of the viewer's canvas that are not gray."""
    return page.evaluate(
        """() => {
          const find = (root) => root.querySelector("canvas") ??
            [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
          const canvas = find(document)
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
          let count = 0
          for (let i = 0; i < data.length; i += 4) count += Math.abs(data[i] - data[i + 2]) > 30
          return count
        }"""
    )


def kept(server: Server) -> str:
    """All that lies under the home folder, as text."""
    files = [file for file in server.home.rglob("*") if file.is_file()]
    return b"".join(file.read_bytes() for file in files).decode("latin-1")
