import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from medcore import settings
from medcore.imaging import answers
from medcore.imaging.files import Found
from medcore.imaging.shelf import Shelf
from medcore.sandbox import Sandbox
from tests.conftest import ROOT
from tests.imaging.uploads import PATIENCE, frames, png, series, until, volume, zipped


@pytest.fixture
def shelf():
    shelf = Shelf(2**27)
    yield shelf
    shelf.close()


def filled(shelf: Shelf, *files: bytes, name: str = "file") -> Shelf:
    for number, data in enumerate(files):
        shelf.add(f"{name}{number}", data)
    assert shelf.wait(PATIENCE)
    return shelf


def states(shelf: Shelf) -> list[str]:
    return [upload.state for upload in shelf.uploads()]


def whys(shelf: Shelf) -> list[str]:
    return [upload.why for upload in shelf.uploads() if upload.why]


def test_a_series_comes_out_whole_and_in_order_whatever_the_order_of_its_files(shelf):
    expected = volume()
    (stack,) = filled(shelf, *series(expected)[::-1]).stacks()
    assert stack.shape == expected.shape
    assert stack.spacing == (2.0, 0.5, 0.25)
    np.testing.assert_array_equal(shelf.view(stack.id).pixels(PATIENCE), expected)
    assert shelf.files(stack.id) == [f"f{number}" for number in range(8, 0, -1)]
    assert shelf.name("f1") == "file0"
    assert set(states(shelf)) == {"ready"}


def test_ids_go_by_the_order_of_upload_and_not_by_who_was_read_first(shelf):
    (stack,) = filled(shelf, *series(volume(24))).stacks()
    assert stack.id == "f1-0"


def test_a_real_series_from_an_archive(shared_data, shelf):
    files = sorted((shared_data / "dicom" / "t1_series").glob("*.dcm"))[:20]
    shelf.add("t1.zip", zipped({f"study/{file.name}": file.read_bytes() for file in files}))
    assert shelf.wait(PATIENCE)
    (stack,) = shelf.stacks()
    assert (stack.shape[0], stack.regular) == (20, True)
    archive, *members = shelf.uploads()
    assert (archive.state, archive.parts, archive.member) == ("ready", 20, False)
    assert [member.name for member in members] == [f"t1.zip: study/{file.name}" for file in files]
    assert shelf.used == sum(file.stat().st_size for file in files)


def test_one_that_is_refused_costs_no_other_and_says_why(shelf):
    good = series(volume(2))
    members = {"a.dcm": good[0], "letter.pdf": b"%PDF-1.7", "b.dcm": good[1], "again.zip": zipped({"c.png": png()})}
    filled(shelf, zipped(members), b"", png())
    assert [upload.state for upload in shelf.uploads() if not upload.member] == ["ready", "refused", "ready"]
    assert {upload.name: upload.why for upload in shelf.uploads() if upload.member and upload.why} == {
        "file0: letter.pdf": "An image was expected: DICOM, NIfTI, PNG, JPEG, TIFF, NumPy arrays, or a ZIP of these. "
        "Received: a PDF document",
        "file0: again.zip": "An archive within an archive is not opened; unpack it first.",
    }
    assert len(shelf.stacks()) == 2


