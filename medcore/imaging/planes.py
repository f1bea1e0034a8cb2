"""Planes through a stack: as acquired, and the three of anatomy; flips and transposes only, nothing is resampled."""

from itertools import permutations
from typing import NamedTuple

import numpy as np

from medcore.imaging.stack import Stack
from medcore.imaging.view import Plane

OBLIQUE = 0.25
"""Directions contribute a letter from this share on: 0.25 is about 15°."""

_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))

_ANATOMY = {  # plane: patient axis (0 to L, 1 to P, 2 to H) and sense of its slices, downwards, rightwards
    "axial": ((2, 1), (1, 1), (0, 1)),
    "coronal": ((1, 1), (2, -1), (0, 1)),
    "sagittal": ((0, 1), (2, -1), (1, 1)),
}
"""Radiological: axial with the right side at the left and the front at the top, coronal with the right side at the
left and the head at the top, sagittal with the front at the left and the head at the top."""


class _Turn(NamedTuple):
    """How a plane is cut: which axes of the stack (0 slice, 1 row, 2 column) it runs along, and which are flipped."""

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]


def planes(stack: Stack) -> dict[str, Plane]:
    """The planes that a stack can be shown in: "acquired" first, then those of anatomy where they are known."""
    return {name: _plane(stack, name, turn) for name, turn in _turns(stack).items()}


def cut(volume: np.ndarray, stack: Stack, plane: str, index: int) -> np.ndarray:
    """One slice of a plane, as it is shown.

    Args:
        volume: (slices, rows, columns) or (slices, rows, columns, 3).
        stack: that the volume belongs to.
        plane: one of `planes(stack)`.
        index: of the slice, from 0.

    Returns:
        A view of the volume, (rows, columns) or (rows, columns, 3); strided unless the plane is the acquired one.

    Raises:
        ValueError: if there is no such plane or slice.
    """
    turn = _turns(stack).get(plane)
    if turn is None:
        raise ValueError(f"The plane must be one of {', '.join(_turns(stack))}. Received: {plane}")
    count = volume.shape[turn.axes[0]]
    if not 0 <= index < count:
        raise ValueError(f"The slice must be from 0 to {count - 1}. Received: {index}")
    place = count - 1 - index if turn.flips[0] else index
    image = volume[(*(slice(None),) * turn.axes[0], place)]
    if turn.axes[1] > turn.axes[2]:
        image = image.swapaxes(0, 1)
    return image[:: -1 if turn.flips[1] else 1, :: -1 if turn.flips[2] else 1]


def _turns(stack: Stack) -> dict[str, _Turn]:
    turns = {"acquired": _Turn((0, 1, 2), (False, False, False))}
    if not stack.regular or stack.affine is None or stack.shape[0] < 2:
        return turns
    directions = _directions(stack)
    nearest = max(permutations(range(3)), key=lambda axes: sum(abs(directions[axes[axis]][axis]) for axis in range(3)))
    for name, anatomy in _ANATOMY.items():
        axes = tuple(nearest[axis] for axis, _ in anatomy)
        flips = tuple(bool(directions[nearest[axis]][axis] * sense < 0) for axis, sense in anatomy)
        turns[name] = _Turn(axes, flips)  # type: ignore[arg-type]
    return turns


def _directions(stack: Stack) -> np.ndarray:
    """(3, 3) unit vectors in the patient of the stack's axes: slice, row, column."""
    assert stack.affine is not None
    columns = stack.affine[:3, [2, 1, 0]].T
    return columns / np.linalg.norm(columns, axis=1, keepdims=True)


def _plane(stack: Stack, name: str, turn: _Turn) -> Plane:
    slices, rows, columns = (stack.shape[axis] for axis in turn.axes)
    step, down, right = (stack.spacing[axis] for axis in turn.axes)
    even = stack.regular or stack.affine is None
    return Plane(
        name=name,
        slices=slices,
        rows=rows,
        columns=columns,
        spacing=None if down is None or right is None else (down, right),
        step=step if even else None,
        marks=_marks(stack, turn),
    )


def _marks(stack: Stack, turn: _Turn) -> tuple[str, str, str, str]:
    if stack.affine is None:
        return "", "", "", ""
    directions = _directions(stack)
    down, right = (directions[turn.axes[axis]] * (-1 if turn.flips[axis] else 1) for axis in (1, 2))
    return letters(-right), letters(right), letters(-down), letters(down)


def letters(direction: np.ndarray) -> str:
    """Towards which side of the patient a direction points: "A", "AR", "HAL" …, the strongest first.

    Args:
        direction: (3,) of length 1, to the Left, Posterior and Head.
    """
    strongest = np.argsort(-np.abs(direction), kind="stable")
    return "".join(_LETTERS[axis][int(direction[axis] < 0)] for axis in strongest if abs(direction[axis]) >= OBLIQUE)
