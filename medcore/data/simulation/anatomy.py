"""An upper abdomen made of ellipses: body, bones, vessels and organs, and lesions in the liver.

Organs are ellipsoids; a slice at height z (0 below, 1 above) cuts each of them into an ellipse. The patient's right
is at the left of the image and the front at its top, as radiologists look at it. Attenuations are typical of the
portal-venous phase after contrast medium.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

FAT, MUSCLE, CAVITY = -100.0, 55.0, -40.0
"""HU of what fills the skin, the wall and the space between the organs."""


class Organ(NamedTuple):
    """An ellipsoid: centre and semi-axes in shares of the cavity's, height and half height z, HU.

    `name` is one of `NAMED`; "" where no mask shows it.
    """

    x: float
    y: float
    a: float
    b: float
    turn: float
    z: float
    c: float
    hu: float
    name: str = ""


NAMED = ("liver", "spleen", "kidneys")
"""Organs that masks can show."""
LIVER = Organ(-0.43, -0.10, 0.47, 0.68, 0.25, 0.60, 0.80, 110, "liver")
ORGANS = (
    Organ(0.12, -0.66, 0.28, 0.14, 0.25, 0.95, 0.50, 110, "liver"),  # left lobe of the liver
    Organ(0.48, -0.36, 0.28, 0.28, -0.4, 0.75, 0.60, 35),  # stomach
    Organ(0.70, 0.20, 0.17, 0.38, -0.35, 0.75, 0.50, 115, "spleen"),
    Organ(-0.42, 0.66, 0.15, 0.17, 0.3, 0.05, 0.45, 170, "kidneys"),  # right kidney
    Organ(0.44, 0.64, 0.15, 0.18, -0.3, 0.15, 0.50, 170, "kidneys"),  # left kidney
    Organ(0.30, -0.02, 0.24, 0.12, -0.3, 0.30, 0.35, 95),  # pancreas
    Organ(0.30, 0.40, 0.10, 0.08, 0.5, 0.20, 0.40, 60),  # bowel
    Organ(0.05, -0.66, 0.20, 0.12, 0.1, 0.15, 0.40, 45),  # bowel
    Organ(0.52, -0.16, 0.16, 0.12, 0.2, 0.10, 0.35, 40),  # bowel
)
RIBS = 12


class Patient(NamedTuple):
    """What stays the same in all slices of a patient."""

    width: float
    depth: float
    fat: float
    wall: float
    organs: np.ndarray
    tissue: np.ndarray
    enhancement: float


class Section(NamedTuple):
    """One slice.

    Args:
        ellipses: (k, 6) as `tomography.project` takes them.
        liver: its row of the liver.
        organs: those of `NAMED`, by name and row, what lies over others last.
    """

    ellipses: np.ndarray
    liver: np.ndarray
    organs: tuple[tuple[str, np.ndarray], ...] = ()


def draw_patient(rng: np.random.Generator) -> Patient:
    """A body of its own size, fat, organ shapes and enhancement."""
    width = rng.uniform(144, 168)
    return Patient(
        width=width,
        depth=width * rng.uniform(0.70, 0.82),
        fat=rng.uniform(6, 22),
        wall=rng.uniform(13, 18),
        organs=rng.normal(0, 1, (len(ORGANS) + 1, 5)) * (0.02, 0.02, 0.06, 0.06, 0.12),
        tissue=rng.normal(0, 6, len(ORGANS) + 1),
        enhancement=rng.uniform(0.93, 1.07),
    )


def cut(patient: Patient, z: float, rng: np.random.Generator, vessels: np.random.Generator | None = None) -> Section:
    """The slice of a patient at height z, with its own ribs, vessels and bowel gas.

    Args:
        rng: where ribs, vessels and gas lie.
        vessels: a generator for vessels alone, so that they run through slices whose ribs differ; None takes `rng`.
    """
    wall = (patient.width - patient.fat, patient.depth - patient.fat)
    cavity = (wall[0] - patient.wall, wall[1] - patient.wall)
    top = -0.07 * patient.depth
    rows = [
        _row(0, 0, patient.width, patient.depth, 0, 1000 + FAT),
        _row(0, 0, *wall, 0, MUSCLE - FAT),
        _row(0, top, cavity[0], cavity[1] * 0.97, 0, CAVITY - MUSCLE),
    ]
    met = [(number, organ) for number, organ in enumerate((LIVER, *ORGANS)) if abs(z - organ.z) < organ.c]
    organs = [_organ(organ, patient, number, cavity, top, z) for number, organ in met]
    spine = patient.depth - patient.fat - 50
    rows += organs
    rows += _spine(spine)
    rows += [_row(12, spine - 34, 11, 11, 0, (170 - CAVITY) * patient.enhancement)]  # aorta
    rows += [_row(-15, spine - 31, 12, 9, 0, (120 - CAVITY) * patient.enhancement)]  # inferior vena cava
    rows += _ribs(cavity, top, z, rng)
    rows += _vessels(organs[0], vessels or rng)
    rows += _gas(cavity, top, z, rng)
    named = tuple((organ.name, row) for (_, organ), row in zip(met, organs, strict=True) if organ.name)
    return Section(np.array(rows), organs[0], named)


def lesion(liver: np.ndarray, contrast: float, size: float, rng: np.random.Generator) -> np.ndarray:
    """An ellipse that lies inside the liver.

    Args:
        liver: row of the liver.
        contrast: HU over the liver; below 0 the lesion is darker.
        size: mean diameter in mm; a lesion has 3/4 to 5/4 of it, and never more than half of the liver.
    """
    a, b = liver[2:4]
    radius = min(size / 2 * rng.uniform(0.75, 1.25), min(a, b) / 2)
    flat = rng.uniform(0.8, 1.0)
    reach = (1 - radius / min(a, b)) * np.sqrt(rng.uniform())
    angle = rng.uniform(0, 2 * np.pi)
    x, y = _turned(a * reach * np.cos(angle), b * reach * np.sin(angle), liver[4])
    return _row(liver[0] + x, liver[1] + y, radius, radius * flat, rng.uniform(0, np.pi), contrast)


def labelled(section: Section, lesions: Sequence[np.ndarray], axis: np.ndarray) -> np.ndarray:
    """(pixels, pixels) uint8: 0 for what is not named, then a class for each of `NAMED`, then the lesions'."""
    classes = np.zeros((len(axis), len(axis)), np.uint8)
    for name, row in section.organs:
        classes[inside(row, axis)] = 1 + NAMED.index(name)
    for lesion in lesions:
        classes[inside(lesion, axis)] = 1 + len(NAMED)
    return classes


