"""How large a pixel and a voxel of an upload are, and in which unit that is told."""

from typing import NamedTuple

from medcore.data.own_volume import OwnVolume


class Extent(NamedTuple):
    """Sizes.

    Args:
        area: of a pixel of the plane.
        area_unit: "mm²", or "pixels" where the file has no pixel size.
        volume: of a voxel.
        volume_unit: "ml", or "voxels" where the file does not say how far apart its slices are.
    """

    area: float
    area_unit: str
    volume: float
    volume_unit: str


def extent(volume: OwnVolume) -> Extent:
    """The extent of a plane's pixels."""
    spacing, step = volume.seen.spacing, volume.seen.step
    if spacing is None:
        return Extent(1.0, "pixels", 1.0, "voxels")
    area = spacing[0] * spacing[1]
    return Extent(area, "mm²", 1.0, "voxels") if step is None else Extent(area, "mm²", area * step / 1000, "ml")
