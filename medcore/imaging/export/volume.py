"""A stack as a NIfTI file. For the web process, which asks the sandbox to write it."""

from collections.abc import Sequence

import numpy as np

from medcore.imaging.stack_view import StackView
from medcore.sandbox import Sandbox

WRITE = "medcore.imaging.export.nifti_file:nifti"
SECONDS, BYTES_A_SECOND = 10.0, 5e6
MEMORY, MEMORY_FACTOR = 2**30, 4


def nifti(view: StackView, sandbox: Sandbox) -> bytes:
    """The .nii.gz of a stack: stored values as they are, with slope and intercept, in scanner coordinates (RAS).

    Where slices have slopes of their own, which NIfTI has no place for, values are written as float32. Nothing
    but numbers is in the file.

    Raises:
        ValueError: with one sentence, if a slice cannot be decoded.
        TimeoutError: if the pixels are not there in time.
    """
    stack, pixels = view.stack, view.pixels()
    if failed := view.failed:
        first = min(failed)
        raise ValueError(f"Slice {first + 1:,} of the volume cannot be decoded. {failed[first]}")
    rescale = tuple(stack.rescale[0].tolist())
    if stack.samples == 1 and not (stack.rescale == stack.rescale[0]).all():
        pixels, rescale = view.values(), (1.0, 0.0)
    return written(pixels, stack.affine, stack.spacing, rescale, sandbox)


def written(
    pixels: np.ndarray,
    affine: np.ndarray | None,
    spacing: Sequence[float | None],
    rescale: tuple[float, float],
    sandbox: Sandbox,
) -> bytes:
    """The .nii.gz of voxels.

    Args:
        pixels: (slices, rows, columns), or with 3 behind for colour: stored values.
        affine, spacing: as of a stack.
        rescale: slope and intercept of all.
        sandbox: writes.
    """
    pixels = np.ascontiguousarray(pixels)
    values = {
        "shape": list(pixels.shape),
        "dtype": pixels.dtype.str,
        "affine": None if affine is None else affine.tolist(),
        "spacing": list(spacing),
        "rescale": rescale,
    }
    seconds, memory = SECONDS + pixels.nbytes / BYTES_A_SECOND, MEMORY + MEMORY_FACTOR * pixels.nbytes
    return bytes(sandbox.run(WRITE, values, [pixels], seconds=seconds, memory=memory).data[0])
