"""How the pixels of a file are laid out, held against the bytes that are there before anything is decoded."""

import math
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from medcore.imaging.dicom import elements, fragments, notes, syntaxes
from medcore.imaging.dicom.reading import Document, RefusedError

MAX_FRAME_BYTES = 2**28
"""Of one decoded frame: larger ones are refused."""

MAX_FRAMES = 20_000

RLE_EXPANSION = 64
"""Bytes that one byte of RLE becomes at most: a run of 128 from 2 (PS3.5 annex G.3.1)."""

_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
_GRAY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_ALLOCATED = (1, 8, 16, 32, 64)


@dataclass(frozen=True)
class Layout:
    """The Image Pixel module (PS3.3 C.7.6.3), checked.

    Args:
        rows, columns: pixels of a frame.
        samples: 1, or 3 for colour.
        allocated, stored, high: bits of a sample, how many of them count, and which is the highest that does.
        signed: two's complement.
        photometric: Photometric Interpretation.
        planar: 1 if the samples of a colour lie in planes of their own.
        frames: how many are there, which may be fewer than the header says.
        keyword: of the pixel element.
        notes: what was odd.
    """

    rows: int
    columns: int
    samples: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str
    planar: int
    frames: int
    keyword: str
    notes: tuple[str, ...] = ()

    @property
    def floating(self) -> bool:
        """Whether the samples are floating-point numbers."""
        return self.keyword != "PixelData"

    @property
    def frame_bits(self) -> int:
        """Bits of an uncompressed frame."""
        bits = self.rows * self.columns * self.samples * self.allocated
        return bits * 2 // 3 if self.photometric == "YBR_FULL_422" else bits


