"""The ZIP of de-identified series: what is in it, what is not, and what its report says."""

import csv
import io
import json
import zipfile

import numpy as np
import pydicom
import pytest

from medcore.imaging.export import archive, patients
from medcore.imaging.shelf import Shelf
from tests.imaging.dicom import making

POSITIONS = [(0, 0, z) for z in (0, 2, 4)]
IDENTITY = {"PatientName": "Hansemann^Erna", "PatientID": "HOSP4711", "StudyDate": "20210405"}


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {member.filename: opened.read(member) for member in opened.infolist()}


def test_series_come_out_as_they_went_in_without_their_patient(shelf, put):
    stacks = put(*making.series(POSITIONS, **IDENTITY), *making.series(POSITIONS[:2], series="2", **IDENTITY))
    made = archive.deidentified(shelf, [stack.id for stack in stacks], looked=False)
    files = members(made.data)
    names = [*(f"series 1/00000{n}.dcm" for n in (1, 2, 3)), *(f"series 2/00000{n}.dcm" for n in (1, 2))]
    assert list(files) == [*names, "report.csv", "report.json"]
    assert made.files == 5
    assert made.refused == ()
    for name, content in files.items():
        for value in (b"Hansemann", b"Erna", b"HOSP4711", b"20210405", making.ROOT.encode()):
            assert value not in content, name
    again = Shelf(2**29)
    try:
        again.add("made.zip", made.data)
        assert again.wait(60)
        reopened = again.stacks()
        assert [stack.shape for stack in reopened] == [stack.shape for stack in stacks]
        for old, new in zip(stacks, reopened, strict=True):
            np.testing.assert_array_equal(new.affine, old.affine)
            np.testing.assert_array_equal(again.view(new.id).pixels(60), shelf.view(old.id).pixels(60))
    finally:
        again.close()


def test_the_report_counts_elements_and_files(shelf, put):
    (stack,) = put(*making.series(POSITIONS, **IDENTITY))
    made = archive.deidentified(shelf, [stack.id], looked=False)
    by_name = {line.name: line for line in made.lines}
    assert by_name["PatientName"] == archive.Line("(0010,0010)", "PatientName", "replaced", 3, 3)
    assert by_name["Rows"].action == "kept"
    files = members(made.data)
    rows = list(csv.DictReader(io.StringIO(files["report.csv"].decode())))
    assert rows == [{key: str(value) for key, value in row.items()} for row in json.loads(files["report.json"])]
    assert len(rows) == len(made.lines)


def test_the_same_session_gives_the_same_file_and_another_one_another(shelf, put):
    (stack,) = put(*making.series(POSITIONS, **IDENTITY))
    one, two = (archive.deidentified(shelf, [stack.id], looked=False) for _ in range(2))
    assert one.data == two.data
    assert one.name == two.name
    shelf.secret = bytes(32)
    assert archive.deidentified(shelf, [stack.id], looked=False).name != one.name


def test_nothing_of_the_file_names_is_in_it(shelf):
    shelf.add("Hansemann_Erna.dcm", bytes(making.written(making.slice_of(**IDENTITY))))
    assert shelf.wait(60)
    made = archive.deidentified(shelf, [shelf.stacks()[0].id], looked=False)
    assert b"ansemann" not in made.data
    assert "ansemann" not in made.name


def test_a_file_that_is_refused_costs_no_other(shelf, put):
    def hide(dataset, index):
        if index == 1:
            table = making.item(LUTDescriptor=[8, 0, 16], LUTData=b"HANSEMANN\0\0\0\0\0\0\0")
            dataset.VOILUTSequence = [table]

    (stack,) = put(*making.series(POSITIONS, hide, **IDENTITY))
    made = archive.deidentified(shelf, [stack.id], looked=False)
    assert made.files == 2
    ((label, why),) = made.refused
    assert label == "Series 1, file 2"
    assert why.startswith("The check found a value of PatientName")
    assert "series 1/000002.dcm" not in members(made.data)


def test_images_that_may_carry_text_wait_for_a_person(shelf, put):
    (stack,) = put(making.written(making.slice_of(Modality="US")))
    with pytest.raises(ValueError, match="Look at the images first"):
        archive.deidentified(shelf, [stack.id], looked=False)
    assert archive.deidentified(shelf, [stack.id], looked=True).files == 1


def test_a_study_has_one_patient_even_where_a_file_does_not_say_who(shelf, put):
    def forget(dataset, index):
        if index == 1:
            dataset.PatientID = dataset.PatientName = ""

    stacks = put(*making.series(POSITIONS, forget, **IDENTITY))
    made = archive.deidentified(shelf, [stack.id for stack in stacks], looked=False)
    files = [content for name, content in members(made.data).items() if name.endswith(".dcm")]
    datasets = [pydicom.dcmread(io.BytesIO(content)) for content in files]
    assert len(datasets) == 3
    for keyword in ("PatientID", "PatientName", "StudyDate", "StudyInstanceUID"):
        assert len({str(dataset[keyword].value) for dataset in datasets}) == 1


def test_files_share_a_patient_through_their_study():
    said = {"a": ("p", "s"), "b": ("", "s"), "c": ("q", "s"), "d": ("q", "t"), "e": ("", "u"), "f": ("", "")}
    keys = patients.shared(said)
    assert len({keys[file] for file in "abcd"}) == 1
    assert keys["a"] in ("p", "q")
    assert (keys["e"], keys["f"]) == ("u", "")


def test_progress_is_told_file_by_file(shelf, put):
    (stack,) = put(*making.series(POSITIONS))
    told = []
    archive.deidentified(shelf, [stack.id], looked=False, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_other_images_are_refused(shelf, put):
    buffer = io.BytesIO()
    np.savez(buffer, np.arange(24, dtype=np.uint8).reshape(1, 4, 6))
    stacks = put(buffer.getvalue())
    with pytest.raises(ValueError, match="Only DICOM"):
        archive.deidentified(shelf, [stacks[0].id], looked=True)
