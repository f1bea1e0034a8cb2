"""Is this image such as the network knows? What it never saw it answers with as much confidence as anything else.

Every image is seen in three ways: its tones, what it looks like from afar, and the features that the network makes of
it. In each, an image is as strange as its mean distance to the nearest training images; how strange is usual is told
by the validation images, which the network did not learn from either.

Reference:
    Sun, Ming, Zhu & Li (2022), Out-of-Distribution Detection with Deep Nearest Neighbors, arXiv:2204.06507.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from medcore.data.own_image import OwnImage

NEIGHBOURS = 5
WARNED_FROM = 0.99
"""Share of the validation images that lie nearer than an image which is warned of."""
REFUSED_FROM = 1.25
"""Times the largest distance of a validation image from which on an image is refused."""
INVERTED_FROM = 0.7
"""Times its distance to which an image must come by inversion, to be called inverted. Measured: of images of four sets
0% are, and 97 to 100% of their inversions."""
SIDE = 8
TONES = np.linspace(0, 1, 21)
FLAT = 2 / 255
"""Standard deviation of pixels below which there is nothing to see."""
WAYS = {
    "tones": "its tones, from dark to bright",
    "look": "what it looks like from afar",
    "features": "what the network makes of it",
}


MODALITIES = {
    "CT": "CT",
    "MR": "MR",
    "US": "ultrasound",
    "CR": "X-ray",
    "DX": "X-ray",
    "MG": "mammography",
    "PT": "PET",
    "NM": "nuclear medicine",
    "SM": "microscopy",
    "OP": "eye",
}
"""What people call the modalities of DICOM (PS3.3 C.7.3.1.1.1) that are told apart."""


class Familiar(NamedTuple):
    """What training images are, seen in one way.

    Args:
        vectors: (n, d) float32, of training images.
        usual: (m,) how far validation images lie from them, in ascending order.
    """

    vectors: np.ndarray
    usual: np.ndarray

    def distance(self, vector: np.ndarray) -> float:
        """Mean Euclidean distance to the nearest training images."""
        return float(distances(self.vectors, vector[None])[0])


class Strangeness(NamedTuple):
    """How far an image lies from the training images, seen in one way.

    Args:
        distance: to the nearest of them.
        share: of the validation images that lie nearer, 0 to 1.
        largest: distance of a validation image.
    """

    distance: float
    share: float
    largest: float


@dataclass(frozen=True)
class Reason:
    """What speaks against an image.

    Args:
        kind: "empty", "modality", "size", "colour", "inverted", or one of `WAYS`.
        refuses: or else warns.
        sentence: for people.
    """

    kind: str
    refuses: bool
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says.

    Args:
        reasons: none for an image such as the network knows.
        strange: by way of seeing; {} where the training images are not here.
        compared: validation images.
    """

    reasons: tuple[Reason, ...]
    strange: Mapping[str, Strangeness]
    compared: int

    @property
    def refused(self) -> bool:
        """Whether what the network says of it means nothing."""
        return any(reason.refuses for reason in self.reasons)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        strange = {way: found._asdict() for way, found in self.strange.items()}
        reasons = [asdict(reason) for reason in self.reasons]
        return {"refused": self.refused, "reasons": reasons, "strange": strange, "compared": self.compared}


def look(images: np.ndarray) -> np.ndarray:
    """(n, d): images from afar, as the means of 8x8 blocks, each channel for itself.

    Args:
        images: (n, height, width, channels) in 0..1; smaller ones than 8 pixels are taken as they are.
    """
    blocks = images
    for axis in (1, 2):
        size = blocks.shape[axis]
        starts = np.arange(min(SIDE, size)) * size // min(SIDE, size)
        counts = np.diff([*starts, size]).reshape(*(-1 if i == axis else 1 for i in range(4)))
        blocks = np.add.reduceat(blocks, starts, axis=axis) / counts
    return blocks.reshape(len(images), -1).astype(np.float32)


def tones(images: np.ndarray) -> np.ndarray:
    """(n, 21): every twentieth of the values of an image's pixels, in ascending order, over all channels."""
    return np.quantile(images.reshape(len(images), -1), TONES, axis=1).T.astype(np.float32)


