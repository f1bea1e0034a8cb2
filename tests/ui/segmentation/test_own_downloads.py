"""What of a mask can be taken away, and that it is the mask that was drawn."""

import io
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from streamlit.testing.v1 import AppTest

from medcore.data.own_volume import Answer
from medcore.imaging import planes
from medcore.imaging.shelf import Shelf
from medcore.spec import DataSpec, LossSpec, ModelSpec, RunSpec, SegmentationSpec
from medcore.ui.segmentation import own_dicom, own_downloads
from medcore.ui.segmentation.own_question import Asked
from medcore.ui.viewer import first
from tests.imaging.dicom import making

SCRIPT = """
import streamlit as st
from medcore.ui.segmentation import own_downloads
own_downloads.show(*(st.session_state[name] for name in ("shelf", "stack", "mask", "identity", "seen")))
"""
SPEC = RunSpec(task="segment", data=DataSpec("ct-lesions"), model=ModelSpec("unet"), loss=LossSpec("dice"))
FRAME = "1.2.3"


@pytest.fixture(scope="module")
def shelf():
    made = Shelf(2**29)
    yield made
    made.close()


def put(shelf: Shelf, *files: memoryview):
    shelf.clear()
    for number, data in enumerate(files):
        shelf.add(f"file {number}", bytes(data))
    assert shelf.wait(60)
    return shelf.stacks()[0]


def series(**values) -> list[memoryview]:
    positions = [(0, 0, 2.0 * z) for z in range(4)]
    return making.series(positions, FrameOfReferenceUID=FRAME, WindowCenter=40, WindowWidth=400, **values)


def answer(stack) -> Answer:
    mask = np.random.default_rng(0).integers(0, 2, stack.shape).astype(np.uint8)
    return Answer({"classes": ["nothing", "lesion"]}, mask, mask, mask)


def asked(stack, plane: str, begin: int, end: int) -> Asked:
    return Asked("a" * 32, (stack.id, stack.places), plane, begin, end, None, SegmentationSpec())


def page(shelf: Shelf, stack, question: Asked | None = None) -> AppTest:
    found = answer(stack)
    made = AppTest.from_string(SCRIPT, default_timeout=60)
    given = {"shelf": shelf, "stack": stack, "identity": "one", "seen": first(shelf.view(stack.id))}
    question = question or asked(stack, "acquired", 0, len(found.mask))
    given["mask"] = own_downloads.drawn(found, question, SPEC, stack)
    for name, value in given.items():
        made.session_state[name] = value
    return made.run()


def names(shown: AppTest) -> list[str]:
    return [button.proto.label for button in shown.get("download_button")]


def test_a_series_goes_out_as_dicom_and_as_a_mask_by_itself(shelf):
    shown = page(shelf, put(shelf, *series(PatientName="Hansemann^Erna")))
    assert not shown.exception
    assert names(shown) == [
        "Segmentation (DICOM SEG)",
        "Report (TID 1500)",
        "Mask (NIfTI)",
        "Measurements (CSV)",
        "Mask of the slice shown (PNG)",
        "Slice shown with its mask (PNG)",
    ]
    assert any(block.value == own_dicom.WHOSE for block in shown.markdown)
    pair = shown.session_state["own_dicom"]
    found, report = (pydicom.dcmread(io.BytesIO(pair.get(name))) for name in ("segmentation.dcm", "measurements.dcm"))
    series_of_it = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    told = {one.ReferencedSOPInstanceUID for part in series_of_it for one in part.ReferencedSOPSequence}
    assert found.SOPInstanceUID in told  # the report of this segmentation, not of another making
    assert found.PatientName == "Hansemann^Erna"
    shown.button(key="own_deidentify").click().run()
    assert shown.session_state["work"]["mask_deidentified"].wait(60)
    shown.run()
    assert not shown.error
    assert "4 images, segmentation and report, de-identified (ZIP)" in names(shown)


def test_images_that_may_carry_text_wait_for_a_tick(shelf):
    shown = page(shelf, put(shelf, *series(Modality="US")))
    assert "Slice shown with its mask (PNG)" not in names(shown)
    assert shown.button(key="own_deidentify").disabled
    (looked,) = shown.checkbox
    looked.check().run()
    assert "Slice shown with its mask (PNG)" in names(shown)
    assert not shown.button(key="own_deidentify").disabled


def test_files_of_images_that_the_network_does_not_know_say_so(shelf):
    stack = put(shelf, *series())
    question = replace(asked(stack, "acquired", 0, 4), unlike=("Another kind of image.",))
    shown = page(shelf, stack, question)
    assert shown.warning[0].value == "Mind before you pass these files on: Another kind of image."
    data = shown.session_state["own_dicom"].get("segmentation.dcm")
    (segment,) = pydicom.dcmread(io.BytesIO(data)).SegmentSequence
    assert "Another kind of image." in segment.SegmentationAlgorithmIdentificationSequence[0].AlgorithmParameters


def test_pictures_that_are_no_dicom_have_a_mask_by_itself_alone(shelf):
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, "PNG")
    shown = page(shelf, put(shelf, memoryview(buffer.getvalue())))
    assert not shown.exception
    assert names(shown)[0] == "Mask (NIfTI)"


@pytest.mark.parametrize(
    ("plane", "begin", "end", "slices", "size"),
    [
        ("acquired", 0, 4, (0, 4), 0.5 * 0.25 * 2 / 1000),
        ("acquired", 1, 2, (1, 2), 0.5 * 0.25),
        ("coronal", 0, 8, (0, 4), 0.5 * 0.25 * 2 / 1000),
        ("coronal", 3, 4, (0, 4), None),
    ],
)
def test_which_slices_were_looked_at_and_what_a_pixel_measures(shelf, plane, begin, end, slices, size):
    stack = put(shelf, *series())
    found = own_downloads.drawn(answer(stack), asked(stack, plane, begin, end), SPEC, stack)
    assert (found.first, found.end) == slices
    assert found.size == (None if size is None else pytest.approx(size))
    assert (found.model, found.run) == ("U-Net", "a" * 32)


@pytest.mark.parametrize("step", [2.0, -2.0])
def test_the_slice_of_a_plane_is_found_in_the_stack(shelf, step):
    stack = put(shelf, *making.series([(step * z, 0, 0) for z in range(4)], orientation=making.SAGITTAL))
    mask = np.zeros(stack.shape, np.uint8)
    planes.turn(stack, "sagittal").cut(mask, 0)[...] = 1
    given = Answer({"classes": ["nothing", "lesion"]}, mask, mask, mask)
    found = own_downloads.drawn(given, asked(stack, "sagittal", 0, 1), SPEC, stack)
    assert found.end - found.first == 1
    assert found.mask[found.first].all()
