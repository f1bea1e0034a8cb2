"""NIfTI volumes, .nii and .nii.gz, of both versions and byte orders.

Reference: https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h and nifti2.h
"""

import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

import numpy as np
from nibabel import Nifti1Header, Nifti2Header
from nibabel.spatialimages import HeaderDataError

from medcore.imaging.files import Found, Frame
from medcore.imaging.formats import numbers
from medcore.imaging.formats.memory import DEFLATE_EXPANSION, MAX_BYTES, Memory, check_size

HEADERS = {348: Nifti1Header, 540: Nifti2Header}
"""By the number that stands at the beginning: its own size."""
BEGIN = {348: 352, 540: 544}
"""Where the voxels begin at the earliest: behind the header and the extension flags."""
SINGLE, PAIR = (b"n+1", b"n+2"), (b"ni1", b"ni2")
RGB, RGBA = 128, 2304
TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
LABELS = 1002
"""Intent code of volumes that hold class numbers."""
MILLIMETRES = {1: 1000.0, 3: 0.001}
"""Units of length that are not mm: metres and micrometres."""
CHUNK = 2**20
GZIP = b"\x1f\x8b"
DAMAGE = (EOFError, OSError, zlib.error)
SKEWED = "The axes of the volume are not at right angles, so that nothing is said of how it lies in the patient."
UNPLACED = "The volume does not say how it lies in the patient: left and right are unknown."
UNSCALED = "Its scale makes no sense and is not applied: the values are those stored."


class Volume(NamedTuple):
    """What the header says.

    Args:
        shape: voxels along the file's first, second, third axis, and how many such volumes.
        samples: 1, or 3 for colour.
        dtype: of a sample, as stored.
        pixel: bytes of a voxel.
        start: where the voxels begin.
        header: of nibabel.
    """

    shape: tuple[int, int, int, int]
    samples: int
    dtype: np.dtype
    pixel: int
    start: int
    header: Nifti1Header

    @property
    def frame(self) -> int:
        """Bytes of a slice."""
        return self.shape[0] * self.shape[1] * self.pixel


