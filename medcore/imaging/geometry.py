"""How slices lie in the patient: their order, the distance between them, and whether they make a volume."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medcore.imaging.dicom import notes
from medcore.imaging.files import Frame

SAME_DIRECTION = np.cos(np.radians(1.0))
"""Slices at a smaller angle than 1° belong together."""

MAX_DIRECTIONS = 50

PARALLEL_DEGREES = 0.05
SAME_PLACE_MM = 0.01
TILT_DEGREES = 0.25
TILT_MM = 0.2
"""A slant is one if it exceeds both: positions may be rounded to a tenth of a mm."""


@dataclass(frozen=True)
class Geometry:
    """Of slices in their order.

    Args:
        step: the median distance between slices in mm, at right angles to them; None where there is none.
        affine: (4, 4) float64 from (column, row, slice, 1) to patient coordinates in mm; None where unknown.
        regular: parallel, evenly spaced, untilted.
        notes: why not.
    """

    step: float | None
    affine: np.ndarray | None
    regular: bool
    notes: tuple[str, ...] = ()


def normal(frame: Frame) -> np.ndarray:
    """Of a frame's plane: the row's direction times the column's, of length 1."""
    assert frame.orientation is not None
    cross = np.cross(frame.orientation[:3], frame.orientation[3:])
    return cross / np.linalg.norm(cross)


def depths(frames: Sequence[Frame]) -> np.ndarray:
    """(n,) where the frames lie along the normal of the first, in mm."""
    return np.array([frame.position for frame in frames], float) @ normal(frames[0])


def places(frames: Sequence[Frame]) -> np.ndarray:
    """(n,) the number of each frame's place from 0, in order of depth; frames of one place have the same number."""
    found = depths(frames)
    order = np.argsort(found, kind="stable")
    numbers = np.empty(len(found), int)
    numbers[order] = np.concatenate([[0], np.cumsum(np.diff(found[order]) > SAME_PLACE_MM)])
    return numbers


def alike(frames: Sequence[Frame]) -> list[list[int]]:
    """Frames that lie in the same direction with pixels of the same size, or nowhere, by their indices.

    At most `MAX_DIRECTIONS` kinds are told apart; what is left over is one kind.
    """
    unknown = (0.0,) * 6
    kinds = np.array([(*(frame.orientation or unknown), *(frame.spacing or (0.0, 0.0))) for frame in frames])
    left, parts = np.arange(len(frames)), []
    while len(left) and len(parts) < MAX_DIRECTIONS - 1:
        same = _same(kinds[left[0]], kinds[left])
        parts.append(left[same].tolist())
        left = left[~same]
    return [*parts, left.tolist()] if len(left) else parts


def _same(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n,) whether rows of orientation and spacing mean the same kind as `one`."""
    known = bool(one[:6].any())
    rows, columns = others[:, :3] @ one[:3], others[:, 3:6] @ one[3:6]
    turned = np.minimum(rows, columns) < SAME_DIRECTION if known else others[:, :6].any(axis=1)
    return ~turned & np.isclose(others[:, 6:], one[6:], rtol=1e-3, atol=0).all(axis=1)


def of(frames: Sequence[Frame], gap: float | None) -> Geometry:
    """The geometry of frames that are alike and in their order.

    Args:
        frames: at least one.
        gap: from slice to slice in mm, as the files say; used where positions tell nothing.
    """
    if frames[0].position is None or frames[0].orientation is None:
        return Geometry(gap, None, False)
    if len(frames) == 1:
        return Geometry(gap, _affine(frames[0], normal(frames[0]) * (gap or 1.0)), True)
    distances = np.diff(depths(frames))
    apart = distances[distances > SAME_PLACE_MM]
    if not len(apart):
        return Geometry(
            gap, _affine(frames[0], normal(frames[0]) * (gap or 1.0)), False, (notes.one_place(len(frames)),)
        )
    step = float(np.median(apart))
    uneven = _spacing_notes(distances, step)
    odd = (*uneven, *_stacking_notes(frames), *_parallel_notes(frames))
    if not uneven:
        step = float(distances.mean())
    return Geometry(step, _affine(frames[0], _advance(frames, step)), not odd, odd)


def _affine(first: Frame, advance: np.ndarray) -> np.ndarray | None:
    if first.spacing is None or first.orientation is None:
        return None
    affine = np.eye(4)
    affine[:3, 0] = np.array(first.orientation[:3]) * first.spacing[1]
    affine[:3, 1] = np.array(first.orientation[3:]) * first.spacing[0]
    affine[:3, 2] = advance
    affine[:3, 3] = first.position
    return affine


def _advance(frames: Sequence[Frame], step: float) -> np.ndarray:
    """From one slice to the next, in patient coordinates: along the line from the first to the last."""
    line = np.subtract(frames[-1].position, frames[0].position)  # type: ignore[arg-type]
    return line * (step / (line @ normal(frames[0])))


def _spacing_notes(distances: np.ndarray, step: float) -> tuple[str, ...]:
    """What is wrong with the distances; positions may be rounded to a tenth of a mm, which does not add up."""
    odd = []
    if repeated := int((distances <= SAME_PLACE_MM).sum()):
        odd.append(notes.duplicates(repeated))
    gaps = np.flatnonzero(distances > 1.5 * step)
    if len(gaps):
        odd.append(notes.slices_missing(int(gaps[0]) + 1, float(distances[gaps[0]]), step, len(gaps) - 1))
    within = distances[(distances > SAME_PLACE_MM) & (distances <= 1.5 * step)]
    if _unevenness(within) > _tolerance(step):
        odd.append(notes.uneven(float(within.min()), float(within.max())))
    return tuple(odd)


def _unevenness(distances: np.ndarray) -> float:
    """How far the slices lie off an even spacing, at most, in mm."""
    numbers, depth = np.arange(len(distances) + 1), np.concatenate([[0], np.cumsum(distances)])
    return float(np.abs(depth - np.polyval(np.polyfit(numbers, depth, 1), numbers)).max())


def _tolerance(step: float) -> float:
    return max(0.01 * step, min(0.06, 0.1 * step))


def _stacking_notes(frames: Sequence[Frame]) -> tuple[str, ...]:
    """Whether the slices lie straight above each other."""
    across = normal(frames[0])
    moved = np.array([frame.position for frame in frames], float)
    moved -= moved[0]
    depth = moved @ across
    sideways = moved - depth[:, None] * across
    slope = sideways[-1] / depth[-1]
    degrees = float(np.degrees(np.arctan(np.linalg.norm(slope))))
    if degrees > TILT_DEGREES and np.linalg.norm(sideways[-1]) > TILT_MM:
        return (notes.tilted(degrees),)
    wobble = float(np.linalg.norm(sideways - depth[:, None] * slope, axis=1).max())
    pixel = min(frames[0].spacing or (1.0,))
    return (notes.shifted(wobble),) if wobble > max(0.1, 0.5 * pixel) else ()


def _parallel_notes(frames: Sequence[Frame]) -> tuple[str, ...]:
    directions = np.array([frame.orientation for frame in frames], float).reshape(-1, 2, 3)
    chords = np.linalg.norm(directions - directions[0], axis=2).max()
    degrees = float(np.degrees(2 * np.arcsin(min(1.0, chords / 2))))
    return (notes.not_parallel(degrees),) if degrees > PARALLEL_DEGREES else ()