def test_an_archive_of_nothing_and_one_cut_off_are_refused(shelf):
    whole = zipped({"a.png": png()})
    assert len(whys(filled(shelf, zipped({}), whole[: len(whole) // 2]))) == 2
    assert shelf.used == 0


def test_an_npz_is_one_file_and_pictures_are_called_by_their_name(shelf):
    shelf.add("scan.png", png())
    assert shelf.wait(PATIENCE)
    assert shelf.stacks()[0].title == "scan.png (PNG picture)"


def test_no_two_stacks_have_the_same_title(shelf):
    for seed in range(3):
        shelf.add("scan.png", png(seed))
    assert shelf.wait(PATIENCE)
    titles = [stack.title for stack in shelf.stacks()]
    assert titles == ["scan.png (PNG picture)", "scan.png (PNG picture) (2)", "scan.png (PNG picture) (3)"]


@pytest.mark.parametrize(
    ("description", "title"), [("e+1", "CT · e+1"), ("CT Thorax", "CT Thorax"), ("", "CT · scan.dcm")]
)
def test_dicom_is_called_by_modality_and_description_or_file(shelf, description, title):
    shelf.add("scan.dcm", series(volume(1), Modality="CT", SeriesDescription=description)[0])
    assert shelf.wait(PATIENCE)
    assert shelf.stacks()[0].title == title


def test_the_same_bytes_are_taken_once_and_again_when_they_were_let_go(shelf):
    filled(filled(shelf, png()), png())
    assert states(shelf) == ["ready", "refused"]
    assert whys(shelf) == ["It is here already, as file0."]
    shelf.remove(shelf.stacks()[0].id)
    assert states(filled(shelf, png()))[-1] == "ready"


def test_an_archive_is_taken_once_and_again_when_its_files_were_let_go(shelf):
    archive = zipped({"a.png": png(0), "b.png": png(1)})
    filled(filled(shelf, archive), archive)
    assert [upload.state for upload in shelf.uploads() if not upload.member] == ["ready", "refused"]
    for stack in shelf.stacks():
        shelf.remove(stack.id)
    assert [upload.state for upload in shelf.uploads()] == ["refused"]
    filled(shelf, archive)
    assert len(shelf.stacks()) == 2


def test_a_file_beyond_the_limit_is_refused_and_takes_no_room():
    shelf = Shelf(2**20)
    try:
        filled(shelf, bytes(2**20 + 1))
        assert states(shelf) == ["refused"]
        assert "A session may hold 1 MB." in whys(shelf)[0]
        assert shelf.used == 0
    finally:
        shelf.close()


def test_pixels_count_too_and_those_looked_at_last_stay():
    size = 2**20
    images = [np.full((1, 1024, 512), number, np.int16) for number in range(3)]
    shelf = Shelf(5 * size + 2**17)
    try:
        filled(shelf, *(series(image, str(number + 1))[0] for number, image in enumerate(images)))
        first, second, third = (stack.id for stack in shelf.stacks())
        views = [shelf.view(id_) for id_ in (first, second)]
        assert [int(view.pixels(PATIENCE)[0, 0, 0]) for view in views] == [0, 1]
        assert shelf.used > 5 * size
        assert shelf.view(first) is views[0]
        assert int(shelf.view(third).pixels(PATIENCE)[0, 0, 0]) == 2
        assert shelf.view(first) is views[0]
        with pytest.raises(ValueError, match="closed; open them again"):
            views[1].cut("acquired", 0, PATIENCE)
        assert views[1].nbytes == 0
        assert int(shelf.view(second).pixels(PATIENCE)[0, 0, 0]) == 1
        shelf.remove(second)
        shelf.limit = 2 * size
        with pytest.raises(ValueError, match="may hold 2 MB"):
            shelf.view(third)
        assert int(views[0].cut("acquired", 0, PATIENCE).pixels[0, 0]) == 0
    finally:
        shelf.close()


def test_what_is_removed_is_forgotten_and_the_rest_stays(shelf):
    filled(shelf, png(), *series(volume(3)))
    picture, scan = shelf.stacks()
    before = shelf.used
    view = shelf.view(scan.id)
    shelf.remove(scan.id)
    assert [stack.id for stack in shelf.stacks()] == [picture.id]
    assert shelf.used == len(png()) < before
    for asked in (lambda: shelf.view(scan.id), lambda: shelf.file("f2"), lambda: view.cut("acquired", 0, 1)):
        with pytest.raises(ValueError, match="closed"):
            asked()
    shelf.clear()
    assert (shelf.stacks(), shelf.uploads(), shelf.used) == ([], [], 0)


def test_of_two_stacks_from_one_file_one_can_be_let_go(shelf, tmp_path):
    path = tmp_path / "two.npz"
    np.savez(path, one=np.zeros((4, 5), np.uint8), two=np.ones((6, 7), np.uint8))
    filled(shelf, path.read_bytes())
    first, second = shelf.stacks()
    shelf.remove(first.id)
    assert [stack.id for stack in shelf.stacks()] == [second.id]
    assert shelf.view(second.id).pixels(PATIENCE).all()
    shelf.remove(second.id)
    assert (shelf.used, shelf.uploads()) == (0, [])


def test_a_child_that_is_killed_while_it_reads_costs_its_file_alone(shelf, monkeypatch):
    monkeypatch.setattr("medcore.imaging.shelf.DESCRIBE", "tests.sandbox.jobs:sleep")
    shelf.sandbox.close()
    shelf.sandbox = Sandbox(1, "tests")
    shelf.add("a", png(0))
    until(shelf.sandbox.pids)
    os.kill(shelf.sandbox.pids()[0], signal.SIGTERM if os.name != "posix" else signal.SIGKILL)
    assert shelf.wait(PATIENCE)
    assert [upload.why for upload in shelf.uploads()] == [
        "Reading it made the decoder crash: it is damaged, or not what it says it is."
    ]


@pytest.mark.parametrize("answer", ["no_dict", "no_number", "no_type", "nothing", "far_too_many", "text"])
def test_a_child_that_was_taken_over_can_say_what_it_wants(shelf, monkeypatch, answer):
    monkeypatch.setattr("medcore.imaging.shelf.DESCRIBE", f"tests.imaging.false_answers:{answer}")
    shelf.sandbox.close()
    shelf.sandbox = Sandbox(1, "tests")
    filled(shelf, png())
    assert states(shelf) == ["refused"]
    assert whys(shelf)[0].endswith(".")
    assert shelf.stacks() == []
    shelf.sandbox.close()
    shelf.sandbox = Sandbox(1)
    monkeypatch.undo()
    assert states(filled(shelf, png(1)))[-1] == "ready"


def test_what_is_laid_over_an_image_never_takes_its_room():
    size = 2**20
    images = [np.full((1, 1024, 512), number, np.int16) for number in range(2)]
    shelf = Shelf(3 * size + 2**17)
    try:
        filled(shelf, *(series(image, str(number + 1))[0] for number, image in enumerate(images)))
        image, labels = (stack.id for stack in shelf.stacks())
        view = shelf.view(image)
        with pytest.raises(ValueError, match="A session may hold 3 MB"):
            shelf.view(labels, beside=image)
        assert int(view.pixels(PATIENCE)[0, 0, 0]) == 0
        assert int(shelf.view(labels).pixels(PATIENCE)[0, 0, 0]) == 1  # looked at alone, it may
    finally:
        shelf.close()


def test_whatever_goes_wrong_in_reading_is_one_sentence(shelf, monkeypatch):
    def fail(values):
        raise KeyError("Doe^Jane")

    monkeypatch.setattr(answers, "described", fail)
    filled(shelf, png(1))
    (upload,) = shelf.uploads()
    assert (upload.state, upload.why) == ("refused", answers.UNFIT)
    monkeypatch.undo()
    assert states(filled(shelf, png(2)))[-1] == "ready"


def test_closing_in_the_middle_of_reading_ends_everything(shelf):
    for number, data in enumerate(series(volume(40))):
        shelf.add(str(number), data)
    until(shelf.sandbox.pids)
    pids = shelf.sandbox.pids()
    shelf.close()
    assert shelf.wait(PATIENCE)
    assert (shelf.stacks(), shelf.uploads(), shelf.used) == ([], [], 0)
    shelf.add("late", png())
    assert shelf.uploads() == []
    assert pids
    assert not shelf.sandbox.pids()


def test_closing_all_while_an_archive_is_unpacked_brings_none_of_it_back(shelf):
    shelf.add("a.zip", zipped({f"{number}.dcm": data for number, data in enumerate(series(volume(200)))}))
    until(lambda: len(shelf.uploads()) > 5)
    shelf.clear()
    assert shelf.wait(PATIENCE)
    assert (shelf.stacks(), shelf.uploads(), shelf.used) == ([], [], 0)


def test_two_sessions_know_nothing_of_each_other(shelf):
    other = Shelf(2**27)
    try:
        filled(shelf, png(0))
        filled(other, png(1))
        assert not set(shelf.sandbox.pids()) & set(other.sandbox.pids())
        assert shelf.secret != other.secret
        assert len(shelf.stacks()) == len(other.stacks()) == 1
    finally:
        other.close()


def test_the_limit_is_a_setting(monkeypatch):
    monkeypatch.delenv("MEDCORE_UPLOAD_MB", raising=False)
    assert settings.upload_bytes() == 1024 * 2**20
    monkeypatch.setenv("MEDCORE_UPLOAD_MB", "3")
    assert settings.upload_bytes() == 3 * 2**20
    for wrong in ("-1", "0", "lots", "1.5"):
        monkeypatch.setenv("MEDCORE_UPLOAD_MB", wrong)
        with pytest.raises(ValueError, match="whole number of megabytes"):
            settings.upload_bytes()


def test_the_web_process_loads_no_decoder_and_writes_no_file(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    files = {"a.dcm": frames(volume(6)), "b.png": png(), "c.zip": zipped({"d.png": png(1)})}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = f"""
import sys
from pathlib import Path
from medcore.imaging.shelf import Shelf
shelf = Shelf()
for file in sorted(Path({str(folder)!r}).iterdir()):
    shelf.add(file.name, file.read_bytes())
assert shelf.wait({PATIENCE})
shapes = sorted(shelf.view(stack.id).pixels({PATIENCE}).shape for stack in shelf.stacks())
shelf.close()
loaded = {{name.partition(".")[0] for name in sys.modules}}
print(shapes, sorted(loaded & {{"pydicom", "PIL", "nibabel", "skimage", "scipy", "gdcm", "openjpeg", "jpeg_ls"}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary), "HOME": str(temporary)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.stdout == "[(1, 9, 9), (1, 9, 9), (6, 16, 12)] []\n", done.stderr
    assert done.stderr == ""
    assert list(Path(temporary).iterdir()) == []


def test_a_description_goes_to_the_child_and_back_unchanged(shelf):
    filled(shelf, frames(volume(3)))
    found = shelf.found("f1")
    assert Found.from_dict(found.to_dict()) == found
