"""Picture files from strangers, as arrays of one size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from medcore.data.files import npz

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


class Size(NamedTuple):
    """Of a picture: height, width and channels (1 gray, 3 colour)."""

    height: int
    width: int
    channels: int


def listed(folder: Path) -> list[Path]:
    """The picture files of a folder, in order of name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != ".")


def size(path: Path) -> Size:
    """Size of a picture, from its header.

    Raises:
        ValueError: if it is no picture, or is damaged.
    """
    from PIL import Image  # the web process lists most sets without it

    try:
        with Image.open(path) as picture:
            gray = picture.mode in ("1", "L") or picture.mode.startswith("I;16")
            return Size(picture.height, picture.width, 1 if gray else 3)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(_damaged(path)) from error


def read(paths: Sequence[Path], target: Size, mask: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Pictures as one array.

    Args:
        paths: the files.
        target: size that all are brought to.
        mask: whether the values are class numbers, which must not be blended when resized.

    Returns:
        (n, height, width, channels) uint8, and (n, 2) int32 height and width in each file.

    Raises:
        ValueError: for a damaged file, or more than memory holds.
    """
    from PIL import Image

    check_memory(len(paths), target, paths[0].parent.name)
    images = np.empty((len(paths), *target), np.uint8)
    original = np.empty((len(paths), 2), np.int32)
    for number, path in enumerate(paths):
        try:
            with Image.open(path) as picture:
                picture.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise ValueError(_damaged(path)) from error
        eight_bit = _class_numbers(picture, path) if mask else _eight_bit(picture)
        gray = eight_bit.convert("L" if target.channels == 1 else "RGB")
        if gray.size != (target.width, target.height):
            gray = gray.resize(
                (target.width, target.height), Image.Resampling.NEAREST if mask else Image.Resampling.BILINEAR
            )
        images[number] = np.asarray(gray).reshape(target)
        original[number] = picture.height, picture.width
    return images, original


def check_memory(count: int, target: Size, name: str) -> None:
    """Raises ValueError if `count` pictures of that size are more than memory holds."""
    needed = count * target.height * target.width * target.channels
    if needed > npz.memory_limit():
        raise ValueError(
            f'The pictures of "{name}" must fit into half of this machine\'s memory '
            f"({npz.memory_limit() / 2**30:.1f} GB). Received: {needed / 2**30:,.1f} GB"
        )


def resized_notes(original: np.ndarray, target: Size) -> tuple[str, ...]:
    """Says how many pictures of these heights and widths were resized, if any were."""
    count = int((original != (target.height, target.width)).any(axis=1).sum())
    return (f"{count:,} pictures of another size were resized to {target.height}x{target.width}.",) if count else ()


def _eight_bit(picture: Any) -> Any:
    """16-bit gray keeps its upper 8 bits; Pillow by itself would cut it off at 255."""
    from PIL import Image

    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return picture


def _class_numbers(picture: Any, path: Path) -> Any:
    """A mask as it is meant: the index into a palette rather than its colour, deep gray as the numbers it holds."""
    from PIL import Image

    if picture.mode in ("LA", "PA", "RGBA"):
        return _without_transparency(picture)
    if picture.mode != "P" and not picture.mode.startswith(("I", "F")):
        return picture
    values = np.asarray(picture)
    whole = np.isfinite(values).all() and (values == np.rint(values)).all()
    if not whole or values.min() < 0 or values.max() > 255:
        raise ValueError(
            f'The mask "{path.name}" must hold whole numbers from 0 to 255, one a class. '
            f"Received: {values.min():g} to {values.max():g}"
        )
    return Image.fromarray(values.astype(np.uint8))


def _without_transparency(picture: Any) -> Any:
    """A mask over black: what is transparent is background, whatever colour lies beneath."""
    from PIL import Image

    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "black"), picture).convert("RGB")


def _damaged(path: Path) -> str:
    return f'The picture "{path.name}" in "{path.parent.name}" is damaged or of an unknown kind.'
