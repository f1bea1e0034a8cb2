"""Slices come out in their order, with the geometry of the patient, and what is odd about them is said."""

import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from medcore.imaging.dicom import notes
from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.describing import describe
from medcore.imaging.files import Found, Frame
from medcore.imaging.stack import Stack, assemble
from tests.imaging.dicom import making

STRAIGHT = [(10.0, 20.0, 3.0 * k) for k in range(6)]


def stacks(files: list[memoryview]) -> list[Stack]:
    return assemble([(f"file{index}", describe(data, "")[0]) for index, data in enumerate(files)])


def only(files: list[memoryview]) -> Stack:
    (stack,) = stacks(files)
    return stack


def order(stack: Stack) -> list[int]:
    return [int(file.removeprefix("file")) for file, _ in stack.places]


@pytest.mark.parametrize("order_of_upload", [range(6), range(5, -1, -1), (3, 0, 5, 1, 4, 2)])
def test_slices_are_ordered_by_place(order_of_upload):
    stack = only(making.series([STRAIGHT[index] for index in order_of_upload]))
    assert [order_of_upload[index] for index in order(stack)] == list(range(6))
    assert stack.spacing == pytest.approx((3, 0.5, 0.25))
    assert stack.regular
    assert stack.notes == ()
    np.testing.assert_allclose(
        stack.affine, [[0.25, 0, 0, 10], [0, 0.5, 0, 20], [0, 0, 3, 0], [0, 0, 0, 1]], atol=1e-12
    )
    np.testing.assert_array_equal(stack.rescale, [[1, -1024]] * 6)


def test_the_affine_of_sagittal_slices():
    stack = only(making.series([(-5.0 + 2 * k, 1, 2) for k in range(4)], orientation=making.SAGITTAL))
    assert order(stack) == [3, 2, 1, 0]  # along the normal, which points to the right
    np.testing.assert_allclose(stack.affine[:3, :3], [[0, 0, -2], [0.25, 0, 0], [0, -0.5, 0]], atol=1e-12)


def test_windows_of_tissues_follow_those_of_the_file():
    stack = only(making.series(STRAIGHT, WindowCenter=1, WindowWidth=2, WindowCenterWidthExplanation="Lung"))
    assert [window.name for window in stack.windows] == ["Lung", "Soft tissue", "Bone", "Brain"]
    assert only(making.series(STRAIGHT, Modality="MR")).windows == ()


def test_positions_rounded_to_a_tenth_are_even():
    stack = only(making.series([(0, 0, round(0.625 * k, 1)) for k in range(40)]))
    assert stack.regular
    assert stack.spacing[0] == pytest.approx(0.625, abs=2e-3)


def test_missing_slices():
    stack = only(making.series([(0, 0, z) for z in (0, 5, 10, 25, 30, 40)]))
    assert not stack.regular
    assert stack.spacing[0] == pytest.approx(5)
    assert notes.slices_missing(3, 15, 5, 1) in stack.notes
    assert not any("evenly" in note for note in stack.notes)


def test_uneven_slices():
    stack = only(making.series([(0, 0, z) for z in (0, 4, 9, 15, 19, 24)]))
    assert not stack.regular
    assert notes.uneven(4, 6) in stack.notes


def test_tilted_slices():
    angle = np.radians(20)
    stack = only(
        making.series([(0, 0, 5 * k) for k in range(4)], orientation=(1, 0, 0, 0, np.cos(angle), np.sin(angle)))
    )
    assert not stack.regular
    assert stack.notes == (notes.tilted(20),)
    assert stack.spacing[0] == pytest.approx(5 * np.cos(angle))
    np.testing.assert_allclose(stack.affine[:3, 2], [0, 0, 5], atol=1e-9)


def test_slices_shifted_sideways():
    stack = only(making.series([(x, 0, 5 * k) for k, x in enumerate((0, 3, 0, 0))]))
    assert not stack.regular
    assert notes.shifted(3) in stack.notes


def test_slices_that_are_not_quite_parallel():
    def turn(dataset, index):
        angle = np.radians(0.1 * index)
        dataset.ImageOrientationPatient = [1, 0, 0, 0, float(np.cos(angle)), float(np.sin(angle))]

    stack = only(making.series(STRAIGHT, turn))
    assert not stack.regular
    assert notes.not_parallel(0.5) in stack.notes


