"""NIfTI volumes as slices, in the orientation of a radiologist."""

import gzip
import json

import nibabel
import numpy as np
import pytest

from medcore.data.entry import ignore
from medcore.data.files import nifti_folder

RAS = np.diag([0.8, 0.9, 2.0, 1.0])


def save(folder, name, volume, labels, affine=RAS):
    for part, array in (("images", volume), ("labels", labels)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(array, affine), folder / part / name)


def marked(shape=(6, 8, 5)):
    """Bright at the right, front and top corner, which is labelled 2."""
    volume, labels = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    volume[-2:, -2:, -2:], labels[-2:, -2:, -2:] = 1000, 2
    return volume, labels


@pytest.fixture
def folder(tmp_path):
    for number in range(10):
        save(tmp_path / "brains", f"{number}.nii.gz", *marked((6, 8, 5 + number % 3)))
    return tmp_path / "brains"


def test_slices_sizes_spacing_and_groups(folder):
    entry = nifti_folder.entry(folder)
    splits = entry.read({}, ignore)
    assert (entry.shape, entry.classes) == ((8, 6, 1), ())
    assert splits["train"].class_names == ("background", "class 1", "class 2")
    assert {split: len(part) for split, part in splits.items()} == entry.sizes
    assert sum(entry.sizes.values()) == sum(5 + number % 3 for number in range(10))
    assert splits["train"].spacing == pytest.approx((0.9, 0.8))
    volumes = [set(part.groups) for part in splits.values()]
    assert sum(map(len, volumes)) == len(set.union(*volumes)) == 10


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, 1)])
def test_the_patients_right_is_left_and_the_front_is_up(tmp_path, flips):
    for number in range(3):
        volume, labels = marked()
        turned = tuple(slice(None, None, step) for step in flips)
        save(tmp_path / "set", f"{number}.nii", volume[turned], labels[turned], RAS @ np.diag([*flips, 1]))
    part = nifti_folder.entry(tmp_path / "set").read({}, ignore)["train"]
    assert part.images[-1, :2, :2].min() == 255, "right and front of the top slice: upper left"
    assert part.masks[-1, :2, :2].min() == 2
    assert part.masks[-1].sum() == 4 * 2
    assert part.masks[0].sum() == 0


def test_smaller_volumes_are_centred(folder):
    save(folder, "small.nii.gz", *marked((4, 4, 5)))
    parts = nifti_folder.entry(folder).read({}, ignore)
    small = [part.masks[part.groups == 10][-1] for part in parts.values() if (part.groups == 10).any()]
    np.testing.assert_array_equal(np.argwhere(small[0] == 2).min(axis=0), [2, 1])


def test_different_spacings_are_said(folder):
    save(folder, "x.nii.gz", *marked(), affine=np.diag([2.0, 2.0, 2.0, 1.0]))
    part = nifti_folder.entry(folder).read({}, ignore)["train"]
    assert part.spacing is None
    assert any("Pixel sizes differ" in note for note in part.card.notes)


def test_slices_follow_one_another_in_their_volume(folder):
    """Volume `number` has 5 + number % 3 slices 2 mm apart, of which the last two show the mask."""
    entry = nifti_folder.entry(folder)
    parts = entry.read({}, ignore)
    assert {part.step for part in parts.values()} == {2.0}
    for part in parts.values():
        assert (np.diff(part.volumes) >= 0).all()
        for number in np.unique(part.volumes):
            shown = (part.masks[part.volumes == number] > 0).any(axis=(1, 2))
            assert shown.tolist() == [False] * (3 + number % 3) + [True, True]
    assert entry.card.gray == {"percentiles": (0.5, 99.5)}


@pytest.mark.parametrize(
    "about",
    [
        {"labels": {"0": "background", "1": "anterior", "2": "posterior"}, "modality": {"0": "MRI"}},
        {"labels": {"posterior": 2, "background": 0, "anterior": 1}, "channel_names": {"0": "T1"}},
    ],
    ids=["decathlon", "nnunet"],
)
def test_classes_and_modality_are_those_of_the_json_beside(folder, about):
    (folder / "dataset.json").write_text(json.dumps(about))
    entry = nifti_folder.entry(folder)
    assert entry.classes == ("background", "anterior", "posterior")
    assert entry.card.modality == "MR"
    assert entry.read({}, ignore)["test"].class_names == entry.classes


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "null",
        '{"labels": {"background": 0, "both": [1, 2]}}',
        '{"labels": {"0": "", "1": "x"}}',
        '{"labels": {"1": "x", "5": "y"}, "modality": "MRI"}',
        '{"labels": {"0": "x", "1": "x"}, "modality": {"0": ["MRI"], "1": "CT"}}',
    ],
)
def test_a_json_that_says_it_otherwise_is_left_aside(folder, content):
    (folder / "dataset.json").write_text(content)
    entry = nifti_folder.entry(folder)
    assert (entry.classes, entry.card.modality) == ((), "")
    assert entry.read({}, ignore)["train"].class_names == ("background", "class 1", "class 2")


def test_classes_that_the_json_leaves_out_have_their_number(folder):
    (folder / "dataset.json").write_text('{"labels": {"0": "background", "1": "anterior"}}')
    assert nifti_folder.entry(folder).read({}, ignore)["train"].class_names == ("background", "anterior", "class 2")


def test_voxels_without_a_value_become_black_and_are_counted(folder):
    volume, labels = marked()
    volume[0, 0, :3] = np.nan
    volume[1, 0, 0] = np.inf
    save(folder, "3.nii.gz", volume, labels)
    parts = nifti_folder.entry(folder).read({}, ignore)
    note = "4 voxels are NaN or infinite and were made black: 1 of the volumes have such, 3.nii.gz 4."
    assert note in parts["train"].card.notes
    part = next(part for part in parts.values() if (part.volumes == 3).any())
    images = part.images[part.volumes == 3]
    assert sorted(np.unique(images)) == [0, 255]
    assert (images == 255).sum() == 8


