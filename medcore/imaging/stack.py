"""A stack: slices in their order, from one file or many, with the geometry that they share."""

from dataclasses import dataclass

import numpy as np

from medcore.imaging.view import Window


@dataclass(frozen=True)
class Stack:
    """What is shown as one thing: a series, a multi-frame object, a NIfTI volume, a picture.

    Args:
        id: of the stack within its shelf; stable while its files stay.
        kind: one of `files.KINDS`.
        title: for people; nothing in it identifies a patient.
        modality: "CT", "MR", …; "" where unknown.
        shape: (slices, rows, columns).
        samples: 1, or 3 for colour.
        dtype: of the stored values.
        unit: of values: "HU" or "".
        places: (file id, frame from 0) of each slice, in slice order.
        rescale: (slices, 2) float64: slope and intercept of each slice.
        spacing: (between slices, between rows, between columns) in mm; None where unknown. Between slices: the
            median distance where it is uneven.
        affine: (4, 4) float64 from (column, row, slice, 1) to patient coordinates (x to the Left, y to Posterior,
            z to the Head, 1) in mm; None where unknown.
        regular: the slices are parallel, evenly spaced and untilted, so planes may be cut across them.
        windows: presets, those of the file first.
        inverted: MONOCHROME1.
        burned_in: one sentence if the pixels may carry text about the patient; "" otherwise.
        notes: what is odd, in plain words, one sentence each.
    """

    id: str
    kind: str
    title: str
    modality: str
    shape: tuple[int, int, int]
    samples: int
    dtype: str
    unit: str
    places: tuple[tuple[str, int], ...]
    rescale: np.ndarray
    spacing: tuple[float | None, float | None, float | None]
    affine: np.ndarray | None
    regular: bool
    windows: tuple[Window, ...] = ()
    inverted: bool = False
    burned_in: str = ""
    notes: tuple[str, ...] = ()
