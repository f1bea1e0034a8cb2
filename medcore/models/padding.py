"""Lets a network that halves its maps take images of any size: padded inside to what it needs, and cut back.

Zeros are added below and to the right only, so the grid of the poolings starts at the image's first pixel whatever its
size is: away from the edges a window says the same as the whole image (`medcore.models.resized`).
"""

from typing import Any

import keras
from keras import layers

PAD, CROP = "pad", "crop"
"""Names of the layers; both are always there, so that a saved network can be brought to another size."""

Shape = tuple[int, int, int]
Pixels = tuple[int, int]


def padded(shape: Shape, multiple: int, dtype: str | None = None) -> tuple[Any, Any]:
    """The input of a network, and the image padded so that each side is a multiple.

    Args:
        shape: (height, width, channels) of an image; values in 0..1.
        multiple: pixels of the image that one pixel of the lowest maps stands for, along a side.
        dtype: of what comes out; that of the global policy by default.

    Raises:
        ValueError: if the image is smaller than one pixel of the lowest maps.
    """
    image = keras.Input(shape, name="image")
    return image, layers.ZeroPadding2D(margins(shape[:2], multiple), dtype=dtype, name=PAD)(image)


def logits(maps: Any, shape: Shape, multiple: int, classes: int) -> Any:
    """Logits (height, width, classes) of every pixel of the image, in float32.

    Args:
        maps: the last ones, of the padded image.
        shape: (height, width, channels) of an image, as `padded` took it.
        multiple: likewise.
        classes: number of classes, the background among them.
    """
    found = layers.Conv2D(classes, 1, dtype="float32", name="logits")(maps)
    return layers.Cropping2D(margins(shape[:2], multiple), dtype="float32", name=CROP)(found)


def margins(size: Pixels, multiple: int) -> tuple[Pixels, Pixels]:
    """Rows and columns to add ((above, below), (left, right)) so that both sides are multiples; raises as `padded`."""
    if min(size) < multiple:
        raise ValueError(
            f"The network halves images until one pixel stands for {multiple}x{multiple}, so they must be at least as "
            f"large; choose less depth or larger images. Received: {size[0]}x{size[1]} pixels"
        )
    below, right = (-side % multiple for side in size)
    return (0, below), (0, right)


def enlarged(size: Pixels, multiple: int) -> Pixels:
    """(height, width) with the margins; raises as `padded`."""
    (_, below), (_, right) = margins(size, multiple)
    return size[0] + below, size[1] + right
