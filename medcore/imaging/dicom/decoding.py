"""The stored values of frames: one named decoder each, nothing decoded that the header does not announce."""

from collections.abc import Iterator, Sequence

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medcore.imaging.dicom import fragments, layout, syntaxes, tables, values
from medcore.imaging.dicom.describing import WANTED
from medcore.imaging.dicom.layout import RLE_EXPANSION, Layout
from medcore.imaging.dicom.reading import DAMAGE, Document, RefusedError, quietly, read
from medcore.imaging.files import Found

_FUNCTIONAL_GROUPS = (0x52009229, 0x52009230)
_NEEDED = tuple(tag for tag in WANTED if tag not in _FUNCTIONAL_GROUPS)


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The frames wanted, one after the other.

    Args:
        data: the whole file.
        found: what `describing.describe` said of it.
        frames: from 0.

    Yields:
        (rows, columns) of stored values, the Modality LUT applied where there is one, or (rows, columns, 3) RGB;
        C-contiguous, little-endian, of `found.dtype`.

    Raises:
        ValueError: with one sentence, if a frame cannot be decoded.
    """
    with quietly():
        document = read(data, _NEEDED)
        pixels = layout.of(document)
        try:
            table = _table(document.header, pixels)
            for index in frames:
                if not 0 <= index < pixels.frames:
                    raise RefusedError(f"The DICOM file has {pixels.frames:,} frames. Received: number {index + 1}")
                yield _shown(_stored(document, pixels, index), pixels, table, np.dtype(found.dtype))
        except RefusedError:
            raise
        except DAMAGE as error:
            raise RefusedError("The pixels of the DICOM file are damaged: they cannot be decoded.") from error


def _table(header: Dataset, pixels: Layout) -> tables.Table | None:
    if pixels.photometric == "PALETTE COLOR":
        return tables.palette(header, pixels.signed)
    plain = values.meaning(header, pixels, [header])
    return plain.table


def _stored(document: Document, pixels: Layout, index: int) -> np.ndarray:
    if document.syntax in syntaxes.CODECS:
        return _compressed(document, pixels, index)
    assert document.pixels is not None
    stored, _ = get_decoder(_native(document)).as_array(
        document.pixels,
        index=index,
        validate=False,
        correct_unused_bits=False,
        pixel_keyword=document.keyword,
        pixel_vr=document.vr,
        **_options(pixels),
    )
    return _used_bits(stored, pixels)


def _native(document: Document) -> str:
    """The uncompressed syntax, whose deflated kind has been inflated; guessed as on reading where it is not said."""
    if document.syntax:
        return document.syntax
    implicit, little = document.header.original_encoding
    if not little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def stored(document: Document, pixels: Layout, index: int) -> np.ndarray:
    """A compressed frame as it was before compression, all bits and no colours changed: (rows, columns[, 3]).

    Raises:
        ValueError: if it cannot be decoded.
    """
    return _compressed(document, pixels, index, raw=True)


def _compressed(document: Document, pixels: Layout, index: int, raw: bool = False) -> np.ndarray:
    assert document.pixels is not None
    codec = syntaxes.CODECS[document.syntax]
    frame = fragments.frame(document.pixels, index, pixels.frames, fragments.offsets(document.header))
    _check_size(frame, pixels, codec)
    raw_bits = {"correct_unused_bits": False} if codec.plugin == "pydicom" else {}
    found, _ = get_decoder(document.syntax).as_array(
        encapsulate([frame], has_bot=False),
        index=0,
        validate=False,
        raw=raw,
        decoding_plugin=codec.plugin,
        **raw_bits,
        **{**_options(pixels), "number_of_frames": 1},
    )
    return _used_bits(found, pixels) if raw_bits and not raw else found


def _options(pixels: Layout) -> dict[str, int | str]:
    options: dict[str, int | str] = {
        "rows": pixels.rows,
        "columns": pixels.columns,
        "samples_per_pixel": pixels.samples,
        "number_of_frames": pixels.frames,
        "photometric_interpretation": pixels.photometric,
        "bits_allocated": pixels.allocated,
        "planar_configuration": pixels.planar,
    }
    if not pixels.floating:
        options |= {"bits_stored": pixels.stored, "pixel_representation": int(pixels.signed)}
    return options


def _check_size(frame: bytes, pixels: Layout, codec: syntaxes.Codec) -> None:
    """Refuses a frame that would become larger than the header says, before a decoder makes room for it."""
    if codec.size is None:
        if pixels.frame_bits // 8 > RLE_EXPANSION * len(frame):
            raise RefusedError("The compressed pixels of the DICOM file are too short for an image of its size.")
        return
    size = codec.size(frame)
    if size is None:
        raise RefusedError(f"The pixels of the DICOM file must be compressed as {codec.name}. Received: something else")
    if codec.plugin == "pillow" and size.precision > 8:
        raise RefusedError(syntaxes.twelve_bits(size.precision))
    if (size.rows, size.columns, size.samples) != (pixels.rows, pixels.columns, pixels.samples):
        raise RefusedError(
            f"The DICOM file says {pixels.columns} x {pixels.rows} pixels of {pixels.samples}, but its compressed "
            f"image {size.columns} x {size.rows} of {size.samples}."
        )


def _used_bits(stored: np.ndarray, pixels: Layout) -> np.ndarray:
    """Only the bits that count: others may hold anything, overlays among them (PS3.5 8.1.1)."""
    unused = pixels.allocated - pixels.stored
    if pixels.floating or pixels.allocated == 1 or not unused:
        return stored
    return np.right_shift(np.left_shift(stored, pixels.allocated - 1 - pixels.high), unused)


def _shown(stored: np.ndarray, pixels: Layout, table: tables.Table | None, dtype: np.dtype) -> np.ndarray:
    if table is not None:
        stored = table.applied(stored)
    elif pixels.samples == 3 and pixels.stored > 8:
        stored = np.right_shift(stored, pixels.stored - 8)
    if dtype.kind in "ui" and not np.can_cast(stored.dtype, dtype, "safe"):
        limits = np.iinfo(dtype)
        if stored.min() < limits.min or stored.max() > limits.max:
            raise RefusedError("The pixels of the DICOM file are damaged: they hold more bits than its header says.")
    return np.ascontiguousarray(stored, dtype.newbyteorder("<"))
