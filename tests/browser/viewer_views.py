"""Volumes whose every pixel is known, for the viewer's tests."""

import numpy as np

from medcore.imaging.view import Cut, Plane, Window

SLICES, ROWS, COLUMNS = 24, 48, 64
SLOPE, INTERCEPT = 2.0, -1000.0
SPACING = (3.0, 1.5, 0.5)
"""Between slices, rows and columns, in mm."""
BROKEN = 20
"""The slice that cannot be decoded."""


def volume() -> np.ndarray:
    """Stored values, (slices, rows, columns) int16: 100 a slice, 10 a row, 1 a column, from -500."""
    z, y, x = np.ogrid[:SLICES, :ROWS, :COLUMNS]
    return (100 * z + 10 * y + x - 500).astype(np.int16)


def mask() -> np.ndarray:
    """Class 1 in columns 0 to 15, class 2 in columns 16 to 31."""
    classes = np.zeros((ROWS, COLUMNS), np.uint8)
    classes[:, :16], classes[:, 16:32] = 1, 2
    return classes


class Gray:
    """A volume with three planes, presets, and a slice that cannot be decoded."""

    title, unit, colour, inverted = "Steps", "HU", False, False
    windows = (Window("All", 2000, 8000), Window("Lung", -600, 1500), Window("Bone", 400, 1800))

    def __init__(self) -> None:
        self.volume = volume()
        between, high, wide = SPACING
        self.planes = {
            "acquired": Plane("acquired", SLICES, ROWS, COLUMNS, (high, wide), between, ("R", "L", "A", "P")),
            "axial": Plane("axial", SLICES, ROWS, COLUMNS, (high, wide), between, ("R", "L", "A", "P")),
            "coronal": Plane("coronal", ROWS, SLICES, COLUMNS, (between, wide), high, ("R", "L", "H", "F")),
        }

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    __hash__ = None

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        if plane == "coronal":
            return Cut(np.ascontiguousarray(self.volume[:, index]), SLOPE, INTERCEPT)
        if index == BROKEN:
            raise ValueError("The slice is damaged: its pixels end early.")
        return Cut(self.volume[index], SLOPE, INTERCEPT)


class Masked(Gray):
    """The same with a mask, with low values white."""

    inverted = True

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        cut = super().cut(plane, index, seconds)
        return cut if plane == "coronal" else cut._replace(mask=mask())


class Overlaid(Masked):
    """The gray volume, with the mask over it."""

    inverted = False


class Slow(Gray):
    """One slice that is not there when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.planes = {"acquired": Plane("acquired", 1, ROWS, COLUMNS, None, None)}
        self.asked = False

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        if not self.asked:
            self.asked = True
            raise TimeoutError
        return super().cut(plane, index, seconds)


class Colour(Gray):
    """One picture in colour, of unknown size."""

    title, unit, colour, windows = "Picture", "", True, ()

    def __init__(self) -> None:
        self.planes = {"acquired": Plane("acquired", 1, 32, 32, None, None)}

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        y, x = np.mgrid[:32, :32]
        return Cut(np.stack([8 * x, 8 * y, np.full_like(x, 100)], axis=-1).astype(np.uint8))


class Floats(Gray):
    """One image of float values, without a preset, without a place in the patient."""

    title, unit, windows = "Floats", "", ()

    def __init__(self) -> None:
        self.planes = {"acquired": Plane("acquired", 1, 20, 50, None, None)}
        self.pixels = np.linspace(0, 1, 1000, dtype=np.float32).reshape(20, 50)

    def cut(self, plane: str, index: int, seconds: float) -> Cut:
        return Cut(self.pixels)


VIEWS = {"gray": Gray, "masked": Masked, "overlaid": Overlaid, "slow": Slow, "colour": Colour, "floats": Floats}
