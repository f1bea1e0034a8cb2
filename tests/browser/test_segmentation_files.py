"""From training to a DICOM segmentation that others read, in a real browser with a real engine."""

import gzip
import io
import time
import zipfile
from pathlib import Path

import highdicom
import nibabel
import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.sr.codedict import codes

from benchmarks.server import Server
from medcore.data.simulation import simulator
from medcore.imaging.export.nifti_file import TO_RAS
from medcore.runs.store import Store
from tests.browser.test_pages import settle, train
from tests.imaging.dicom import making

PATIENCE = 120.0  # s
ANSWERING = 60_000  # ms
PAGE = "segmentation_demo"
OPTIONS = {"images": 200, "prevalence": 0.9, "contrast": 150, "size": 70}
"""Bright and large lesions: a few epochs find them."""
CONTROLS = "&".join(["epochs=5", *(f"data_{name}={value}" for name, value in OPTIONS.items())])
STEP, PIXEL = 4.0, 5.5
PATIENT, NAME = "Miller^Anna", "scan-of-anna"


def trained(server: Server, page: Page) -> str:
    """Id of a small U-Net, trained by a click."""
    page.goto(f"{server.url}/{PAGE}?{CONTROLS}")
    settle(page)
    (run_id,) = train(page)
    store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
    until = time.monotonic() + PATIENCE
    while (record := store.find([run_id])[0]).state in ("queued", "running"):
        assert time.monotonic() < until, record.status
        time.sleep(0.2)
    store.close()
    assert record.state == "done", record.error
    return run_id


def series() -> list[memoryview]:
    """Slices that the simulator made, as a scanner's files in Hounsfield units, uploaded in disorder."""
    images = simulator.entry().read(OPTIONS, lambda _: None)["test"].images[:3, ..., 0]
    stored = np.rint(images / 255 * 250 - 50).astype(np.int16) + np.int16(1024)
    window = {"WindowCenter": 75, "WindowWidth": 250, "PixelSpacing": [PIXEL, PIXEL], "FrameOfReferenceUID": "1.2.3"}
    slices = [
        making.slice_of(image, (0, 0, STEP * z), number=z + 1, PatientName=PATIENT, **window)
        for z, image in enumerate(stored)
    ]
    return [making.written(slices[z]) for z in (1, 0, 2)]


def traces(server: Server, page: Page) -> list[str]:
    """Where anything of the upload stands that outlives the session: files of the home folder, or the address."""
    files = [pydicom.dcmread(io.BytesIO(data)) for data in series()]
    said = [PATIENT.encode(), NAME.encode(), *(file.SOPInstanceUID.encode() for file in files)]
    said += [file.PixelData[offset : offset + 64] for file in files for offset in (0, len(file.PixelData) // 2)]
    found = [str(path) for path in server.home.rglob("*") if path.is_file() and _holds(path.read_bytes(), said)]
    return found + [page.url] * _holds(page.url.encode(), said)


def _holds(content: bytes, said: list[bytes]) -> bool:
    if zipfile.is_zipfile(buffer := io.BytesIO(content)):  # .npz and .keras
        with zipfile.ZipFile(buffer) as packed:
            content = content + b"".join(map(packed.read, packed.namelist()))
    return any(words in content for words in said)


def download(page: Page, label: str) -> bytes:
    with page.expect_download(timeout=ANSWERING) as given:
        page.get_by_role("button", name=label).click()
    settle(page)
    return Path(given.value.path()).read_bytes()


@pytest.mark.slow
def test_from_training_to_a_dicom_segmentation(page, server):
    network = trained(server, page)
    page.goto(f"{server.url}/{PAGE}?part=Your+own+images&model={network}&own_taken=Whole+volume&own_variants=None")
    settle(page)
    files = [
        {"name": f"{NAME}-{n}.dcm", "mimeType": "application/dicom", "buffer": bytes(data)}
        for n, data in enumerate(series())
    ]
    page.locator("[data-testid=stMain] input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Segment", exact=True).click(timeout=ANSWERING)
    page.get_by_text("Take it away").click(timeout=ANSWERING)
    expect(page.get_by_role("button", name="Segmentation (DICOM SEG)")).to_be_visible()

    mask = nibabel.Nifti1Image.from_bytes(gzip.decompress(download(page, "Mask (NIfTI)")))
    voxels = np.asarray(mask.dataobj).transpose(2, 1, 0)
    assert voxels.any()
    data = download(page, "Segmentation (DICOM SEG)")
    assert pydicom.dcmread(io.BytesIO(data)).PatientName == PATIENT
    segmentation = highdicom.seg.segread(io.BytesIO(data))
    instances = [pydicom.dcmread(io.BytesIO(file)).SOPInstanceUID for file in series()]
    instances = [instances[place] for place in (1, 0, 2)]
    options = {"combine_segments": True, "ignore_spatial_locations": True, "assert_missing_frames_are_empty": True}
    np.testing.assert_array_equal(segmentation.get_pixels_by_source_instance(instances, **options), voxels)
    np.testing.assert_allclose(mask.affine, TO_RAS @ np.diag([PIXEL, PIXEL, STEP, 1]))
    report = highdicom.sr.srread(io.BytesIO(download(page, "Report (TID 1500)")))
    (group,) = report.content.get_volumetric_roi_measurement_groups()
    (volume,) = group.get_measurements(name=codes.SCT.Volume)
    assert volume.value == pytest.approx(voxels.sum() * PIXEL**2 * STEP / 1000)
    assert group.referenced_segment.referenced_sop_instance_uid == segmentation.SOPInstanceUID

    page.get_by_role("radio", name="Draw your own").click()
    page.get_by_role("radio", name="My own image").click()
    page.locator(".editor:not([data-shown=''])[data-shown]").wait_for(timeout=ANSWERING)
    page.get_by_label("What is drawn").wait_for(state="detached")  # the classes are those of the network's mask
    page.get_by_role("button", name="Begin with the model's mask").click()
    expect(page.locator(".st-key-draw_against_model [data-testid=stMetricValue]")).to_have_text("1.000")
    assert traces(server, page) == []
