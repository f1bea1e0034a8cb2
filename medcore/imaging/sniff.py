"""What kind of file it is, told by its content; names and endings say nothing."""

import io
import struct
import zipfile
from pathlib import PurePath

OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"<", "a web page, an SVG drawing or XML"),
    (b"{", "JSON"),
)
EXPECTED = "An image was expected: DICOM, NIfTI, PNG, JPEG, TIFF, NumPy arrays, or a ZIP of these."
NAMED = {
    ".png": "PNG picture",
    ".jpg": "JPEG picture",
    ".jpeg": "JPEG picture",
    ".tif": "TIFF picture",
    ".tiff": "TIFF picture",
    ".npy": "NumPy array",
    ".npz": "file of NumPy arrays",
    ".nii": "NIfTI file",
    ".gz": "packed NIfTI file",
    ".zip": "ZIP archive",
}
"""What a name promises: said where a file turns out to be nothing at all."""
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NIFTI_SIZES = (348, 540)


def kind(data: memoryview) -> str:
    """ "dicom", "nifti", "picture", "arrays" or "zip".

    What nothing else claims may still be DICOM: its reader knows files without a preamble.

    Args:
        data: the whole file.

    Raises:
        ValueError: if it is something else, with what it seems to be.
    """
    head = bytes(data[:132])
    if not head:
        raise ValueError("The file is empty.")
    if head[128:132] == b"DICM":
        return "dicom"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "arrays" if _all_arrays(data) else "zip"
    if head.startswith(b"\x93NUMPY"):
        return "arrays"
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", *TIFF)):
        return "picture"
    if head.startswith(b"\x1f\x8b") or _is_nifti(head):
        return "nifti"
    for start, what in OTHERS:
        if head.startswith(start):
            raise ValueError(f"{EXPECTED} Received: {what}")
    return "dicom"


def unfit(name: str) -> str:
    """What a file is not, by its name, in a sentence; "" for names that promise DICOM, or nothing."""
    promised = NAMED.get(PurePath(name.lower()).suffix)
    return f"The file is no {promised}, or it is damaged. {EXPECTED}" if promised else ""


def _is_nifti(head: bytes) -> bool:
    return len(head) >= 4 and any(struct.unpack(f"{order}i", head[:4])[0] in NIFTI_SIZES for order in "<>")


def _all_arrays(data: memoryview) -> bool:
    """An `.npz` is a ZIP of `.npy` files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)
