"""Planes through a stack: as acquired, and the three of anatomy; flips and transposes only, nothing is resampled."""

from itertools import permutations

import numpy as np

from medcore.data.turn import Turn
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
    return turn(stack, plane).cut(volume, index)


def turn(stack: Stack, plane: str) -> Turn:
    """How one of its planes is cut.

    Raises:
        ValueError: if there is no such plane.
    """
    turns = _turns(stack)
    if plane not in turns:
        raise ValueError(f"The plane must be one of {', '.join(turns)}. Received: {plane}")
    return turns[plane]


def same(stack: Stack, plane: str, index: int, other: str) -> int | None:
    """Which slice of the other plane is this one, turned; None where they run along different axes.

    Raises:
        ValueError: if there is no such plane.
    """
    shown, wanted = turn(stack, plane), turn(stack, other)
    if shown.axes[0] != wanted.axes[0]:
        return None
    count = stack.shape[shown.axes[0]]
    return wanted.place(shown.place(index, count), count)


def _turns(stack: Stack) -> dict[str, Turn]:
    turns = {"acquired": Turn()}
    if not stack.regular or stack.affine is None or stack.shape[0] < 2:
        return turns
    directions = _directions(stack)
    nearest = max(permutations(range(3)), key=lambda axes: sum(abs(directions[axes[axis]][axis]) for axis in range(3)))
    for name, anatomy in _ANATOMY.items():
        axes = tuple(nearest[axis] for axis, _ in anatomy)
        flips = tuple(bool(directions[nearest[axis]][axis] * sense < 0) for axis, sense in anatomy)
        turns[name] = Turn(axes, flips)  # type: ignore[arg-type]
    return turns


def _directions(stack: Stack) -> np.ndarray:
    """(3, 3) unit vectors in the patient of the stack's axes: slice, row, column."""
    assert stack.affine is not None
    columns = stack.affine[:3, [2, 1, 0]].T
    return columns / np.linalg.norm(columns, axis=1, keepdims=True)


def _plane(stack: Stack, name: str, turn: Turn) -> Plane:
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


def _marks(stack: Stack, turn: Turn) -> tuple[str, str, str, str]:
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
