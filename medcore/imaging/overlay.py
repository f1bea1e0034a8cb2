"""A stack of labels over the stack that they were drawn on."""

import numpy as np

from medcore.imaging.stack import Stack
from medcore.imaging.view import Cut, Viewable

SAME_PLACE_MM = 0.1
"""Corners of the same voxel further apart than this do not lie over each other."""


def fits(image: Stack, labels: Stack) -> bool:
    """Whether `labels` can be laid over `image`: whole numbers of the same shape, another stack, the same place."""
    if labels.id == image.id or labels.shape != image.shape or labels.samples != 1 or labels.dtype == "float32":
        return False
    if image.affine is None or labels.affine is None:
        return True
    columns, rows, slices = image.shape[::-1]
    corners = np.array([[0, 0, 0, 1], [columns, 0, 0, 1], [0, rows, 0, 1], [0, 0, slices, 1]], float).T
    return bool(np.abs((image.affine - labels.affine) @ corners).max() < SAME_PLACE_MM)


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
