"""A stack of labels over the stack that they were drawn on."""

import numpy as np

from medcore.imaging.stack import Stack
from medcore.imaging.stack_view import StackView
from medcore.imaging.view import Cut, Viewable

SAME_PLACE_MM = 0.1
"""Corners of the same voxel further apart than this do not lie over each other."""
MAX_CLASS, MAX_CLASSES = 255, 64


def fits(image: Stack, labels: Stack) -> bool:
    """Whether `labels` may be labels of `image`: of a kind that holds some, of the same shape and in the same place."""
    if not _may_hold_labels(labels) or labels.id == image.id or labels.shape != image.shape:
        return False
    if image.affine is None or labels.affine is None:
        return True
    columns, rows, slices = image.shape[::-1]
    corners = np.array([[0, 0, 0, 1], [columns, 0, 0, 1], [0, rows, 0, 1], [0, 0, slices, 1]], float).T
    return bool(np.abs((image.affine - labels.affine) @ corners).max() < SAME_PLACE_MM)


def _may_hold_labels(stack: Stack) -> bool:
    """Whole numbers of a volume, of arrays or of a DICOM segmentation; other DICOM images and pictures are images."""
    whole = stack.samples == 1 and stack.dtype != "float32"
    return whole and (stack.kind in ("nifti", "arrays") or (stack.kind == "dicom" and stack.modality == "SEG"))


def check_classes(labels: StackView) -> None:
    """Waits for all slices and raises ValueError, with one sentence, if their values are no class numbers."""
    values: set[float] = set()
    for pixels, (slope, intercept) in zip(labels.pixels(), labels.stack.rescale, strict=True):
        values.update((np.unique(pixels) * slope + intercept).tolist())
    whole = all(0 <= value <= MAX_CLASS and value == round(value) for value in values)
    if not whole or len(values) > MAX_CLASSES:
        raise ValueError(
            f'"{labels.title}" does not hold class numbers: it has {len(values):,} different values from '
            f"{min(values):,.6g} to {max(values):,.6g}. At most {MAX_CLASSES} whole ones from 0 to {MAX_CLASS} were "
            "expected."
        )


class Overlaid:
    """An image with the labels of another view as its mask.

    Args:
        image: what is shown.
        labels: of the same planes and sizes; its values are class numbers, 0 is nothing.
    """

    def __init__(self, image: Viewable, labels: Viewable) -> None:
        self._image, self._labels = image, labels
        self.title, self.unit, self.colour = image.title, image.unit, image.colour
        self.inverted, self.windows = image.inverted, image.windows
        self.planes = {name: plane for name, plane in image.planes.items() if name in labels.planes}

    def __eq__(self, other: object) -> bool:
        """The same image under the same labels: a viewer need not fetch it again."""
        return isinstance(other, Overlaid) and (self._image, self._labels) == (other._image, other._labels)

    def __hash__(self) -> int:
        return hash((id(self._image), id(self._labels)))

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        """The image's slice with the labels' slice as its mask.

        Raises:
            ValueError, TimeoutError: as either view.
        """
        cut = self._image.cut(plane, index, seconds)
        labels = self._labels.cut(plane, index, seconds)
        classes = labels.pixels * labels.slope + labels.intercept
        return cut._replace(mask=np.clip(np.rint(classes), 0, 255).astype(np.uint8))
