"""An image with one layer over it, for the viewer: what it has of the image, and when it is the same as before."""

from collections.abc import Mapping

from medcore.imaging.view import Plane, Viewable, Window

ALL_BYTES = Window("All values", 127.5, 255)


class Covered:
    """What `view.Viewable` asks for, but for the slices.

    8-bit images begin with all their values, as those of data sets are stored: a window by the image itself would
    change what the network sees.

    Args:
        image: what is shown.
        bytes_: whether its pixels have 8 bits.
        layer: name of what lies over it, "" for nothing.
    """

    def __init__(self, image: Viewable, bytes_: bool, layer: str) -> None:
        self.title, self.unit, self.colour, self.inverted = image.title, image.unit, image.colour, image.inverted
        self.windows = image.windows or ((ALL_BYTES,) if bytes_ and not image.colour else ())
        self.planes: Mapping[str, Plane] = image.planes
        self._identity = id(image), layer

    def __eq__(self, other: object) -> bool:
        """The same image under the same layer: a viewer need not fetch it again."""
        return type(other) is type(self) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)