def describe(data: memoryview, name: str) -> list[Found]:
    """What a NIfTI file holds: its volume, as slices along its third axis.

    Rows and columns are turned over where needed to lie as radiologists look at them: columns to the patient's left
    (or back, in sagittal slices), rows to the back (or feet).

    Args:
        data: the whole file.
        name: of the file; nothing is told by it.

    Raises:
        ValueError: with one sentence, if it is refused.
    """
    del name
    volume = _volume(data)
    fit = numbers.Fit("uint8") if volume.samples == 3 else numbers.fit(volume.dtype, _chunks(data, volume))
    columns, rows, _, moments = volume.shape
    affine, odd = _affine(volume.header)
    lines, gap, flips = _lines(affine, volume)
    slope, intercept, unscaled = _scale(volume)
    frames = tuple(
        Frame(**line, slope=slope, intercept=intercept, number=index + 1, moment=f"t={t + 1}" if moments > 1 else "")
        for t in range(moments)
        for index, line in enumerate(lines)
    )
    labels = int(volume.header["intent_code"]) == LABELS
    return [
        Found(
            kind="nifti",
            group="",
            title="NIfTI labels" if labels else "NIfTI volume",
            modality="",
            rows=rows,
            columns=columns,
            samples=volume.samples,
            dtype=fit.dtype,
            unit="",
            frames=frames,
            notes=(*odd, *unscaled, *fit.notes),
            gap=gap,
            details={"flips": flips},
        )
    ]


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The slices wanted, one after the other; quickest in the order stored.

    Args:
        data: the whole file.
        found: what `describe` said of it.
        frames: from 0.

    Yields:
        (rows, columns) of stored values or (rows, columns, 3), of `found.dtype`.

    Raises:
        ValueError: with one sentence, if the file is cut off or damaged.
    """
    volume = _volume(data)
    columns, rows, slices, moments = volume.shape
    turned = tuple(slice(None, None, -1 if flip else 1) for flip in found.details["flips"])
    stream = _stream(data)
    for index in frames:
        if not 0 <= index < slices * moments:
            raise ValueError(f"The volume has {slices * moments:,} slices. Received: number {index + 1}")
        raw = _read(stream, volume.start + index * volume.frame, volume.frame)
        if volume.samples == 3:
            pixels = np.frombuffer(raw, np.uint8).reshape(rows, columns, volume.pixel)[..., :3]
        else:
            pixels = np.frombuffer(raw, volume.dtype).reshape(rows, columns)
        yield numbers.stored(pixels[turned], found.dtype)


def _stream(data: memoryview) -> IO[bytes]:
    """The file, inflated as it is read."""
    file = Memory(data)
    return gzip.GzipFile(fileobj=file, mode="rb") if data[:2] == GZIP else file  # type: ignore[return-value]


def _read(stream: IO[bytes], start: int, size: int) -> bytes:
    try:
        stream.seek(start)
        raw = stream.read(size)
    except DAMAGE as error:
        raise ValueError("The NIfTI file is damaged or cut off: it cannot be unpacked to its end.") from error
    if len(raw) < size:
        raise ValueError("The NIfTI file is cut off: it holds fewer voxels than its header says.")
    return raw


def _volume(data: memoryview) -> Volume:
    """Judges the header; nothing else has been unpacked by then.

    Raises:
        ValueError: if it is no NIfTI file, or larger than its bytes can hold, or of a kind that cannot be shown.
    """
    header = _header(_head(data))
    size = int(header["sizeof_hdr"])
    rank = int(header["dim"][0])
    if not 1 <= rank <= 7:
        raise ValueError(f"The NIfTI file is damaged: it must have 1 to 7 dimensions. Received: {rank}")
    axes = [int(length) for length in header["dim"][1 : rank + 1]]
    if min(axes) < 1 or rank < 2:
        raise ValueError(f"The NIfTI file must hold a volume. Received: dimensions {' x '.join(map(str, axes))}")
    columns, rows, slices, *rest = [*axes, 1]
    moments = math.prod(rest)
    check_size(rows, columns, slices * moments)
    code = int(header["datatype"])
    samples = 3 if code in (RGB, RGBA) else 1
    if samples == 1 and code not in TYPES:
        raise ValueError(f"The NIfTI file must hold plain numbers or colours. Received: data type {code}")
    dtype = np.dtype(np.uint8 if samples == 3 else TYPES[code]).newbyteorder(header.endianness)
    pixel = {RGB: 3, RGBA: 4}.get(code, dtype.itemsize)
    volume = Volume((columns, rows, slices, moments), samples, dtype, pixel, _start(header, size), header)
    _check_bytes(volume, data)
    return volume


def _head(data: memoryview) -> bytes:
    """The first bytes, inflated if need be; no more of them than a header has."""
    stream = _stream(data)
    try:
        return stream.read(max(BEGIN.values()))
    except DAMAGE as error:
        raise ValueError("A NIfTI file was expected. Received: a damaged gzip file") from error


def _header(head: bytes) -> Nifti1Header:
    for order in ("<", ">"):
        size = int.from_bytes(head[:4], "little" if order == "<" else "big")
        if size not in HEADERS or len(head) < size:
            continue
        magic = head[344:347] if size == 348 else head[4:7]
        if magic in SINGLE:
            return HEADERS[size].from_fileobj(io.BytesIO(head), order, check=False)
        if magic in PAIR or size == 348:
            raise ValueError(
                "A NIfTI file must hold its voxels. Received: the header of a .hdr/.img pair; save it as .nii"
            )
    raise ValueError("A NIfTI file was expected. Received: something else, or one cut off within its header")


def _start(header: Nifti1Header, size: int) -> int:
    """Where the voxels begin; some programs write 0 for "right behind the header"."""
    offset = float(header["vox_offset"])
    if not math.isfinite(offset) or offset > MAX_BYTES:
        raise ValueError("The NIfTI file is damaged: it does not say where its voxels begin.")
    return max(int(offset), BEGIN[size])


def _check_bytes(volume: Volume, data: memoryview) -> None:
    needed = volume.start + math.prod(volume.shape) * volume.pixel
    if needed > MAX_BYTES:
        raise ValueError(f"A volume may take {MAX_BYTES // 2**30} GB at most. Received: {needed / 2**30:,.1f} GB")
    most = len(data) * DEFLATE_EXPANSION if data[:2] == GZIP else len(data)
    if needed > most:
        raise ValueError(
            f"The NIfTI file is cut off or damaged: its header says {needed:,} bytes, more than its {len(data):,} hold."
        )


def _chunks(data: memoryview, volume: Volume) -> Iterator[np.ndarray]:
    stream, place = _stream(data), volume.start
    end = place + math.prod(volume.shape) * volume.pixel
    while place < end:
        raw = _read(stream, place, min(CHUNK, end - place))
        yield np.frombuffer(raw, volume.dtype)
        place += len(raw)


def _affine(header: Nifti1Header) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """(4, 4) from voxels to patient coordinates of DICOM in mm; None, with a note, if the file does not say.

    The file's own system points to the Right, Anterior and Superior; DICOM's to the Left, Posterior and Head.
    """
    for form in (header.get_sform, header.get_qform):
        try:
            affine, code = form(coded=True)
        except (HeaderDataError, ValueError, ArithmeticError):
            continue
        if code and affine is not None and np.isfinite(affine).all() and _regular(affine):
            scale = MILLIMETRES.get(int(header["xyzt_units"]) & 7, 1.0)
            return np.diag([-scale, -scale, scale, 1.0]) @ affine, ()
    return None, (UNPLACED,)


def _regular(affine: np.ndarray) -> bool:
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not (lengths > 1e-9).all() or not np.isfinite(lengths).all():
        return False
    return abs(np.linalg.det(affine[:3, :3] / lengths)) > 1e-3


def _lines(
    affine: np.ndarray | None, volume: Volume
) -> tuple[list[dict[str, tuple[float, ...]]], float | None, tuple[bool, bool]]:
    """Place, direction and spacing of each slice of one volume; the gap; whether rows and columns are turned over."""
    columns, rows, slices, _ = volume.shape
    if affine is None:
        sizes = _zooms(volume.header)
        spacing = {"spacing": (sizes[1], sizes[0])} if min(sizes[:2]) > 0 else {}
        return [spacing] * slices, sizes[2] if sizes[2] > 0 and slices > 1 else None, (False, False)
    flips = tuple(_turned(affine[:3, axis]) for axis in (1, 0))
    for flip, axis, length in ((flips[0], 1, rows), (flips[1], 0, columns)):
        if flip:
            affine[:3, 3] += affine[:3, axis] * (length - 1)
            affine[:3, axis] *= -1
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    across, down = affine[:3, 0] / lengths[0], affine[:3, 1] / lengths[1]
    line = {"orientation": (*across.tolist(), *down.tolist()), "spacing": (float(lengths[1]), float(lengths[0]))}
    places = affine[:3, 3] + np.arange(slices)[:, None] * affine[:3, 2]
    return [{**line, "position": tuple(place)} for place in places.tolist()], float(lengths[2]), flips


def _turned(axis: np.ndarray) -> bool:
    """Whether an axis runs against how slices are looked at: to the left, to the back, to the feet."""
    main = int(np.argmax(np.abs(axis)))
    return bool(axis[main] * (1, 1, -1)[main] < 0)


def _zooms(header: Nifti1Header) -> tuple[float, float, float]:
    """Sizes of a voxel in mm; 0 where unknown."""
    scale = MILLIMETRES.get(int(header["xyzt_units"]) & 7, 1.0)
    sizes = [abs(float(size)) * scale for size in header["pixdim"][1:4]]
    return tuple(size if math.isfinite(size) else 0.0 for size in sizes)  # type: ignore[return-value]


def _scale(volume: Volume) -> tuple[float, float, tuple[str, ...]]:
    """Slope and intercept; a slope of 0 means that there is none, and so do the NaN that nibabel writes."""
    slope, intercept = float(volume.header["scl_slope"]), float(volume.header["scl_inter"])
    unset = (slope == 0 or math.isnan(slope)) and (intercept == 0 or math.isnan(intercept))
    if volume.samples == 3 or unset:
        return 1.0, 0.0, ()
    if slope == 0 or not math.isfinite(slope) or not math.isfinite(intercept):
        return 1.0, 0.0, (UNSCALED,)
    return slope, intercept, ()
