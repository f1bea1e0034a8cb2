"""CT simulator: liver lesions to find, with exact labels and masks, and every knob of the image in the hand.

Slices of an elliptic abdomen (`anatomy`) are scanned with a chosen dose and kernel (`tomography`). Each patient and
each slice has random numbers of its own, drawn from seed and number, so an image does not depend on how many are made,
and the same anatomy can be scanned again with another dose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from medcore.catalog import Parameter, Selection
from medcore.data import cache
from medcore.data.dataset import Card, ImageDataset, Splits
from medcore.data.entry import Entry, Labels, Report
from medcore.data.simulation import anatomy, tomography
from medcore.data.simulation import options as asked
from medcore.data.simulation.tomography import Geometry, Kernel
from medcore.spec import MAX_SEED

VERSION = 1
"""Goes into the cache key: raise it when the same options give other images."""

SLICES = 4
"""Slices of each patient."""

WINDOW = (-50.0, 200.0)
"""HU of black and white: a narrow window, as for the liver (centre 75, width 250)."""

BATCH = 500
"""Slices reconstructed together, to bound the memory."""

_PATIENT, _SLICE, _NOISE = 0, 1, 2  # streams of random numbers

CLASSES = ("no lesion", "lesion")
MASKS = {
    "lesion": CLASSES,
    "organs": ("background", *anatomy.NAMED, "lesion"),
}
"""Classes of the masks, by what is asked for."""


@dataclass(frozen=True)
class Scanner:
    """A hospital's machine and its usual settings.

    Args:
        photons: entering each ray at dose 1.
        kernel: what its radiologists like.
        offset: HU by which its calibration is off.
        geometry: field of view and resolution.
    """

    photons: float
    kernel: Kernel
    offset: float
    geometry: Geometry


SCANNERS = {
    "A": Scanner(80_000, "soft", 0.0, Geometry(views=96, pixel_mm=5.6)),
    "B": Scanner(50_000, "sharp", 25.0, Geometry(views=72, pixel_mm=5.0)),
}

MOST_COUNTED = 5000
"""Slices whose labels are drawn to count them, which takes a second; of more only a run tells."""

NUMBERS = (40, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
DOSES = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 30.0, 100.0)

OPTIONS: dict[str, Parameter | Selection] = {
    "images": Parameter("Images", 2000, 40, 20_000, "Slices to make, four a patient.", True, NUMBERS),
    "contrast": Parameter("Lesion contrast (HU)", -80, -150, 150, "Lesion minus liver (110 HU); below 0 it is dark."),
    "size": Parameter("Lesion size (mm)", 44, 8, 80, "Mean diameter; each lesion has 3/4 to 5/4 of it."),
    "prevalence": Parameter("Prevalence", 0.5, 0.02, 0.98, "Share of slices with a lesion; patients differ in theirs."),
    "dose": Parameter(
        "Dose", 1.0, 0.02, 100.0, "Photons, as a share of the usual; a quarter doubles the noise.", steps=DOSES
    ),
    "kernel": Selection(
        "Kernel",
        "usual",
        {"usual": "The scanner's usual", "soft": "Soft (Hann)", "sharp": "Sharp (ramp)"},
        "Filter of the reconstruction: sharp shows edges and noise, soft hides both.",
    ),
    "scanner": Selection(
        "Scanner",
        "A",
        {"A": "Hospital A", "B": "Hospital B"},
        "Hospital B has less dose, fewer views, a sharp kernel, smaller pixels and HU that are 25 too high.",
    ),
    "seed": Parameter("Seed", 0, 0, MAX_SEED, "Another seed gives other patients.", integer=True),
}
MASK_OPTIONS: dict[str, Parameter | Selection] = {
    "masks": Selection(
        "Masks",
        "lesion",
        {"lesion": "Lesion", "organs": "Liver, spleen, kidneys and lesion"},
        "What the masks show; the images stay the same.",
    ),
}

CARD = Card(
    name="ct-simulator",
    title="CT simulator: liver lesions",
    modality="CT",
    gray={"unit": "HU", "low": WINDOW[0], "high": WINDOW[1]},
    task="classification",
    source="Computed here: exact projections of an abdomen of ellipses, photon noise, filtered back projection. "
    "8-bit images in a liver window (-50 to 200 HU), with exact masks of the lesions.",
    licence="MIT",
    citation="Medcore; method after Kak & Slaney 1988, doi:10.1137/1.9780898719277",
    labels="Known exactly: the simulator has put the lesion there, or not.",
    notes=("Simulated: it teaches what noise, dose and contrast do, and says nothing about real patients.",),
)


def entry() -> Entry:
    """The simulator with its default options, without running it."""
    pixels = SCANNERS["A"].geometry.pixels
    return Entry(
        CARD,
        _sizes({}),
        CLASSES,
        (pixels, pixels, 1),
        _read,
        options=OPTIONS,
        mask_options=MASK_OPTIONS,
        complete=complete,
        version=VERSION,
        count=_sizes,
        labels=_labels,
        masks=True,
    )


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option, with its given or default value.

    Raises:
        ValueError: for an unknown option or a value out of range.
    """
    return asked.complete(given, OPTIONS | MASK_OPTIONS, "CT simulator")


