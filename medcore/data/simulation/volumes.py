"""CT simulator of whole volumes: patients as stacks of slices, with lesions that reach through several of them.

What lies in a slice is cut from ellipsoids at its height, and each slice has noise of its own. So a lesion that a slice
hides in its noise is told by its neighbours.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from medcore.catalog import Parameter, Selection
from medcore.data import cache
from medcore.data.dataset import Card, ImageDataset, Splits
from medcore.data.entry import Entry, Report
from medcore.data.simulation import anatomy, simulator
from medcore.data.simulation import options as asked
from medcore.data.simulation.simulator import MASKS, SCANNERS, WINDOW

VERSION = 1
"""Goes into the cache key: raise it when the same options give other images."""

SLICES, STEP = 20, 8.0
"""Of each patient, and mm from one to the next, from the feet to the head."""

HEIGHT = 250.0
"""mm that the anatomy's heights 0 to 1 stand for."""

LOWEST = (0.15, 0.25)
"""Height at which the first slice lies, from patient to patient."""

MOST_LESIONS = 3
TRIES = 20
"""To find a place for a lesion beside the others."""

_PATIENT, _LESIONS, _RIBS, _VESSELS, _NOISE = range(10, 15)  # streams of random numbers, none of the single slices'

NUMBERS = (10, 20, 40, 60, 100, 200, 400)

OPTIONS: dict[str, Parameter | Selection] = {
    "patients": Parameter("Patients", 60, 10, 400, f"Volumes to make, of {SLICES} slices each.", True, NUMBERS),
    "contrast": Parameter("Lesion contrast (HU)", -80, -150, 150, "Lesion minus liver (110 HU); below 0 it is dark."),
    "size": Parameter("Lesion size (mm)", 44, 12, 80, "Mean diameter; each lesion has 3/4 to 5/4 of it."),
    "prevalence": Parameter("Prevalence", 0.9, 0.1, 1.0, "Share of patients who have lesions, one to three each."),
    "dose": Parameter(
        "Dose",
        0.5,
        0.02,
        100.0,
        "Photons, as a share of the usual; a quarter doubles the noise.",
        steps=simulator.DOSES,
    ),
    "kernel": simulator.OPTIONS["kernel"],
    "scanner": simulator.OPTIONS["scanner"],
    "seed": simulator.OPTIONS["seed"],
}

CARD = Card(
    name="ct-volumes",
    title="CT simulator: volumes",
    modality="CT",
    gray={"unit": "HU", "low": WINDOW[0], "high": WINDOW[1]},
    task="segmentation",
    source=f"Computed here, as the slices of the CT simulator, from ellipsoids: {SLICES} slices a patient, {STEP:g} mm "
    "apart, at half the usual dose. 8-bit images in a liver window (-50 to 200 HU), with exact masks.",
    licence="MIT",
    citation="Medcore; method after Kak & Slaney 1988, doi:10.1137/1.9780898719277",
    labels="Known exactly: the simulator has put the lesions there.",
    notes=("Simulated: it teaches what neighbouring slices tell, and says nothing about real patients.",),
)


def entry() -> Entry:
    """The set with its default options, without making it."""
    pixels = SCANNERS["A"].geometry.pixels
    return Entry(
        CARD,
        _sizes({}),
        MASKS["lesion"],
        (pixels, pixels, 1),
        _read,
        options=OPTIONS,
        mask_options=simulator.MASK_OPTIONS,
        complete=complete,
        version=VERSION,
        count=_sizes,
        masks=True,
        volumes=True,
    )


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option, with its given or default value.

    Raises:
        ValueError: for an unknown option or a value out of range.
    """
    return asked.complete(given, OPTIONS | simulator.MASK_OPTIONS, "CT simulator")


class Lesion(NamedTuple):
    """An ellipsoid: its ellipse at its own height, and its height and half height in mm."""

    ellipse: np.ndarray
    height: float
    reach: float

    def cut(self, height: float) -> np.ndarray | None:
        """Its ellipse at a height in mm; None above and below it."""
        share = 1 - ((height - self.height) / self.reach) ** 2
        if share <= 0:
            return None
        row = self.ellipse.copy()
        row[2:4] *= np.sqrt(share)
        return row


def simulate(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Scans every patient.

    Args:
        values: every option, as `complete` gives them.

    Returns:
        "images" and "masks" (patients · 20, 64, 64) uint8, a patient's slices after one another.
    """
    made = [_patient(number, values) for number in range(values["patients"])]
    images, masks = (np.concatenate(part) for part in zip(*made, strict=True))
    return {"images": images, "masks": masks}