def of(document: Document) -> Layout:
    """The layout of a file's pixels.

    Raises:
        ValueError: if there are no pixels, their layout makes no sense, or the bytes cannot hold them.
    """
    if document.pixels is None:
        raise RefusedError(_no_image(document))
    header = document.header
    rows, columns = elements.whole(header, "Rows") or 0, elements.whole(header, "Columns") or 0
    if not (0 < rows <= 65535 and 0 < columns <= 65535):
        raise RefusedError(f"The DICOM file must have rows and columns of pixels. Received: {rows} x {columns}")
    samples, photometric, odd = _colours(header)
    allocated, stored, high = _bits(header, document.keyword)
    if rows * columns * samples * max(1, allocated // 8) > MAX_FRAME_BYTES:
        raise RefusedError(
            f"An image must take at most {MAX_FRAME_BYTES // 2**20} MB once it is decoded. "
            f"Received: {columns:,} x {rows:,} pixels"
        )
    layout = Layout(
        rows=rows,
        columns=columns,
        samples=samples,
        allocated=allocated,
        stored=stored,
        high=high,
        signed=elements.whole(header, "PixelRepresentation") == 1,
        photometric=photometric,
        planar=int(elements.whole(header, "PlanarConfiguration") == 1),
        frames=max(1, elements.whole(header, "NumberOfFrames") or 1),
        keyword=document.keyword,
        notes=odd,
    )
    return _held(layout, document)


def _no_image(document: Document) -> str:
    kind = elements.value(document.header, "SOPClassUID") or elements.value(document.meta, "MediaStorageSOPClassUID")
    known = getattr(kind, "name", "")
    if not known and len(document.header) == 0:
        return "The file is no DICOM file, or its header is damaged."
    return f"The DICOM file holds no image. Received: {elements.plain(str(known) or 'no kind', 60)}"


def _colours(header: Dataset) -> tuple[int, str, tuple[str, ...]]:
    """Samples and Photometric Interpretation; where both cannot be true, the samples are believed."""
    photometric = elements.text(header, "PhotometricInterpretation").upper()
    samples = elements.whole(header, "SamplesPerPixel")
    if samples is None:
        samples = 3 if photometric in _COLOUR else 1
    if samples not in (1, 3) or (photometric and photometric not in _COLOUR + _GRAY):
        raise RefusedError(
            "The pixels of the DICOM file must be gray, of a palette, RGB or YBR. "
            f"Received: {photometric or 'nothing'} with {samples} samples"
        )
    if (samples == 3) == (photometric in _COLOUR) and photometric:
        return samples, photometric, ()
    return samples, "RGB" if samples == 3 else "MONOCHROME2", (notes.colours_unclear(samples),)


def _bits(header: Dataset, keyword: str) -> tuple[int, int, int]:
    """Bits allocated, bits stored, high bit (PS3.5 8.1.1)."""
    if keyword != "PixelData":
        allocated = 32 if keyword == "FloatPixelData" else 64
        return allocated, allocated, allocated - 1
    allocated = elements.whole(header, "BitsAllocated") or 0
    if allocated not in _ALLOCATED:
        raise RefusedError(
            f"The pixels of the DICOM file must take 1, 8, 16, 32 or 64 bits each. Received: {allocated}"
        )
    stored = elements.whole(header, "BitsStored") or allocated
    if not 0 < stored <= allocated:
        raise RefusedError(f"The pixels of the DICOM file must use at most {allocated} bits each. Received: {stored}")
    high = elements.whole(header, "HighBit")
    return allocated, stored, high if high is not None and stored - 1 <= high < allocated else stored - 1


def _held(layout: Layout, document: Document) -> Layout:
    """With the number of frames that the bytes hold.

    Raises:
        ValueError: if they do not even hold one.
    """
    if document.syntax in syntaxes.CODECS:
        return _held_compressed(layout, document)
    if document.syntax and document.syntax not in syntaxes.NATIVE:
        raise RefusedError(
            "The pixels of the DICOM file are compressed in a way that is not known here. "
            f"Received: {elements.plain(syntaxes.name(document.syntax), 70)}"
        )
    if document.encapsulated:
        raise RefusedError("The DICOM file is damaged: it calls its pixels uncompressed, but they are in pieces.")
    assert document.pixels is not None
    room = 8 * len(document.pixels) // layout.frame_bits
    if room == 0:
        raise RefusedError(
            f"The DICOM file is cut off: its image needs {math.ceil(layout.frame_bits / 8):,} bytes. "
            f"Received: {len(document.pixels):,}"
        )
    if 8 * (len(document.pixels) - 1) // layout.frame_bits > layout.frames:  # one byte may pad
        return replace(_counted(layout, room), notes=(*layout.notes, notes.more_pixels()))
    return _counted(layout, room)


def _held_compressed(layout: Layout, document: Document) -> Layout:
    assert document.pixels is not None
    if not document.encapsulated:
        raise RefusedError("The DICOM file is damaged: it calls its pixels compressed, but they are not in pieces.")
    pieces, length = fragments.count(document.pixels)
    if pieces == 0:
        raise RefusedError("The DICOM file is damaged: its compressed pixels are empty.")
    layout = _counted(layout, max(1, min(pieces, MAX_FRAMES))) if layout.frames > pieces else layout
    if layout.frames > MAX_FRAMES:
        raise RefusedError(f"A DICOM file must hold at most {MAX_FRAMES:,} frames. Received: {layout.frames:,}")
    codec = syntaxes.CODECS[document.syntax]
    if codec.plugin == "pydicom" and layout.frames * layout.frame_bits // 8 > RLE_EXPANSION * length:
        raise RefusedError("The DICOM file is damaged: its compressed pixels are too short for an image of its size.")
    return layout


def _counted(layout: Layout, room: int) -> Layout:
    frames = min(layout.frames, room)
    if frames > MAX_FRAMES:
        raise RefusedError(f"A DICOM file must hold at most {MAX_FRAMES:,} frames. Received: {frames:,}")
    if frames == layout.frames:
        return layout
    return replace(layout, frames=frames, notes=(*layout.notes, notes.frames_missing(layout.frames, frames)))