def test_a_volume_of_nothing_but_nan_is_black(folder):
    save(folder, "3.nii.gz", np.full((6, 8, 5), np.nan, np.float32), marked()[1])
    part = next(p for p in nifti_folder.entry(folder).read({}, ignore).values() if (p.volumes == 3).any())
    assert part.images[part.volumes == 3].max() == 0


def test_a_mask_with_nan_is_refused(folder):
    labels = marked()[1].astype(np.float32)
    labels[0, 0, 0] = np.nan
    save(folder, "3.nii.gz", marked()[0], labels)
    with pytest.raises(ValueError, match=r"must hold class numbers\. Received: NaN or infinity in voxels: 1"):
        nifti_folder.entry(folder).read({}, ignore)


def test_a_mask_without_a_volume_is_left_out_and_said(folder):
    (folder / "images" / "9.nii.gz").unlink()
    entry = nifti_folder.entry(folder)
    assert "1 mask has no image of the same name and is left out: 9.nii.gz." in entry.card.notes


def test_listing_reads_no_voxel(folder, monkeypatch):
    monkeypatch.setattr(nifti_folder, "_load", lambda path: pytest.fail(f"read {path.name}"))
    assert sum(nifti_folder.entry(folder).sizes.values()) == sum(5 + number % 3 for number in range(10))


def test_a_mask_that_does_not_fit_is_found_by_its_header(folder, monkeypatch):
    monkeypatch.setattr(nifti_folder, "_load", lambda path: pytest.fail(f"read {path.name}"))
    entry = nifti_folder.entry(folder)
    expected = r'mask of "3\.nii\.gz" must have the shape of its volume, \(6, 8, 5\)\. Received: \(30000, 30000, 9\)'
    values = nibabel.Nifti1Header()
    values.set_data_shape((30_000, 30_000, 9))
    (folder / "labels" / "3.nii.gz").write_bytes(gzip.compress(values.binaryblock + bytes(4)))
    with pytest.raises(ValueError, match=expected):
        nifti_folder.entry(folder)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=expected):  # listed before it changed
        entry.read({}, ignore)


def test_volumes_that_say_more_than_memory_holds_are_refused_by_their_headers(folder):
    values = nibabel.Nifti1Header()
    values.set_data_shape((30_000, 30_000, 30_000))
    for part in ("images", "labels"):
        (folder / part / "3.nii.gz").write_bytes(gzip.compress(values.binaryblock + bytes(4)))
    with pytest.raises(ValueError, match="must fit into half of this machine's memory"):
        nifti_folder.entry(folder)


def test_what_does_not_fit_is_named(folder):
    save(folder, "bad.nii.gz", marked()[0], np.zeros((3, 3, 3), np.uint8))
    with pytest.raises(ValueError, match=r'mask of "bad\.nii\.gz" must have the shape of its volume'):
        nifti_folder.entry(folder)
    (folder / "labels" / "bad.nii.gz").unlink()
    with pytest.raises(ValueError, match=r"1 without one, such as bad\.nii\.gz"):
        nifti_folder.entry(folder)


def header(**fields):
    """A packed NIfTI file of nothing but a header with some fields set."""
    values = nibabel.Nifti1Header()
    values.set_data_shape((6, 8, 5))
    for name, value in fields.items():
        values[name] = value
    return gzip.compress(values.binaryblock + bytes(4))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"\x1f\x8b\x08\x00broken",
        b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 400,
        header(datatype=9999),
        header(magic=b"none"),
    ],
    ids=["empty", "text", "cut", "zlib", "datatype", "magic"],
)
def test_damage_is_named_and_nothing_is_printed(folder, content, capfd):
    (folder / "images" / "3.nii.gz").write_bytes(content)
    with pytest.raises(ValueError, match=r'The volume "3\.nii\.gz" is no NIfTI file or is damaged'):
        nifti_folder.entry(folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"datatype": 32, "bitpix": 64}, "must hold plain numbers. Received: complex64"),
        ({"dim": [3, -6, 8, 5, 1, 1, 1, 1]}, r"must have three dimensions. Received: shape \(-6, 8, 5\)"),
        ({"sform_code": 1, "srow_x": 0, "srow_y": 0, "srow_z": 0}, "its affine has no inverse"),
        ({"sform_code": 1, "srow_x": np.nan}, "its affine has no inverse"),
    ],
)
def test_headers_that_make_no_sense_are_named(folder, fields, expected):
    (folder / "images" / "3.nii.gz").write_bytes(header(**fields))
    with pytest.raises(ValueError, match=f'The volume "3.nii.gz" .*{expected}'):
        nifti_folder.entry(folder)


def test_four_dimensions_are_refused(folder):
    save(folder, "4d.nii.gz", np.zeros((3, 3, 3, 2), np.float32), np.zeros((3, 3, 3, 2), np.uint8))
    with pytest.raises(ValueError, match=r'"4d\.nii\.gz" must have three dimensions'):
        nifti_folder.entry(folder)


def test_a_cut_volume_is_named_when_read(folder):
    content = (folder / "images" / "5.nii.gz").read_bytes()
    (folder / "images" / "5.nii.gz").write_bytes(content[: len(content) - 20])
    entry = nifti_folder.entry(folder)
    with pytest.raises(ValueError, match=r'"5\.nii\.gz" is no NIfTI file or is damaged'):
        entry.read({}, ignore)