def _patient(number: int, values: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Images and masks of a patient's slices, (20, 64, 64) each."""

    def generator(stream: int, *more: int) -> np.random.Generator:
        return np.random.default_rng((values["seed"], stream, number, *more))

    of_patient = generator(_PATIENT)
    patient = anatomy.draw_patient(of_patient)
    heights = of_patient.uniform(*LOWEST) * HEIGHT + STEP * np.arange(SLICES)
    # Anew for each slice, so that ribs, gas and vessels lie where they lie in the slice below.
    sections = [anatomy.cut(patient, z / HEIGHT, generator(_RIBS), generator(_VESSELS)) for z in heights]
    lesions = _lesions(sections, heights, values, generator(_LESIONS))
    met = [[row for lesion in lesions if (row := lesion.cut(height)) is not None] for height in heights]
    ellipses = [np.vstack([section.ellipses, *rows]) for section, rows in zip(sections, met, strict=True)]
    images = simulator.scan(ellipses, [generator(_NOISE, i) for i in range(SLICES)], values)
    masks = [_mask(section, rows, values) for section, rows in zip(sections, met, strict=True)]
    return images, np.array(masks, np.uint8)


def _lesions(
    sections: list[anatomy.Section], heights: np.ndarray, values: Mapping[str, Any], rng: np.random.Generator
) -> list[Lesion]:
    """One to three lesions in the liver that do not touch each other, or none."""
    if rng.uniform() >= values["prevalence"]:
        return []
    wanted, found = int(rng.integers(1, MOST_LESIONS + 1)), []
    for _ in range(TRIES):
        slice_number = int(rng.integers(len(sections)))
        ellipse = anatomy.lesion(sections[slice_number].liver, values["contrast"], values["size"], rng)
        lesion = Lesion(ellipse, float(heights[slice_number]), ellipse[2] * rng.uniform(0.8, 1.2))
        if all(_apart(lesion, other) for other in found):
            found.append(lesion)
        if len(found) == wanted:
            break
    return found


def _apart(one: Lesion, other: Lesion) -> bool:
    """Whether the spheres around two lesions do not meet."""
    across = one.ellipse[:2] - other.ellipse[:2]
    distance = np.hypot(np.hypot(*across), one.height - other.height)
    return bool(distance > max(one.ellipse[2], one.reach) + max(other.ellipse[2], other.reach))


def _mask(section: anatomy.Section, lesions: list[np.ndarray], values: Mapping[str, Any]) -> np.ndarray:
    """(64, 64): the lesions alone, or organs and lesions."""
    axis = SCANNERS[values["scanner"]].geometry.axis
    organs = section if values["masks"] == "organs" else section._replace(organs=())
    classes = anatomy.labelled(organs, lesions, axis)
    return classes if values["masks"] == "organs" else classes > 0


def _splits(patients: int) -> dict[str, np.ndarray]:
    """Slices of each split: of every ten patients seven, one and two, as of the single slices."""
    tenth = np.repeat(np.arange(patients), SLICES) % 10
    return {"train": tenth < 7, "val": tenth == 7, "test": tenth > 7}


def _sizes(options: Mapping[str, Any]) -> dict[str, int]:
    return {split: int(of_split.sum()) for split, of_split in _splits(complete(options)["patients"]).items()}


def _read(options: Mapping[str, Any], report: Report) -> Splits:
    values = complete(options)

    def make() -> dict[str, np.ndarray]:
        report(f"Simulating {values['patients']:,} CT volumes …")
        return simulate(values)

    name = f"{CARD.name}-{cache.key({'version': VERSION, **values})}"
    made = cache.arrays(name, make, lambda: report("Waiting for the CT volumes that another run is simulating …"))
    pixel = SCANNERS[values["scanner"]].geometry.pixel_mm
    numbers = np.repeat(np.arange(values["patients"]), SLICES)
    return {
        split: ImageDataset(
            images=made["images"][part][..., None],
            labels=None,
            class_names=MASKS[values["masks"]],
            card=CARD,
            masks=made["masks"][part],
            spacing=(pixel, pixel),
            groups=numbers[part],
            volumes=numbers[part],
            step=STEP,
        )
        for split, part in _splits(values["patients"]).items()
    }