def inside(ellipse: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """(pixels, pixels) bool: which pixel centres lie in the ellipse."""
    x, y = np.meshgrid(axis - ellipse[0], axis - ellipse[1])
    along, across = _turned(x, y, -ellipse[4])
    return (along / ellipse[2]) ** 2 + (across / ellipse[3]) ** 2 <= 1


def _row(x: float, y: float, a: float, b: float, turn: float, hu: float) -> np.ndarray:
    """An ellipse that adds `hu` to what lies under it."""
    return np.array((x, y, a, b, turn, hu / 1000))


def _turned(x: Any, y: Any, angle: float) -> tuple[Any, Any]:
    """Numbers or arrays, turned by an angle."""
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos - y * sin, x * sin + y * cos


def _organ(
    organ: Organ, patient: Patient, number: int, cavity: tuple[float, float], top: float, z: float
) -> np.ndarray:
    x, y, a, b, turn = patient.organs[number]
    scale = np.sqrt(1 - ((z - organ.z) / organ.c) ** 2)
    hu = (organ.hu - CAVITY) * patient.enhancement + patient.tissue[number]
    return _row(
        (organ.x + x) * cavity[0],
        (organ.y + y) * cavity[1] + top,
        organ.a * (1 + a) * cavity[0] * scale,
        organ.b * (1 + b) * cavity[1] * scale,
        organ.turn + turn,
        hu,
    )


def _spine(y: float) -> list[np.ndarray]:
    """A vertebra: body with a dense rim, canal, arch and processes."""
    return [
        _row(0, y, 22, 17, 0, 330),
        _row(0, y, 18, 13, 0, -170),
        _row(0, y + 24, 13, 10, 0, 400),
        _row(0, y + 23, 9, 7, 0, -430),
        _row(0, y + 38, 4, 9, 0, 380),
        _row(-23, y + 27, 13, 4, 0.25, 330),
        _row(23, y + 27, 13, 4, -0.25, 330),
    ]


def _ribs(cavity: tuple[float, float], top: float, z: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Ribs along the wall; they slope, so they move with the height."""
    rows = []
    sides = np.linspace(-0.30, 1.05, RIBS // 2) * np.pi / 2 + 0.25 * (z - 0.5)
    for side in (-1, 1):
        for angle in sides + rng.normal(0, 0.05, len(sides)):
            x = side * (cavity[0] + 5) * np.cos(angle)
            y = (cavity[1] + 5) * np.sin(angle) + top
            tangent = np.arctan2(cavity[1] * np.cos(angle), -side * cavity[0] * np.sin(angle))
            if abs(x) > 40:
                rows.append(_row(x, y, rng.uniform(8, 13), 4, tangent, rng.uniform(450, 700)))
    return rows


def _vessels(liver: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Bright portal and hepatic veins in the liver, cut across or along."""
    rows = []
    for _ in range(rng.integers(3, 7)):
        reach, angle = 0.75 * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
        x, y = _turned(liver[2] * reach * np.cos(angle), liver[3] * reach * np.sin(angle), liver[4])
        row = _row(liver[0] + x, liver[1] + y, rng.uniform(3, 12), rng.uniform(2, 4), rng.uniform(0, np.pi), 50)
        rows.append(row)
    return rows


def _gas(cavity: tuple[float, float], top: float, z: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Gas in the stomach's front, and in the bowel below."""
    rows = [_row(0.48 * cavity[0], -0.50 * cavity[1] + top, rng.uniform(6, 16), rng.uniform(4, 8), 0, -950)]
    if z < 0.45:
        x, y = rng.uniform(0.0, 0.2) * cavity[0], -0.68 * cavity[1] + top
        rows.append(_row(x, y, rng.uniform(4, 9), rng.uniform(3, 6), 0, -950))
    return rows
