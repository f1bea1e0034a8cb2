"""Test-time augmentation: other looks at the same image, whose answers are brought back into its own frame.

Reference:
    Wang et al. (2019), Aleatoric uncertainty estimation with test-time augmentation for medical image segmentation,
    doi 10.1016/j.neucom.2019.01.103.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import ndimage

DEGREES, PIXELS, BRIGHTER = 5.0, 1.5, 0.05
"""Of the mild variants: turned by so much, moved by so many pixels, brighter or darker by this share of white."""


class Variant(NamedTuple):
    """One look.

    Args:
        name: for people.
        forth: of an image (height, width, channels) in 0..1, the variant of the same size.
        back: of its probabilities (height, width, classes), those of the image.
    """

    name: str
    forth: Callable[[np.ndarray], np.ndarray]
    back: Callable[[np.ndarray], np.ndarray]


def of(kind: str) -> tuple[Variant, ...]:
    """The looks of a kind of `SegmentationSpec.variants`; the first is the image as it is."""
    return (AS_IT_IS, *{"none": (), "mild": MILD, "flips": FLIPS}[kind])


def _same(values: np.ndarray) -> np.ndarray:
    return values


def _flip(name: str, *axes: int) -> Variant:
    def flipped(values: np.ndarray) -> np.ndarray:
        return np.flip(values, axes)

    return Variant(name, flipped, flipped)


def _turned(degrees: float) -> Variant:
    """Counter-clockwise about the centre, and back; linear between pixels, the border beyond it."""

    def by(angle: float) -> Callable[[np.ndarray], np.ndarray]:
        radians = np.deg2rad(angle)
        turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])

        def rotated(values: np.ndarray) -> np.ndarray:
            centre = (np.array(values.shape[:2]) - 1) / 2
            return _affine(values, turn, centre - turn @ centre)

        return rotated

    return Variant(f"turned by {degrees:g}°", by(degrees), by(-degrees))


def _moved(down: float, right: float) -> Variant:
    def by(rows: float, columns: float) -> Callable[[np.ndarray], np.ndarray]:
        return lambda values: _affine(values, np.eye(2), -np.array([rows, columns]))

    return Variant(f"moved by {down:g} and {right:g} pixels", by(down, right), by(-down, -right))


def _brighter(share: float) -> Variant:
    def lifted(image: np.ndarray) -> np.ndarray:
        return np.clip(image + np.float32(share), 0, 1)

    return Variant("brighter" if share > 0 else "darker", lifted, _same)


def _affine(values: np.ndarray, matrix: np.ndarray, offset: np.ndarray) -> np.ndarray:
    planes = [
        ndimage.affine_transform(plane, matrix, offset, order=1, mode="nearest") for plane in np.moveaxis(values, -1, 0)
    ]
    return np.stack(planes, axis=-1)


AS_IT_IS = Variant("as it is", _same, _same)
FLIPS = (_flip("mirrored", 1), _flip("upside down", 0), _flip("turned by 180°", 0, 1))
MILD = (
    _turned(DEGREES),
    _turned(-DEGREES),
    _moved(PIXELS, -PIXELS),
    _moved(-PIXELS, PIXELS),
    _brighter(BRIGHTER),
    _brighter(-BRIGHTER),
)
