import gzip
import io
import struct

import nibabel
import numpy as np
import pytest
from PIL import Image

from medcore.imaging import sniff
from tests.imaging.uploads import frames, png, series, volume, zipped


def picture(format_: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(stream, format_)
    return stream.getvalue()


def array() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros(3))
    return stream.getvalue()


def arrays() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(3))
    return stream.getvalue()


def nifti() -> bytes:
    return nibabel.Nifti1Image(np.zeros((2, 2, 2), np.int16), np.eye(4)).to_bytes()


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: series(volume(1))[0], "dicom"),
        (lambda: frames(volume(2)), "dicom"),
        (lambda: series(volume(1))[0][132:], "dicom"),
        (nifti, "nifti"),
        (lambda: gzip.compress(nifti()), "nifti"),
        (lambda: struct.pack(">i", 348) + bytes(344), "nifti"),
        (lambda: nibabel.Nifti2Image(np.zeros((2, 2, 2)), np.eye(4)).to_bytes(), "nifti"),
        (png, "picture"),
        (lambda: picture("JPEG"), "picture"),
        (lambda: picture("TIFF"), "picture"),
        (array, "arrays"),
        (arrays, "arrays"),
        (lambda: zipped({"a.png": png()}), "zip"),
        (lambda: zipped({}), "zip"),
        (lambda: zipped({"a.npy": array(), "b.png": png()}), "zip"),
        (lambda: b"PK\x03\x04 cut off", "zip"),
    ],
)
def test_content_tells(make, kind):
    assert sniff.kind(memoryview(make())) == kind


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.4", "a PDF document"),
        (b"MZ\x90\0", "a Windows program"),
        (b"\x7fELF\x02", "a program"),
        (b"Rar!\x1a", "a RAR archive"),
        (b"\x80\x04\x95", "a Python pickle"),
        (b"<svg xmlns=", "a web page, an SVG drawing or XML"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_what_is_no_image_is_refused_with_what_it_is(data, what):
    with pytest.raises(ValueError, match=r"An image was expected: .*\.") as error:
        sniff.kind(memoryview(data))
    assert str(error.value).endswith(f"Received: {what}")


def test_a_preamble_may_hold_what_it_wants():
    """PS3.10: the first 128 bytes are free; those of a TIFF may stand there, so that both can read the file."""
    data = series(volume(1))[0]
    for start in (b"II*\0", b"MZ", b"PK\x03\x04"):
        assert sniff.kind(memoryview(start + data[len(start) :])) == "dicom"


def test_an_empty_file_is_called_so():
    with pytest.raises(ValueError, match=r"^The file is empty\.$"):
        sniff.kind(memoryview(b""))
