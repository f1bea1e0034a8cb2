"""`python -m medcore deidentify`."""

import zipfile

from medcore.__main__ import main
from tests.imaging.dicom import making


def folder(tmp_path, **values):
    source = tmp_path / "Hansemann"
    source.mkdir()
    for number, data in enumerate(making.series([(0, 0, z) for z in range(2)], PatientName="Hansemann^Erna", **values)):
        (source / f"Hansemann_{number}.dcm").write_bytes(data)
    return source


def test_a_folder_becomes_a_zip_and_a_report(tmp_path, capsys):
    out, report = tmp_path / "out.zip", tmp_path / "report.csv"
    (source := folder(tmp_path)).joinpath("notes.txt").write_text("no image")
    assert main(["deidentify", str(source), "--out", str(out), "--report", str(report)]) == 0
    said = capsys.readouterr()
    assert said.out == "2 images de-identified and checked.\n"
    assert said.err.startswith("File 3: ")  # what is no image is named by its number
    with zipfile.ZipFile(out) as made:
        assert made.namelist() == ["series 1/000001.dcm", "series 1/000002.dcm", "report.csv", "report.json"]
        assert made.read("report.csv").decode() == report.read_text()
    assert '"(0010,0010)",PatientName,replaced,2,2' in report.read_text()
    assert "Hansemann" not in report.read_text() + said.out + said.err


def test_images_that_may_carry_text_wait_for_a_person(tmp_path, capsys):
    source, out = folder(tmp_path, Modality="US"), tmp_path / "out.zip"
    assert main(["deidentify", str(source), "--out", str(out)]) == 2
    assert "Look at the images first" in capsys.readouterr().err
    assert not out.exists()
    assert main(["deidentify", str(source), "--out", str(out), "--looked"]) == 0


def test_nothing_is_overwritten(tmp_path, capsys):
    out = tmp_path / "out.zip"
    out.write_bytes(b"mine")
    assert main(["deidentify", str(folder(tmp_path)), "--out", str(out)]) == 2
    assert "must not exist" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"


def test_nothing_to_do_is_said(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["deidentify", str(tmp_path / "empty"), "--out", str(tmp_path / "o.zip")]) == 2
    assert capsys.readouterr().err == "There is no DICOM image in it.\n"
    assert main(["deidentify", str(tmp_path / "nowhere"), "--out", str(tmp_path / "o.zip")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
