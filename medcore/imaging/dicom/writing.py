"""Writes a DICOM file anew: explicit VR, little-endian, the pixels last and nothing behind them (PS3.10 section 7)."""

import struct

from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.tag import Tag

from medcore.imaging.dicom import allowed
from medcore.imaging.dicom.clean_pixels import Clean

META = (0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010, 0x00020012, 0x00020013)
"""File meta information that is written: length, version, class, instance, syntax, who wrote it."""

_UNDEFINED = 0xFFFFFFFF


def written(header: Dataset, clean: Clean, keyword: str, encapsulated: bool) -> bytes:
    """The bytes of a file; its preamble is empty, its file meta information new.

    Args:
        header: all elements but the pixels, which have the highest tag.
        clean: the pixels.
        keyword: of the pixel element.
        encapsulated: they are compressed.
    """
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = header.SOPClassUID
    meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    meta.TransferSyntaxUID = uid.UID(clean.syntax)
    meta.ImplementationClassUID = allowed.WRITER_UID
    meta.ImplementationVersionName = allowed.WRITER
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, False
    file.write(bytes(128) + b"DICM")
    write_file_meta_info(file, meta, enforce_standard=True)
    write_dataset(file, header)
    tag = Tag(keyword)
    length = _UNDEFINED if encapsulated else len(clean.value)
    file.write(struct.pack("<HH2sHI", tag.group, tag.element, clean.vr.encode(), 0, length))
    file.write(clean.value)
    return file.getvalue()
