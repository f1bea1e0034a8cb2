"""From a ZIP of a real series to files without their patient, in a real browser."""

import gzip
import io
import re
import zipfile

import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom import uid
from pydicom.encaps import encapsulate

from tests.browser.test_pages import settle
from tests.imaging.dicom import making

READING = 60_000  # ms
SLICES = 24
VIEWER = ".viewer"


@pytest.fixture
def series(shared_data) -> dict[str, bytes]:
    """Slices of a head from the middle of a real series, by file name."""
    files = sorted((shared_data / "dicom" / "t1_series").rglob("*.dcm"))[50 : 50 + SLICES]
    return {path.name: path.read_bytes() for path in files}


def upload(page: Page, server, series: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in series.items():
            archive.writestr(name, data)
    page.goto(f"{server.url}/data_explorer?tab=Your+own+images")
    settle(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "head.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}
    )
    page.get_by_role("tab", name="Take it away").click(timeout=READING)


def look(page: Page) -> None:
    """Changes the window, scrolls, and measures."""
    expect(page.locator(VIEWER)).to_have_attribute("data-shown", f"acquired/{SLICES // 2}", timeout=READING)
    page.locator(f"{VIEWER} .width").fill("150")
    page.locator(f"{VIEWER} .width").press("Enter")
    expect(page.locator(f"{VIEWER} .at-levels")).to_contain_text("W 150")
    page.get_by_role("button", name="Ruler").click()
    box = page.locator(f"{VIEWER} .stage").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + min(box["height"], 300) / 2
    page.mouse.move(*middle)
    page.mouse.wheel(0, 120)
    expect(page.locator(VIEWER)).to_have_attribute("data-shown", f"acquired/{SLICES // 2 + 1}")
    page.mouse.down()
    page.mouse.move(middle[0] + 90, middle[1], steps=4)
    page.mouse.up()
    expect(page.locator(f"{VIEWER} .summary")).to_contain_text(re.compile(r"\d mm"))


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=READING) as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_real_series_is_de_identified_and_taken_away(page, server, series):
    upload(page, server, series)
    look(page)
    button = page.get_by_role("button", name="De-identify", exact=True)
    assert button.is_disabled()  # "DERIVED": nobody has looked yet
    page.get_by_text("I have looked at every image").first.click()
    settle(page)
    button.click()
    page.get_by_text(f"{SLICES} images de-identified and checked").wait_for(timeout=READING)

    name, content = downloaded(page, "De-identified DICOM (ZIP)")
    assert name.startswith("deidentified-")
    old = [pydicom.dcmread(io.BytesIO(data)) for data in series.values()]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    keywords = ("PatientName", "PatientBirthDate", "StudyDate", "StudyInstanceUID", "SOPInstanceUID")
    values = {str(file[keyword].value).encode() for file in old for keyword in keywords}
    assert {b"Jane_Doe", b"19660101", b"20130717"} <= values
    for member, data in members.items():
        assert not [value for value in values if value in data], member
    new = [pydicom.dcmread(io.BytesIO(members[f"series 1/{n:06}.dcm"])) for n in range(1, SLICES + 1)]
    places = {tuple(np.round(file.ImagePositionPatient, 6)): file.PixelData for file in old}
    assert {tuple(np.round(file.ImagePositionPatient, 6)): file.PixelData for file in new} == places

    _, report = downloaded(page, "Report (CSV)")
    assert report == members["report.csv"]
    assert b"PatientName,replaced,24,24" in report


def test_the_view_and_the_volume_are_taken_away(page, server, series):
    upload(page, server, series)
    page.get_by_text("I have looked at every image").nth(1).click()
    settle(page)
    name, content = downloaded(page, "The volume (NIfTI)")
    assert name.startswith("volume-")
    volume = nibabel.Nifti1Image.from_bytes(gzip.decompress(content))
    old = sorted((pydicom.dcmread(io.BytesIO(data)) for data in series.values()), key=lambda f: f.InstanceNumber)
    wanted = np.stack([file.pixel_array for file in old])
    found = np.asarray(volume.dataobj).transpose(2, 1, 0)
    assert np.array_equal(found, wanted) or np.array_equal(found[::-1], wanted)
    name, content = downloaded(page, "This view (PNG)")
    assert name.startswith("view-")
    assert np.asarray(Image.open(io.BytesIO(content))).std() > 5


def without_image() -> bytes:
    """A header that is in order over pixels that are not."""
    dataset = making.slice_of(np.zeros((16, 16), np.int16), WindowCenter=40, WindowWidth=400)
    dataset.PixelData = encapsulate([b"no image at all"])
    dataset["PixelData"].VR = "OB"
    return bytes(making.written(dataset, uid.JPEG2000Lossless))


def test_what_cannot_be_made_says_why(page, server, problems):
    upload(page, server, {"broken.dcm": without_image()})
    page.get_by_role("button", name="This view (PNG)").click()
    alert = page.get_by_test_id("stAlert").filter(has_text="DICOM file")
    expect(alert).to_be_visible(timeout=READING)
    problems[:] = [
        problem for problem in problems if "status of 422" not in problem
    ]  # the slice, which the viewer asks for


@pytest.mark.parametrize("height", [1080, 900])
def test_the_viewer_fits_into_the_window_with_its_slider(page, server, series, height):
    page.set_viewport_size({"width": 1920, "height": height})
    upload(page, server, series)
    stage, film = (page.locator(f"{VIEWER} {part}").element_handle() for part in (".stage", ".film"))
    page.wait_for_function(
        "([stage, film]) => stage.clientHeight >= 320 && film.clientHeight"
        " && film.getBoundingClientRect().bottom <= innerHeight",
        arg=[stage, film],
    )