def test_slices_of_other_directions_are_stacks_of_their_own():
    def turn(dataset, index):
        dataset.ImageOrientationPatient = list((making.AXIAL, making.SAGITTAL, making.CORONAL)[index % 3])

    found = stacks(making.series(STRAIGHT, turn))
    assert [stack.title for stack in found] == ["Thorax (axial)", "Thorax (sagittal)", "Thorax (coronal)"]
    assert all(notes.directions(3) in stack.notes for stack in found)
    assert sorted(index for stack in found for index in order(stack)) == list(range(6))


def test_echoes_at_the_same_places_are_told_apart():
    def echo(dataset, index):
        dataset.EchoTime = (10, 30)[index % 2]
        dataset.AcquisitionNumber = index  # tells nothing: it differs from slice to slice

    found = stacks(making.series([STRAIGHT[index // 2] for index in range(12)], echo, Modality="MR"))
    assert [stack.title for stack in found] == ["Thorax (echo time 10 ms)", "Thorax (echo time 30 ms)"]
    assert [order(stack) for stack in found] == [list(range(0, 12, 2)), list(range(1, 12, 2))]
    assert all(stack.regular and notes.moments(2) in stack.notes for stack in found)


def test_repeats_without_a_reason_are_told_apart_by_number():
    found = stacks(making.series([STRAIGHT[index % 6] for index in range(18)]))
    assert [stack.title for stack in found] == [f"Thorax ({number} of 3)" for number in (1, 2, 3)]
    assert [order(stack) for stack in found] == [list(range(start, start + 6)) for start in (0, 6, 12)]


def test_a_few_repeats_are_no_volume():
    stack = only(making.series([*STRAIGHT, STRAIGHT[2]]))
    assert not stack.regular
    assert notes.duplicates(1) in stack.notes
    assert order(stack) == [0, 1, 2, 6, 3, 4, 5]


def test_all_at_one_place():
    stack = only(making.series([(0, 0, 0)] * 4))
    assert not stack.regular
    assert notes.one_place(4) in stack.notes
    assert order(stack) == [0, 1, 2, 3]


def test_very_many_times_stay_together():
    stack = only(making.series([(0, 0, 3 * (index % 2)) for index in range(140)]))
    assert stack.shape[0] == 140
    assert notes.too_many_moments(70) in stack.notes


def test_thousands_of_directions_cost_no_more_than_a_moment():
    angles = np.radians(np.linspace(0, 360, 20_000))
    frames = tuple(
        Frame((0.0, 0.0, float(k)), (1.0, 0.0, 0.0, 0.0, float(np.cos(a)), float(np.sin(a))), (1.0, 1.0))
        for k, a in enumerate(angles)
    )
    hostile = Found("dicom", "s", "t", "CT", 4, 4, 1, "int16", "", frames)
    found = assemble([("a", hostile)])
    assert len(found) <= 50
    assert sum(stack.shape[0] for stack in found) == 20_000


def test_the_same_file_twice_is_shown_once():
    files = making.series(STRAIGHT)
    stack = only([*files, files[2]])
    assert order(stack) == list(range(6))
    assert notes.uploaded_twice(1) in stack.notes


def test_without_places_the_numbers_count():
    files = making.series([None] * 4, lambda dataset, index: setattr(dataset, "InstanceNumber", 4 - index))
    stack = only(files)
    assert order(stack) == [3, 2, 1, 0]
    assert stack.affine is None
    assert not stack.regular
    assert stack.spacing[0] == 2
    assert notes.ordered_by_number() in stack.notes


def test_notes_of_some_files_say_of_how_many():
    def invert(dataset, index):
        if index == 0:
            dataset.LossyImageCompression = "01"

    stack = only(making.series(STRAIGHT, invert))
    assert notes.in_some(notes.lossy(), 1, 6) in stack.notes


def test_sizes_are_not_mixed():
    def crop(dataset, index):
        if index > 3:
            dataset.Rows = 4

    found = stacks(making.series(STRAIGHT, crop))
    assert [stack.shape for stack in found] == [(4, 8, 6), (2, 4, 6)]


def test_an_id_stays_when_files_come_later():
    files = making.series(STRAIGHT)
    assert only(files[2:4]).id == only([*files[2:4], *files[:2], *files[4:]]).id


def test_enhanced_frames_are_ordered_and_split_too():
    frames = np.zeros((6, 8, 6), np.uint16)
    positions = [(0, 0, z) for z in (8, 0, 4, 4, 0, 8)]
    dataset = making.enhanced(frames, positions, [(1.0, 0.0)] * 6, shared_rescale=True)
    for index, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        group.FrameContentSequence = [making.item(TemporalPositionIndex=1 + (index > 2))]
    found = stacks([making.written(dataset)])
    assert [[frame for _, frame in stack.places] for stack in found] == [[1, 2, 0], [4, 3, 5]]
    assert [stack.title for stack in found] == ["Thorax (time 1)", "Thorax (time 2)"]


def test_other_kinds_of_files_make_stacks_too():
    volume = Found(
        kind="nifti",
        group="",
        title="brain",
        modality="",
        rows=4,
        columns=5,
        samples=1,
        dtype="int16",
        unit="",
        frames=tuple(Frame((0, 0, float(z)), making.AXIAL, (1.0, 1.0), 2.0, 1.0, z) for z in range(3)),
    )
    picture = Found("picture", "", "page", "", 9, 9, 3, "uint8", "", (Frame(number=1), Frame(number=2)))
    first, second = assemble([("a", volume), ("b", picture)])
    assert (first.regular, first.spacing, first.shape) == (True, (1, 1, 1), (3, 4, 5))
    np.testing.assert_array_equal(first.rescale, [[2, 1]] * 3)
    assert (second.regular, second.affine, second.notes) == (False, None, ())
    assert second.places == (("b", 0), ("b", 1))


def read(folder: Path) -> tuple[list[Stack], dict[str, memoryview]]:
    files = {path.name: memoryview(path.read_bytes()) for path in sorted(folder.glob("*.dcm"))}
    names = list(files)
    np.random.default_rng(0).shuffle(names)
    return assemble([(name, describe(files[name], name)[0]) for name in names]), files


def against_nifti(stack: Stack, files: dict[str, memoryview], truth: Path) -> None:
    """Every voxel of the ground truth lies where we say, and holds what we decode there."""
    image = nibabel.load(truth)
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    ours_from_theirs = np.linalg.inv(to_ras @ stack.affine) @ image.affine
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [
        *(np.array(image.shape) - 1),
        1,
    ]
    ours = corners @ ours_from_theirs.T
    assert np.abs(ours - np.rint(ours)).max() < 1e-3
    data = np.asanyarray(image.dataobj)
    described = {name: describe(files[name], name)[0] for name, _ in stack.places}
    volume = np.stack([next(iter(decode(files[name], described[name], [frame]))) for name, frame in stack.places])
    indices = np.indices(data.shape).reshape(3, -1)
    columns, rows, slices = np.rint(ours_from_theirs[:3, :3] @ indices + ours_from_theirs[:3, 3:]).astype(int)
    np.testing.assert_array_equal(volume[slices, rows, columns], data.ravel())


@pytest.mark.parametrize("name", ["anatomical/001", "anatomical/001_implicit", "failing/slicecount/001"])
@pytest.mark.parametrize("ending", ["", "_reoriented"])
def test_good_series_lie_where_the_ground_truth_says(shared_data, name, ending):
    folder = shared_data / "dicom" / "odd_series"
    (stack,), files = read(folder / name)
    assert stack.regular
    assert stack.notes == ()
    against_nifti(stack, files, folder / f"{name}_ground_truth{ending}.nii.gz")


def test_the_long_series(shared_data):
    (stack,), _ = read(shared_data / "dicom" / "t1_series")
    assert [name for name, _ in stack.places] == [f"N2D_{number:04}.dcm" for number in range(128, 256)]
    assert stack.regular
    assert stack.spacing == pytest.approx((0.666667, 0.666667, 0.699988), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gantrytilting/001", {notes.tilted(14)}),
        ("notavolume/001", {notes.one_place(4)}),
        ("sliceincrement/001", {notes.slices_missing(3, 10, 5, 0)}),
        ("sliceincrement/002", {notes.slices_missing(3, 1.499409, 0.7497045, 0), notes.tilted(15.5)}),
        ("sliceorientation/001", {notes.directions(2)}),
    ],
)
def test_odd_series_say_what_is_odd(shared_data, name, expected):
    found, _ = read(shared_data / "dicom" / "odd_series" / "failing" / name)
    assert all(set(stack.notes) == expected for stack in found)


def test_the_web_process_assembles_without_any_decoder():
    code = (
        "import sys, medcore.imaging.stack, medcore.imaging.planes\n"
        "bad = {'pydicom', 'PIL', 'nibabel', 'gdcm', 'openjpeg', 'skimage', 'jpeg_ls'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
