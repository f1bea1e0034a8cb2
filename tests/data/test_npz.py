"""Archives from strangers: damaged, pickled, lying about their size."""

import io
import zipfile

import numpy as np
import pytest
from numpy.lib import format as npy

from medcore.data import npz


class Bomb:
    """Would write a file when unpickled."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


def header_only(path, shape, size=0):
    """An archive whose array says `shape` and holds `size` bytes."""
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train_images.npy", stream.getvalue() + bytes(size))


def test_headers_and_arrays(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=np.arange(6.0).reshape(2, 3), y=np.array([1, 2], np.uint8))
    found = npz.headers(tmp_path / "a.npz")
    assert found == {"x": ((2, 3), np.dtype(float)), "y": ((2,), np.dtype(np.uint8))}
    np.testing.assert_array_equal(npz.read(tmp_path / "a.npz", "x"), np.arange(6.0).reshape(2, 3))


def test_pickles_are_refused_and_never_opened(tmp_path):
    target = tmp_path / "owned"
    np.savez(tmp_path / "a.npz", train_images=np.array([Bomb(target)], dtype=object))
    with pytest.raises(ValueError, match=r"a\.npz holds pickled Python objects, which are never opened"):
        npz.headers(tmp_path / "a.npz")
    with pytest.raises(ValueError, match="damaged"):
        npz.read(tmp_path / "a.npz", "train_images")
    assert not target.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x93NUMPY"])
def test_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.npz is no NumPy archive \(\.npz\) or is damaged"):
        npz.headers(tmp_path / "a.npz")


def test_a_cut_archive_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(1000))
    content = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="damaged"):
        npz.headers(tmp_path / "a.npz")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_flipped_bits_in_the_data_are_found(tmp_path, save):
    save(tmp_path / "a.npz", x=np.random.default_rng(0).integers(0, 256, 10_000, dtype=np.uint8))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[5000] ^= 0xFF
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        npz.read(tmp_path / "a.npz", "x")


def test_an_array_that_says_more_than_it_holds_is_refused(tmp_path):
    header_only(tmp_path / "a.npz", (10**6, 10**6))
    with pytest.raises(ValueError, match=r"train_images\.npy says 1,000,000,000,000 bytes of data. Received: 0"):
        npz.headers(tmp_path / "a.npz")


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "memory_limit", lambda: 10**6)
    header_only(tmp_path / "a.npz", (2000, 1000), size=2_000_000)
    assert (tmp_path / "a.npz").stat().st_size < 10_000
    with pytest.raises(ValueError, match="must fit into half of this machine's memory"):
        npz.headers(tmp_path / "a.npz")


def test_the_limit_is_half_of_the_memory(monkeypatch):
    import psutil

    assert npz.memory_limit() == psutil.virtual_memory().total // 2


def test_an_archive_of_too_many_files_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", **{f"x{i}": np.zeros(1) for i in range(npz.MAX_ARRAYS + 1)})
    with pytest.raises(ValueError, match=r"at most 100 arrays\. Received: 101"):
        npz.headers(tmp_path / "a.npz")


def test_a_file_that_is_no_array_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", b"hello")
    with pytest.raises(ValueError, match=r"holds x\.npy, which is no NumPy array"):
        npz.headers(tmp_path / "a.npz")
