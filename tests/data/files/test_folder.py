"""What is found in the folders of MEDCORE_DATA, and what is said of the rest."""

import os
import zipfile

import numpy as np
import pytest

from medcore.data.files import folder as folders
from medcore.data.files import npz_set


def test_files_in_the_folder_and_one_level_below_are_found_no_deeper(folder, medmnist_arrays):
    (folder / "a" / "b").mkdir(parents=True)
    for path in (folder / "top.npz", folder / "a" / "inner.npz", folder / "a" / "b" / "deep.npz"):
        np.savez(path, **medmnist_arrays)
    assert set(folders.entries()) == {"top", "inner"}


def test_a_changed_file_is_looked_at_again_an_unchanged_one_is_not(folder, medmnist_arrays, monkeypatch):
    np.savez(folder / "a.npz", **medmnist_arrays)
    first = folders.entries()["a"]
    monkeypatch.setattr(npz_set.npz, "headers", lambda path: pytest.fail("read again"))
    assert folders.entries()["a"] is first
    monkeypatch.undo()
    os.environ["MEDCORE_DATA"] = str(folder)
    np.savez(folder / "a.npz", **{k: v[:6] for k, v in medmnist_arrays.items()})
    assert folders.entries()["a"].sizes == {"train": 6, "val": 6, "test": 6}


def test_damage_is_listed_with_its_reason(folder, medmnist_arrays):
    (folder / "broken.npz").write_bytes(b"PK\x03\x04")
    np.savez(folder / "pickled.npz", train_images=np.array([{}], dtype=object))
    np.savez(folder / "short.npz", **{**medmnist_arrays, "test_labels": np.zeros(3)})
    np.savez(folder / "good.npz", **medmnist_arrays)
    found = folders.entries()
    assert [name for name, entry in found.items() if entry.available] == ["good"]
    assert "is damaged" in found["broken"].how
    assert "never opened" in found["pickled"].how
    assert "one label an image: 20 in test" in found["short"].how


def test_hostile_files_do_not_hide_the_others(folder, medmnist_arrays):
    header = b"{'descr': ("
    with zipfile.ZipFile(folder / "hostile.npz", "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    for part in ("images", "labels"):
        (folder / "brains" / part).mkdir(parents=True)
        (folder / "brains" / part / "1.nii.gz").write_bytes(b"\x1f\x8b\x08\x00" + bytes(6) + b"\xff" * 400)
    np.savez(folder / "good.npz", **medmnist_arrays)
    found = folders.entries()
    assert [name for name, entry in found.items() if entry.available] == ["good"]
    assert found["hostile"].how == "hostile.npz holds x.npy, which is no NumPy array."
    assert found["brains"].how == 'The volume "1.nii.gz" is no NIfTI file or is damaged.'


def test_a_folder_that_is_not_there_is_named(folder, monkeypatch):
    monkeypatch.setenv("MEDCORE_DATA", str(folder / "gone"))
    assert folders.entries()["gone"].how == 'MEDCORE_DATA names the folder "gone", which is not there.'


def test_a_folder_without_permission_is_named_and_the_others_are_still_listed(folder, medmnist_arrays, monkeypatch):
    closed = folder / "closed"
    closed.mkdir()
    np.savez(folder / "good.npz", **medmnist_arrays)
    if getattr(os, "geteuid", int)() == 0:  # root reads everything: say no in the system's place
        real = os.listdir, os.scandir

        def refuse(call):
            def checked(path="."):
                if str(path) == str(closed):
                    raise PermissionError(13, "Permission denied", str(path))
                return call(path)

            return checked

        monkeypatch.setattr(os, "listdir", refuse(real[0]))
        monkeypatch.setattr(os, "scandir", refuse(real[1]))
    else:
        closed.chmod(0)
    try:
        found = folders.entries()
    finally:
        closed.chmod(0o700)
    assert found["good"].available
    assert found["closed"].how == '"closed" cannot be read: no permission.'


def test_a_folder_below_one_without_permission_is_named(folder, tmp_path, medmnist_arrays, monkeypatch):
    below = tmp_path / "closed" / "below"
    below.mkdir(parents=True)
    np.savez(folder / "good.npz", **medmnist_arrays)
    monkeypatch.setenv("MEDCORE_DATA", os.pathsep.join(map(str, (below, folder))))
    if getattr(os, "geteuid", int)() == 0:  # root reads everything: say no in the system's place
        real = os.stat

        def refuse(path, **kwargs):
            if str(path) == str(below):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, **kwargs)

        monkeypatch.setattr(os, "stat", refuse)
    else:
        below.parent.chmod(0)
    try:
        found = folders.entries()
    finally:
        below.parent.chmod(0o700)
    assert found["good"].available
    assert found["below"].how == '"below" cannot be read: no permission.'


def test_of_two_sets_of_one_name_the_first_folder_counts_and_says_so(folder, tmp_path, monkeypatch, medmnist_arrays):
    other = tmp_path / "other"
    other.mkdir()
    np.savez(folder / "same.npz", **medmnist_arrays)
    np.savez(other / "same.npz", **{k: v[:5] for k, v in medmnist_arrays.items()})
    for order, size in (((folder, other), 40), ((other, folder), 5)):
        monkeypatch.setenv("MEDCORE_DATA", os.pathsep.join(map(str, order)))
        entry = folders.entries()["same"]
        assert entry.sizes["train"] == size
        assert f'lies in the folder "{order[1].name}" and is hidden' in entry.card.notes[-1]


def test_a_damaged_set_does_not_hide_a_good_one(folder, medmnist_arrays):
    (folder / "sub").mkdir()
    (folder / "same.npz").write_bytes(b"")
    np.savez(folder / "sub" / "same.npz", **medmnist_arrays)
    assert folders.entries()["same"].available


def test_the_same_folder_twice_is_searched_once(folder, monkeypatch, medmnist_arrays):
    np.savez(folder / "a.npz", **medmnist_arrays)
    monkeypatch.setenv("MEDCORE_DATA", os.pathsep.join([str(folder)] * 2))
    assert folders.entries()["a"].card.notes == ()


def test_the_shared_sets_are_recognised(home, monkeypatch, shared_data):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    found = folders.entries()
    assert {name: entry.card.task for name, entry in found.items() if entry.available} == {
        "breastmnist": "classification",
        "pneumoniamnist_rebuilt": "classification",
        "pneumoniamnist_variant_balanced_aksufatih": "classification",
        "pneumoniamnist_variant_imbalanced_varun19424": "classification",
        "mnist": "classification",
        "dsb2018": "segmentation",
        "hippocampus": "segmentation",
    }
    assert found["breastmnist"].card.published["accuracy"] == 0.863
    assert found["mnist"].sizes == {"train": 54_000, "val": 6_000, "test": 10_000}
    for name in ("rebuilt", "variant_balanced_aksufatih", "variant_imbalanced_varun19424"):
        assert found[f"pneumoniamnist_{name}"].classes == ("normal", "pneumonia")
