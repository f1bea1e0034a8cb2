"""PNG, JPEG and TIFF pictures from strangers."""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from medcore.imaging.files import Found, Frame

FORMATS = ("PNG", "JPEG", "TIFF")
MAX_PIXELS = 100_000_000
"""Of one picture: a mammogram has 15 million, a detail of a slide 60 million."""
MAX_PAGES = 5_000
TURNED = (5, 6, 7, 8)
"""Values of the EXIF orientation under which height and width change places."""
BURNED_IN = "A picture may carry text about the patient in its pixels; look before you share it."
ORIENTATION = 0x0112


def describe(data: memoryview, name: str) -> list[Found]:
    """What a picture file holds; the pages of a TIFF of one size are frames.

    Args:
        data: the whole file.
        name: becomes the title.

    Raises:
        ValueError: with one sentence, if it is damaged or too large.
    """
    with _opened(data) as picture:
        pages = getattr(picture, "n_frames", 1)
        if pages > MAX_PAGES:
            raise ValueError(f"A picture may have {MAX_PAGES:,} pages. Received: {pages:,}")
        rows, columns = _size(picture)
        samples, dtype = _kind(picture.mode)
        notes = []
        if picture.mode in ("I", "F"):
            notes.append("Its values go beyond 16 bits; they are kept as floating-point numbers.")
        if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
            notes.append("What is transparent is shown as if it were not.")
    return [
        Found(
            kind="picture",
            group="",
            title=name,
            modality="",
            rows=rows,
            columns=columns,
            samples=samples,
            dtype=dtype,
            unit="",
            frames=tuple(Frame(number=page + 1) for page in range(pages)),
            burned_in=BURNED_IN,
            notes=tuple(notes),
        )
    ]


def decode(data: memoryview, found: Found, frames: Sequence[int]) -> Iterator[np.ndarray]:
    """The pages wanted: (rows, columns) or (rows, columns, 3) of `found.dtype`.

    Raises:
        ValueError: with one sentence, if a page is damaged or not like the first one.
    """
    from PIL import ImageOps

    with _opened(data) as picture:
        for frame in frames:
            with _understood():
                picture.seek(frame)
                if _size(picture) != (found.rows, found.columns) or _kind(picture.mode) != (found.samples, found.dtype):
                    raise ValueError("This page has another size or kind than the first one, and is not shown.")
                upright = ImageOps.exif_transpose(picture)
                pixels = _pixels(upright, found)
            yield np.ascontiguousarray(pixels)


def _pixels(picture: Any, found: Found) -> np.ndarray:
    if found.samples == 3:
        return np.asarray(picture.convert("RGB"))
    if found.dtype == "uint8":
        return np.asarray(picture.convert("L"))
    return np.asarray(picture).astype(found.dtype, copy=False)


def _kind(mode: str) -> tuple[int, str]:
    """Samples and type of what is shown of a picture."""
    if mode in ("1", "L", "LA", "La"):
        return 1, "uint8"
    if mode.startswith("I;16"):
        return 1, "uint16"
    return (1, "float32") if mode in ("I", "F") else (3, "uint8")


def _size(picture: Any) -> tuple[int, int]:
    """(rows, columns) as shown."""
    columns, rows = picture.size
    if rows * columns > MAX_PIXELS:
        raise ValueError(
            f"A picture may have {MAX_PIXELS / 1e6:,.0f} million pixels. Received: {rows:,} x {columns:,} pixels"
        )
    turned = picture.getexif().get(ORIENTATION) in TURNED
    return (columns, rows) if turned else (rows, columns)


@contextmanager
def _opened(data: memoryview) -> Iterator[Any]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with _understood(), Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        yield picture


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever Pillow raises over a damaged picture becomes one sentence; so do its warnings of bombs."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"A picture may have {MAX_PIXELS / 1e6:,.0f} million pixels. Received: more") from error
    except ValueError as error:
        if type(error) is ValueError and error.args and "picture" in str(error):
            raise
        raise ValueError("The picture is damaged: it cannot be read.") from error
    except (OSError, SyntaxError, EOFError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError("The picture is damaged: it cannot be read.") from error
