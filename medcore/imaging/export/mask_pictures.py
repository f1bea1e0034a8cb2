"""A mask as NIfTI, as PNG, and over its image. For the web process, which asks the sandbox to write them."""

import math
from collections.abc import Sequence

import numpy as np

from medcore.imaging import planes
from medcore.imaging.export import mask_png, volume
from medcore.imaging.export.drawn import Drawn
from medcore.imaging.export.picture import CUT_SECONDS, MEMORY
from medcore.imaging.shelf import Shelf
from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.sandbox import Sandbox

OVERLAY = "medcore.imaging.export.mask_drawing:overlay"
NOTHING = "#000000"


def nifti(shelf: Shelf, stack: Stack, drawn: Drawn) -> bytes:
    """The mask as .nii.gz of class numbers; of a NIfTI volume voxel by voxel over its file."""
    drawn.check(stack)
    mask, affine = drawn.mask, stack.affine
    if stack.kind == "nifti":
        mask, affine = _as_filed(mask, affine, *_turned(shelf, stack))
    return volume.written(mask, affine, stack.spacing, (1.0, 0.0), shelf.sandbox)


def _turned(shelf: Shelf, stack: Stack) -> tuple[bool, bool, bool]:
    """Whether slices, rows and columns of a stack run against those of its NIfTI file."""
    (file, first), (_, last) = stack.places[0], stack.places[-1]
    rows, columns = shelf.found(file).details["flips"]
    return last < first, bool(rows), bool(columns)


def _as_filed(mask: np.ndarray, affine: np.ndarray | None, *turned: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """The same voxels at the same places, with some axes running the other way."""
    mask = mask[tuple(slice(None, None, -1 if turn else 1) for turn in turned)]
    if affine is None:
        return mask, None
    back = np.eye(4)
    for axis, (turn, length) in enumerate(zip(turned[::-1], mask.shape[::-1], strict=True)):
        if turn:
            back[axis, axis], back[axis, 3] = -1, length - 1
    return mask, affine @ back


def classes(drawn: Drawn, stack: Stack, plane: str, index: int, colours: Sequence[str]) -> bytes:
    """The mask of a slice as PNG, pixel by pixel as it is shown: its values are the class numbers.

    Args:
        drawn: the mask.
        stack: that it lies over.
        plane, index: which slice.
        colours: "#rrggbb" of classes 1, 2, …, for its palette; they repeat where there are more classes.
    """
    drawn.check(stack)
    inks = [NOTHING, *(colours[number % len(colours)] for number in range(len(drawn.classes)))]
    return mask_png.png(planes.cut(drawn.mask, stack, plane, index), inks)


def overlay(
    view: StackView,
    drawn: Drawn,
    plane: str,
    index: int,
    window: tuple[float, float, bool],
    colours: Sequence[str],
    sandbox: Sandbox,
) -> bytes:
    """A slice in its window with the mask over it, as PNG with square pixels; edges of the classes are opaque.

    Args:
        view: of the stack.
        drawn: the mask.
        plane, index: which slice.
        window: centre and width in the unit of the image, and whether low values are white.
        colours: as for `classes`.
        sandbox: draws.

    Raises:
        ValueError: with one sentence, if the slice cannot be decoded, or the window is none.
        TimeoutError: if it is not there in time.
    """
    centre, width, inverted = window
    if not (math.isfinite(centre) and math.isfinite(width) and width > 0):
        raise ValueError(f"A window must have a width above 0. Received: centre {centre:g}, width {width:g}")
    drawn.check(view.stack)
    cut = view.cut(plane, index, CUT_SECONDS)
    mask = np.ascontiguousarray(planes.cut(drawn.mask, view.stack, plane, index))
    values = {
        "shape": list(cut.pixels.shape),
        "dtype": cut.pixels.dtype.str,
        "slope": cut.slope,
        "intercept": cut.intercept,
        "centre": centre,
        "width": width,
        "inverted": inverted,
        "spacing": view.planes[plane].spacing,
        "colours": list(colours),
    }
    memory = MEMORY + 32 * cut.pixels.nbytes
    return bytes(sandbox.run(OVERLAY, values, [cut.pixels, mask], seconds=10.0, memory=memory).data[0])
