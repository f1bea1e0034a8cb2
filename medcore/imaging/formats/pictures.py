"""PNG, JPEG and TIFF pictures from strangers; the pages of a TIFF are frames."""

import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from medcore.imaging.files import Found, Frame
from medcore.imaging.formats import numbers
from medcore.imaging.formats.memory import DEFLATE_EXPANSION, MAX_PIXELS, Memory, check_size

FORMATS = ("PNG", "JPEG", "TIFF")
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
MAX_PAGES = 5_000
DECODED_AT_ONCE = 4_000_000
"""Pixels of a single picture that is decoded as it is described: a damaged one is then refused at once."""
MAX_SIZES = 50
"""Pages of so many sizes are told apart."""
BURNED_IN = "A picture may show text about the patient in its pixels; look before it is passed on."
ORIENTATION, BITS, PHOTOMETRIC, SAMPLE_FORMAT = 0x0112, 258, 262, 339
WHITE_IS_ZERO, UNSIGNED = 0, 1
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its EXIF orientation."""
TURNED = (5, 6, 7, 8)
GRAY = ("1", "L", "LA", "La")
TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)
"""What Pillow raises over damaged bytes."""
WIDE = "Its whole numbers of 32 bits are shown as float32, which is exact up to 16,777,216."
EIGHT = "Its 16 bits a sample are shown with 8."
OPAQUE = "What is transparent is shown as if it were not."
MOVING = "It is an animation: its first picture is shown."


class RefusedError(ValueError):
    """A picture that is refused, with the sentence that says why."""


class Page(NamedTuple):
    """What one page looks like when it is shown.

    Args:
        rows, columns: pixels, upright.
        samples: 1, or 3 for colour.
        dtype: of the values.
        inverted: low values are white, and left so.
        notes: what is lost.
    """

    rows: int
    columns: int
    samples: int
    dtype: str
    inverted: bool = False
    notes: tuple[str, ...] = ()


def describe(data: memoryview, name: str) -> list[Found]:
    """What a picture file holds: pages of the same size and kind are frames of one thing.

    Args:
        data: the whole file.
        name: of the file; nothing is told by it.

    Raises:
        ValueError: with one sentence, if it is no picture, is damaged or too large.
    """
    del name
    with _opened(data) as picture:
        kinds: dict[Page, list[int]] = {}
        for index in _pages(picture):
            page = _page(picture, data)
            check_size(page.rows, page.columns)
            kinds.setdefault(page, []).append(index)
            if len(kinds) > MAX_SIZES:
                raise RefusedError(f"A TIFF may have pages of {MAX_SIZES} sizes at most. Received: more")
        if index == 0 and page.rows * page.columns <= DECODED_AT_ONCE:
            picture.seek(0)
            picture.load()
        return [_found(page, pages, str(picture.format)) for page, pages in kinds.items()]


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The pages wanted, one after the other.

    Args:
        data: the whole file.
        found: what `describe` said of it.
        frames: from 0, among the pages found.

    Yields:
        (rows, columns) or (rows, columns, 3), of `found.dtype`.

    Raises:
        ValueError: with one sentence, if a page is damaged.
    """
    pages = found.details["pages"]
    with _opened(data) as picture:
        for frame in frames:
            if not 0 <= frame < len(pages):
                raise RefusedError(f"The picture has {len(pages):,} pages. Received: number {frame + 1}")
            picture.seek(pages[frame])
            pixels = _pixels(picture, found)
            if pixels.shape[:2] != (found.rows, found.columns):
                raise RefusedError("The picture is damaged: it has another size than it says.")
            yield pixels