def simulate(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Scans every slice.

    Args:
        values: every option, as `complete` gives them.

    Returns:
        "images" (n, 64, 64) uint8, "labels" (n,) int64, "masks" (n, 64, 64) uint8.
    """
    parts = []
    for first in range(0, values["images"], BATCH):
        numbers = range(first, min(first + BATCH, values["images"]))
        slices = [_slice(number, values) for number in numbers]
        noise = [np.random.default_rng((values["seed"], _NOISE, number)) for number in numbers]
        images = scan([one.ellipses for one in slices], noise, values)
        masks = [_mask(one, values) for one in slices]
        parts.append((images, np.array([one.present for one in slices], np.int64), np.array(masks, np.uint8)))
    images, labels, masks = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {"images": images, "labels": labels, "masks": masks}


def scan(slices: Sequence[np.ndarray], noise: Sequence[np.random.Generator], values: Mapping[str, Any]) -> np.ndarray:
    """Slices as the scanner shows them.

    Args:
        slices: ellipses of each, (k, 6) as `tomography.project` takes them.
        noise: the generator of each one's photons.
        values: "scanner", "kernel" and "dose".

    Returns:
        (n, 64, 64) uint8.
    """
    scanner = SCANNERS[values["scanner"]]
    kernel = scanner.kernel if values["kernel"] == "usual" else values["kernel"]
    photons = scanner.photons * values["dose"]
    exact = (tomography.project(ellipses, scanner.geometry) for ellipses in slices)
    sinograms = [tomography.expose(one, photons, rng) for one, rng in zip(exact, noise, strict=True)]
    return window(tomography.reconstruct(np.stack(sinograms), scanner.geometry, kernel) + scanner.offset)


def window(hu: np.ndarray) -> np.ndarray:
    """HU as uint8 of the window.

    Eight bits are what a screen shows and what the other sets hold; a step is 1 HU, far below the noise.
    """
    low, high = WINDOW
    return np.rint(np.clip((hu - low) * (255 / (high - low)), 0, 255)).astype(np.uint8)


class _Slice(NamedTuple):
    section: anatomy.Section
    lesion: np.ndarray
    present: bool

    @property
    def ellipses(self) -> np.ndarray:
        return np.vstack([self.section.ellipses, self.lesion]) if self.present else self.section.ellipses


def _slice(number: int, values: Mapping[str, Any]) -> _Slice:
    """The anatomy of one slice, with its lesion if it has one.

    A patient's own share of slices with a lesion is drawn from Beta(2p, 2 - 2p): p on average, and slices of one
    patient resemble each other in it (intra-patient correlation 1/3).
    """
    patient_number = number // SLICES
    of_patient = np.random.default_rng((values["seed"], _PATIENT, patient_number))
    patient = anatomy.draw_patient(of_patient)
    share = of_patient.beta(2 * values["prevalence"], 2 - 2 * values["prevalence"])
    of_slice = np.random.default_rng((values["seed"], _SLICE, number))
    present = of_slice.uniform() < share
    section = anatomy.cut(patient, of_slice.uniform(0.2, 0.85), of_slice)
    lesion = anatomy.lesion(section.liver, values["contrast"], values["size"], of_slice)
    return _Slice(section, lesion, bool(present))


def _mask(one: _Slice, values: Mapping[str, Any]) -> np.ndarray:
    """(64, 64): the lesion alone, or organs and lesion."""
    lesions = [one.lesion] if one.present else []
    axis = SCANNERS[values["scanner"]].geometry.axis
    if values["masks"] == "organs":
        return anatomy.labelled(one.section, lesions, axis)
    return anatomy.inside(one.lesion, axis) & one.present


def _splits(count: int) -> dict[str, np.ndarray]:
    """Of every ten patients the first seven train, one validates, two test: patients are drawn independently, so
    this is a random split, and it stays what it is when more are made."""
    tenth = np.arange(count) // SLICES % 10
    return {"train": tenth < 7, "val": tenth == 7, "test": tenth > 7}


def _sizes(options: Mapping[str, Any]) -> dict[str, int]:
    return {split: int(of_split.sum()) for split, of_split in _splits(complete(options)["images"]).items()}


def _labels(options: Mapping[str, Any]) -> dict[str, Labels] | None:
    """The labels alone: no slice is scanned."""
    values = complete(options)
    count = values["images"]
    if count > MOST_COUNTED:
        return None
    present = np.array([_slice(number, values).present for number in range(count)], np.int64)
    return {split: Labels(present[part], _patients(count)[part]) for split, part in _splits(count).items()}


def _patients(count: int) -> np.ndarray:
    return np.arange(count) // SLICES


def _read(options: Mapping[str, Any], report: Report) -> Splits:
    values = complete(options)

    def make() -> dict[str, np.ndarray]:
        report(f"Simulating {values['images']:,} CT slices …")
        return simulate(values)

    drawn = {name: value for name, value in values.items() if (name, value) != ("masks", "lesion")}
    name = f"{CARD.name}-{cache.key({'version': VERSION, **drawn})}"  # as it was before there were other masks
    made = cache.arrays(name, make, lambda: report("Waiting for the CT slices that another run is simulating …"))
    pixel = SCANNERS[values["scanner"]].geometry.pixel_mm
    patients = _patients(values["images"])
    return {
        split: ImageDataset(
            images=made["images"][part][..., None],
            labels=made["labels"][part],
            class_names=CLASSES,
            card=CARD,
            masks=made["masks"][part],
            spacing=(pixel, pixel),
            groups=patients[part],
            mask_names=MASKS[values["masks"]],
        )
        for split, part in _splits(values["images"]).items()
    }
