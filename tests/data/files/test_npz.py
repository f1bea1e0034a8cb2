"""Archives from strangers: damaged, pickled, lying about their size."""

import io
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from numpy.lib import format as npy

from medcore.data.files import npz
from tests.conftest import ROOT


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


def said(path, header):
    """An archive whose array has the given text as its header, and no data."""
    body = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", body)


def described(descr, shape="(1,)"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"


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


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': (",
        "{'descr': '",
        '"' * 3,
        "-" * 9000 + "1",
        "(" * 9000,
        "{[]: 1}",
        "\0",
        described("',,'"),
        described("('|u1', (2, 'a'))"),
        described("[('a',)]"),
        described("'<U99999999999999'"),
        described("'|u1'", "(-1, -2)"),
        described("'<f8'", "(1e9,)"),
    ],
)
def test_a_header_that_is_no_header_is_named(tmp_path, header):
    said(tmp_path / "a.npz", header)
    with pytest.raises(ValueError, match=r"^a\.npz holds x\.npy, which is no NumPy array\.$"):
        npz.headers(tmp_path / "a.npz")


@pytest.mark.parametrize("descr", ["'<M8[7ns/0]'", r"'<M8[7ns\x2f0]'", "[('a', '<m8[s/0]')]"])
def test_a_type_that_makes_numpy_end_the_process_never_gets_there(tmp_path, descr):
    said(tmp_path / "a.npz", described(descr))
    code = (
        f"from pathlib import Path; from medcore.data.files import npz; npz.headers(Path({str(tmp_path / 'a.npz')!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ValueError: a.npz holds x.npy, which is no NumPy array." in done.stderr


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_any_damaged_byte_of_any_compression_gives_one_sentence(tmp_path, kind):
    path, stream, rng = tmp_path / "a.npz", io.BytesIO(), np.random.default_rng(kind)
    np.save(stream, rng.integers(0, 256, 300, dtype=np.uint8))
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("x.npy", stream.getvalue())
    whole, sentences = path.read_bytes(), []
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 4):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            for name in npz.headers(path):
                npz.read(path, name)
        except ValueError as error:
            sentences.append(str(error))
    assert len(sentences) > 100
    assert all(sentence.startswith("a.npz ") for sentence in sentences)