@contextmanager
def _opened(data: memoryview) -> Iterator[Any]:
    """The picture, not decoded yet; whatever Pillow raises over it becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(Memory(data), formats=FORMATS) as picture:  # type: ignore[arg-type]
                yield picture
    except RefusedError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedError(f"A picture may have {MAX_PIXELS / 1e6:.0f} million pixels at most.") from error
    except Image.UnidentifiedImageError as error:
        raise RefusedError("The picture is damaged, or of a kind that is not known here.") from error
    except DAMAGE as error:
        raise RefusedError("The picture is damaged: it cannot be read.") from error


def _pages(picture: Any) -> Iterator[int]:
    """Goes from page to page of a TIFF; of other files there is one to be shown."""
    yield 0
    index = 1
    while picture.format == "TIFF":
        try:
            picture.seek(index)
        except EOFError:
            return
        if index == MAX_PAGES:
            raise RefusedError(f"A TIFF may have {MAX_PAGES:,} pages at most. Received: more")
        yield index
        index += 1


def _page(picture: Any, data: memoryview) -> Page:
    columns, rows = picture.size
    if _orientation(picture) in TURNED:
        rows, columns = columns, rows
    png = picture.format == "PNG"
    bits, colours = (data[24], data[25]) if png else (0, 0)  # of its first chunk, IHDR
    if png and rows * columns * max(bits, 1) // 8 > DEFLATE_EXPANSION * len(data):
        raise RefusedError(f"The PNG is cut off: it says {columns:,} x {rows:,} pixels, more than its bytes can hold.")
    odd = [OPAQUE] if picture.mode in TRANSPARENT else []
    if png and getattr(picture, "is_animated", False):
        odd.append(MOVING)
    if (png and bits == 16 and colours) or (not png and _deep_colour(picture)):
        odd.append(EIGHT)
    if picture.mode[0] in "IF":
        inverted = _tag(picture, PHOTOMETRIC, 1) == WHITE_IS_ZERO  # Pillow turns only 8 bits over
        if picture.mode.startswith("I;16"):
            return Page(rows, columns, 1, "uint16", inverted)
        if picture.mode == "I" and _tag(picture, BITS, (32,)) == (16,):
            return Page(rows, columns, 1, "int16", inverted)
        return Page(rows, columns, 1, "float32", inverted, (WIDE,) if picture.mode == "I" else ())
    gray = picture.mode in GRAY or (png and colours == 4)  # gray and alpha of 16 bits become RGBA in Pillow
    return Page(rows, columns, 1 if gray else 3, "uint8", notes=tuple(odd))


def _deep_colour(picture: Any) -> bool:
    return picture.mode[:3] in ("RGB", "CMY") and 16 in _tag(picture, BITS, ())


def _tag(picture: Any, number: int, default: Any) -> Any:
    """What a TIFF says under this number."""
    return picture.tag_v2.get(number, default) if picture.format == "TIFF" else default


def _orientation(picture: Any) -> int:
    """How the picture has to be turned; Pillow itself does so with TIFF.

    Of a PNG only what stands before its pixels counts: for the rest they would have to be decoded.
    """
    if picture.format == "TIFF" or "exif" not in picture.info:
        return 1
    try:
        exif = Image.Exif()
        exif.load(picture.info["exif"])
        return int(exif.get(ORIENTATION, 1))
    except DAMAGE:
        return 1


def _found(page: Page, pages: list[int], kind: str) -> Found:
    return Found(
        kind="picture",
        group="",
        title="JPEG picture" if kind == "MPO" else f"{kind} picture",
        modality="",
        rows=page.rows,
        columns=page.columns,
        samples=page.samples,
        dtype=page.dtype,
        unit="",
        frames=tuple(Frame(number=index + 1) for index in pages),
        burned_in=BURNED_IN,
        inverted=page.inverted,
        notes=page.notes,
        details={"pages": pages},
    )


def _pixels(picture: Any, found: Found) -> np.ndarray:
    turn = UPRIGHT.get(_orientation(picture))
    picture.load()
    upright = picture if turn is None else picture.transpose(turn)
    if found.dtype == "uint8":
        return numbers.stored(np.asarray(upright.convert("RGB" if found.samples == 3 else "L")), "uint8")
    values = np.asarray(upright)
    if picture.mode == "I" and UNSIGNED in _tag(picture, SAMPLE_FORMAT, (UNSIGNED,)):
        values = values.view(np.uint32)
    return numbers.stored(values, found.dtype)