def distances(known: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """(m,) mean Euclidean distance of each vector to the nearest of those known.

    Args:
        known: (n, d).
        vectors: (m, d).
    """
    nearest = min(NEIGHBOURS, len(known))
    squares = (known.astype(np.float64) ** 2).sum(axis=1)
    found = np.empty(len(vectors))
    for i, vector in enumerate(vectors.astype(np.float64)):
        apart = np.sqrt(np.maximum(squares - 2 * (known @ vector) + vector @ vector, 0))
        found[i] = np.partition(apart, nearest - 1)[:nearest].mean()
    return found


def familiar(train: np.ndarray, val: np.ndarray) -> Familiar:
    """What is usual, from the vectors (n, d) of training images and those (m, d) of validation images."""
    return Familiar(train, np.sort(distances(train, val)))


def judge(image: OwnImage, known: Mapping[str, Familiar], features: np.ndarray | None) -> Verdict:
    """What speaks against an image.

    Args:
        image: of the size that the network takes.
        known: by way of seeing; {} where the training images are not here.
        features: (d,) what the network makes of it; None if it cannot be asked.
    """
    pixels = image.pixels.astype(np.float32)[None] / 255
    if pixels.std() < FLAT:
        return Verdict((Reason("empty", True, "There is nothing to see: all pixels are the same."),), {}, 0)
    reasons = [*_form(image)]
    seen = {"tones": tones(pixels)[0], "look": look(pixels)[0], "features": features}
    strange = {way: _strangeness(known[way], seen[way]) for way in WAYS if way in known and seen[way] is not None}
    if "look" in strange and _inverted(known["look"], pixels):
        reasons.append(
            Reason(
                "inverted",
                True,
                "It looks inverted: with black and white exchanged it is much more like the training images.",
            )
        )
    compared = min((len(one.usual) for one in known.values()), default=0)
    reasons += [reason for way, found in strange.items() if (reason := _unusual(way, found, compared))]
    return Verdict(tuple(reasons), strange, compared)


def _form(image: OwnImage) -> list[Reason]:
    """What speaks against modality, size and channels."""
    height, width, channels = image.pixels.shape
    reasons = []
    taken, expected = MODALITIES.get(image.modality), MODALITIES.get(image.expected)
    if taken and expected and taken != expected:
        sentence = f"Its file says that it is of another kind: {taken}. The network learned from {expected} images."
        reasons.append(Reason("modality", True, sentence))
    if image.colour and channels == 1:
        reasons.append(
            Reason("colour", True, "It is in colour; the network learned from gray images, another kind of picture.")
        )
    rows, columns = image.original
    share = min(rows, columns) / min(height, width)
    if share < 1:
        much = "much " if share < 0.5 else ""
        sentence = f"It is {much}smaller than what was learned from: {columns}x{rows} against {width}x{height} pixels."
        reasons.append(Reason("size", share < 0.5, sentence))
    return reasons


def _strangeness(known: Familiar, vector: np.ndarray) -> Strangeness:
    distance = known.distance(vector)
    return Strangeness(
        distance, float(np.searchsorted(known.usual, distance) / len(known.usual)), float(known.usual[-1])
    )


def _inverted(known: Familiar, pixels: np.ndarray) -> bool:
    return known.distance(look(1 - pixels)[0]) < INVERTED_FROM * known.distance(look(pixels)[0])


def _unusual(way: str, found: Strangeness, compared: int) -> Reason | None:
    if found.share < WARNED_FROM:
        return None
    refused = found.distance > REFUSED_FROM * found.largest
    times = found.distance / max(found.largest, np.finfo(np.float32).tiny)
    if refused:
        how = f"{times:,.1f} times as far from the training images as the strangest of {compared:,} validation images"
    else:
        nearer = round(found.share * compared)
        count = "every one" if nearer == compared else f"{nearer:,}"
        how = f"further from the training images than {count} of the {compared:,} validation images"
    return Reason(way, refused, f"By {WAYS[way]}, it is {how}.")
