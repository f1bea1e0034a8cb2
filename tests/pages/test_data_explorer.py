import io
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image

from medcore.ui import session
from tests.conftest import ROOT

PAGE = "data_explorer"
OWN = {"tab": "Your own images"}
FILES = Path(pydicom.__file__).parent / "data" / "test_files"


@pytest.fixture
def shelf(monkeypatch):
    """The shelves that the page's sessions open; closed in the end."""
    kept = {}

    def keep(name, make, close):
        if name not in kept:
            kept[name] = (make(), close)
        return kept[name][0]

    monkeypatch.setattr(session, "kept", keep)
    yield lambda: kept["shelf"][0]
    for resource, close in kept.values():
        close(resource)


def png(rows: int = 16) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(rows, -1)).save(stream, "PNG")
    return stream.getvalue()


def markdown(page) -> str:
    return "\n".join(element.value for element in page.markdown)


def upload(page, shelf, *files):
    for file in files:
        page.file_uploader(key="upload_0").upload(*file)
    page.run()
    assert shelf().wait(30)
    return page.run()


def test_opens_with_a_data_set_and_can_go_on_to_the_others(open_page, shelf):
    page = open_page(PAGE, dataset="Digits 8x8", look="Card")
    assert not page.exception
    assert page.title[0].value == "What is in the images?"
    assert [tab.label for tab in page.tabs[:4]] == ["A data set", "Preparation", "Your own images", "Lesson"]


def test_says_what_can_be_opened(open_page, shelf):
    page = open_page(PAGE, **OWN)
    assert not page.exception
    assert "shown to you alone" in page.info[0].value


def test_a_dicom_file_is_shown_with_its_facts_and_header(open_page, shelf):
    page = upload(open_page(PAGE, **OWN), shelf, ("ct.dcm", (FILES / "CT_small.dcm").read_bytes(), "application/dicom"))
    assert not page.exception
    (stack,) = shelf().stacks()
    assert page.selectbox(key="stack").value == stack.id
    assert "128 x 128 px (width x height)" in markdown(page)
    header = page.dataframe[0].value
    name = header[header["Tag"] == "(0010,0010)"].iloc[0]
    assert name["Personal"] != ""
    page.text_input(key="header_search").set_value("rescale").run()
    assert set(page.dataframe[0].value["Name"]) >= {"RescaleSlope", "RescaleIntercept"}


def test_what_is_opened_later_is_what_is_shown_until_another_is_chosen(open_page, shelf):
    page = upload(open_page(PAGE, **OWN), shelf, ("first.png", png(), "image/png"))
    first = page.selectbox(key="stack").value
    page.file_uploader(key="upload_1").upload("second.png", png(8), "image/png")
    page.run()
    assert shelf().wait(30)
    page.run()
    second = page.selectbox(key="stack").value
    assert [first, second] == [stack.id for stack in shelf().stacks()]
    page.selectbox(key="stack").select(first).run()
    assert page.run().selectbox(key="stack").value == first


def test_width_comes_first_everywhere(open_page, shelf):
    page = upload(open_page(PAGE, **OWN), shelf, ("wide.png", png(8), "image/png"))
    assert page.selectbox(key="stack").options == ["wide.png (PNG picture) · 32 x 8"]
    assert "**Size** 32 x 8 px (width x height)" in markdown(page)
    assert "**Kind** Picture" in markdown(page)


def nifti(pixels) -> bytes:
    return nibabel.Nifti1Image(pixels, np.diag([0.5, 2, 3, 1])).to_bytes()


def test_labels_are_laid_over_and_an_image_is_not(open_page, shelf):
    image = np.arange(600, dtype=np.int16).reshape(10, 6, 10)
    page = upload(
        open_page(PAGE, **OWN),
        shelf,
        ("case.nii", nifti(image), "application/octet-stream"),
        ("case.nii", nifti(np.uint8(image > 99)), "application/octet-stream"),
    )
    stacks = shelf().stacks()
    assert page.selectbox(key="stack").value == stacks[1].id
    assert "**Kind** NIfTI volume" in markdown(page)
    assert "**Pixel spacing** 0.5 x 2 mm" in markdown(page)
    assert "**Covers** 5 x 12 x 30 mm" in markdown(page)
    page.selectbox(key=f"overlay_{stacks[1].id}").select(stacks[0].id).run()
    assert not page.exception
    assert "does not hold class numbers: it has 600 different values" in page.warning[0].value
    page.selectbox(key="stack").select(stacks[0].id).run()
    page.selectbox(key=f"overlay_{stacks[0].id}").select(stacks[1].id).run()
    assert not page.exception
    assert not page.warning


def test_what_is_refused_says_why_and_the_others_open(open_page, shelf):
    page = upload(
        open_page(PAGE, **OWN),
        shelf,
        ("good.png", png(), "image/png"),
        ("poem.dcm", b"Tyger Tyger, burning bright" * 10, "application/dicom"),
    )
    assert not page.exception
    assert len(shelf().stacks()) == 1
    assert "**poem.dcm**: " in markdown(page)


def test_an_example_opens_without_any_file_of_ones_own(open_page, shelf):
    page = open_page(PAGE, **OWN)
    page.button(key="example_CT_small.dcm").click().run()
    assert shelf().wait(30)
    page.run()
    assert not page.exception
    assert shelf().stacks()[0].modality == "CT"


def test_close_all_lets_go_of_everything(open_page, shelf):
    page = upload(open_page(PAGE, **OWN), shelf, ("good.png", png(), "image/png"))
    page.button(key="close_all").click().run()
    assert shelf().stacks() == []
    assert shelf().used == 0


def test_streamlit_keeps_no_copy_of_an_upload(open_page, shelf, monkeypatch):
    removed = []
    monkeypatch.setattr(
        "streamlit.runtime.memory_uploaded_file_manager.MemoryUploadedFileManager.remove_file",
        lambda _, session_id, file_id: removed.append(file_id),
    )
    upload(open_page(PAGE, **OWN), shelf, ("good.png", png(), "image/png"))
    assert len(removed) == 1


def test_the_names_of_uploads_never_come_into_the_address(open_page, shelf):
    page = upload(open_page(PAGE, **OWN), shelf, ("Doe^Jane.png", png(), "image/png"))
    assert "Doe" not in str(dict(page.query_params))


def test_the_lesson_opens_the_ct_slice_that_it_speaks_of(open_page, shelf):
    page = open_page(PAGE, tab="Lesson")
    assert not page.exception
    page.button(key="try_images_0").click().run()
    assert shelf().wait(30)
    assert page.query_params["tab"] == ["Your own images"] or page.query_params["tab"] == "Your own images"
    assert shelf().stacks()[0].modality == "CT"


def test_who_comes_back_from_another_page_is_where_he_was(open_page, shelf):
    page = open_page(PAGE, **OWN)
    assert page.selectbox(key="dataset").disabled
    page.switch_page(ROOT / "pages" / "optimizer_comparison.py").run()
    page.switch_page(ROOT / "pages" / "data_explorer.py").run()
    assert "shown to you alone" in page.info[0].value
