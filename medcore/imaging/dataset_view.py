"""Images of a data set as slices for the viewer."""

from collections.abc import Mapping, Sequence

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.imaging.view import Cut, Plane, Window


class DatasetView:
    """Some images of a split, one a slice; its masks lie over them.

    Args:
        part: the split.
        indices: which of its images, in this order.
        title: what the viewer calls them.
        window: (low, high) values that become black and white, where the images are gray.
    """

    unit = ""
    inverted = False

    def __init__(
        self, part: ImageDataset, indices: Sequence[int], title: str, window: tuple[float, float] | None = None
    ) -> None:
        self._part, self._indices = part, np.asarray(indices)
        self.title = title
        height, width, channels = part.images.shape[1:]
        self.colour = channels == 3
        self.windows = () if self.colour else _windows(part.images.dtype, window)
        # A snapshot's file is never written twice; arrays that lie in no file are the same if they are one object.
        source = getattr(part.images, "filename", None) or id(part.images)
        self._identity = (source, self._indices.tobytes(), title, self.windows)
        plane = Plane("acquired", len(self._indices), height, width, part.spacing, None)
        self.planes: Mapping[str, Plane] = {plane.name: plane}

    def __eq__(self, other: object) -> bool:
        """Whether both show the same images, so that a viewer need not start anew."""
        return isinstance(other, DatasetView) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def cut(self, plane: str, index: int, seconds: float) -> Cut:  # noqa: ARG002 - nothing to wait for
        """One image.

        Raises:
            ValueError: if there is none of this number.
        """
        if plane not in self.planes or not 0 <= index < len(self._indices):
            raise ValueError(f"There are {len(self._indices):,} images here. Received: number {index + 1}")
        image = self._part.images[self._indices[index]]
        mask = None if self._part.masks is None else np.ascontiguousarray(self._part.masks[self._indices[index]])
        return Cut(_rgb(image) if self.colour else np.ascontiguousarray(image[..., 0]), mask=mask)


def _windows(dtype: np.dtype, window: tuple[float, float] | None) -> tuple[Window, ...]:
    """All values, and those without the extremes."""
    full = [] if dtype != np.uint8 else [Window("All values", 127.5, 255)]
    if window is None or window[1] <= window[0]:
        return tuple(full)
    low, high = window
    return (*full, Window("Without extremes", (low + high) / 2, high - low))


def _rgb(image: np.ndarray) -> np.ndarray:
    """Colours as uint8; float ones are 0 to 1."""
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
