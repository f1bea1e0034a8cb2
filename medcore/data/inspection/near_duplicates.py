"""Images that are nearly the same: other noise, contrast, compression, or the next frame of the same scan.

A perceptual hash finds the candidates: which of the 63 lowest frequencies of an image are above their median. Images
of one body part look alike to it, so a candidate counts only if the pixels themselves correlate.

Reference:
    pHash: Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions", section 3.2.1. The
    frequencies are taken from the image itself instead of from a copy of 32x32, so most of it can be small.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from medcore.data.dataset import Splits
from medcore.data.inspection import blocks
from medcore.data.inspection.duplicates import Place

MAX_DISTANCE = 8
"""Bits of the 63 in which the hashes of two images may differ."""

MIN_CORRELATION = 0.99
"""Of the pixels. Chosen by looking: at 0.99 all pairs of BreastMNIST and of the hippocampus slices are the same scan
or the next slice, and 3 of MNIST's 2.4 billion pairs pass; at 0.98 600 do, ones of different writers."""

MIN_SIDE = 16
"""Pixels: smaller images are alike without being copies."""

MIN_DEVIATION = 0.01
"""Of the pixels, as a share of their range over the set: what is nearly uniform resembles whatever else is."""

MAX_IMAGES = 100_000
"""That are compared, each with each: about a minute."""

MAX_PIXELS = 2**27
"""Of all images compared, as they are compared: 512 MB."""

MAX_FOUND = 100_000
"""Pairs after which there is nothing more to learn."""

MAX_PAIRS = 200
"""That are kept to be looked at."""

COMPARED_SIDE = 64
"""Pixels: larger images are averaged down to this before they are compared."""

_FREQUENCIES = 8
_BLOCK = 8_000_000  # pairs at a time, to bound the memory


class Pair(NamedTuple):
    """Two images that are nearly the same.

    Args:
        first, second: split and index of each.
        distance: bits in which their hashes differ, 0 to 63.
        correlation: of their pixels, -1 to 1.
    """

    first: Place
    second: Place
    distance: int
    correlation: float


@dataclass(frozen=True)
class NearDuplicates:
    """What was found; exact duplicates are not counted here.

    Args:
        pairs: those between splits first, of these the most alike first; at most `MAX_PAIRS`.
        found: pairs in all.
        within: by split, how many of its images have a near duplicate in it.
        between: by pair of splits such as "train and test", how many images of the second have one in the first.
        conflicting: pairs with different labels.
        same_group: pairs of one patient or volume; None where these are not known.
        compared: images that were compared.
        total: images there are.
        skipped: why none were compared; "" if they were.
    """

    pairs: tuple[Pair, ...] = ()
    found: int = 0
    within: Mapping[str, int] | None = None
    between: Mapping[str, int] | None = None
    conflicting: int = 0
    same_group: int | None = None
    compared: int = 0
    total: int = 0
    skipped: str = ""

    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing found, or not looked for."""
        if self.skipped:
            return (self.skipped,)
        notes = []
        for pair, count in (self.between or {}).items():
            first, second = pair.split(" and ")
            verb = "images of {} are" if count > 1 else "image of {} is"
            notes.append(f"Leak: {count:,} {verb.format(second)} nearly the same as one of {first}.")
        for split, count in (self.within or {}).items():
            notes.append(f"{count:,} images of {split} are nearly the same as another one of it.")
        if self.conflicting:
            notes.append(f"Different labels: {self.conflicting:,} of the {_pairs(self.found)}.")
        if self.found and self.same_group is not None:
            notes.append(f"The same patient or volume: {self.same_group:,} of the {_pairs(self.found)}.")
        if self.found >= MAX_FOUND:
            notes.append(f"The search ended after {MAX_FOUND:,} pairs.")
        if self.compared < self.total:
            notes.append(f"{self.compared:,} of the {self.total:,} images were compared, drawn at random.")
        return tuple(notes)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {"pairs": [tuple(pair) for pair in self.pairs]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "NearDuplicates":
        """Back from plain values."""
        pairs = tuple(Pair(tuple(a), tuple(b), distance, r) for a, b, distance, r in values["pairs"])
        return cls(**{**values, "pairs": pairs})


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count:,} pairs"


def find(splits: Splits) -> NearDuplicates:
    """Near duplicates within and between the splits of a set."""
    total = sum(len(part) for part in splits.values())
    height, width = splits["train"].images.shape[1:3]
    if min(height, width) < MIN_SIDE:
        why = f"Images of {height}x{width} pixels are too small to tell a near duplicate from one that is alike."
        return NearDuplicates(total=total, skipped=why)
    places = _drawn(splits, min(MAX_IMAGES, MAX_PIXELS // min(height * width, COMPARED_SIDE**2)))
    pixels = _pixels(splits, places)
    usable = _shows_something(splits, pixels)
    shown = [place for place, use in zip(places, usable, strict=True) if use]
    pairs = [
        Pair(shown[a], shown[b], distance, correlation)
        for a, b, distance, correlation in islice(_alike(_standardised(pixels, usable)), MAX_FOUND)
        if not _equal(splits, shown[a], shown[b])
    ]
    return _summary(splits, pairs, len(places), total)


def hashes(images: np.ndarray) -> np.ndarray:
    """The perceptual hash of gray images.

    Args:
        images: (n, height, width), at least 8 pixels a side.

    Returns:
        (n,) uint64 of 63 bits.
    """
    return _bits(_low_frequencies(images))


def _drawn(splits: Splits, limit: int) -> list[Place]:
    """All images, or as many as can be compared, drawn at random."""
    places = [(split, index) for split, part in splits.items() for index in range(len(part))]
    if len(places) <= limit:
        return places
    chosen = np.random.default_rng(0).choice(len(places), limit, replace=False)
    return [places[number] for number in np.sort(chosen)]


def _pixels(splits: Splits, places: list[Place]) -> np.ndarray:
    """(n, height, width) float32: the images in gray, averaged down to at most 64 pixels a side."""
    found, done = None, 0
    for split, part in splits.items():
        wanted = np.array([index for name, index in places if name == split], np.int64)
        for gray in blocks.gray(part.images, wanted):
            small = blocks.reduced(gray, COMPARED_SIDE)
            if found is None:
                found = np.empty((len(places), *small.shape[1:]), np.float32)
            found[done : done + len(small)] = small
            done += len(small)
    return found


def _shows_something(splits: Splits, pixels: np.ndarray) -> np.ndarray:
    """Whether each image is more than nearly uniform."""
    integer = splits["train"].images.dtype == np.uint8
    span = 255 if integer else float(pixels.max() - pixels.min())
    return pixels.std(axis=(1, 2)) > MIN_DEVIATION * max(span, np.finfo(np.float32).tiny)


def _standardised(pixels: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """The usable images with mean 0 and length 1, so that a dot product is a correlation; in place where it can be."""
    if not usable.all():
        pixels = pixels[usable]
    pixels -= pixels.mean(axis=(1, 2), keepdims=True)
    pixels /= np.sqrt(np.einsum("nij,nij->n", pixels, pixels))[:, None, None]
    return pixels


def _low_frequencies(images: np.ndarray) -> np.ndarray:
    """(n, 63) lowest coefficients of the orthonormal cosine transform, without the mean."""
    from scipy.fft import dctn  # the web process reads what was found, and needs no SciPy

    size = _FREQUENCIES
    parts = [
        dctn(images[start : start + blocks.IMAGES], axes=(1, 2), norm="ortho")[:, :size, :size]
        for start in range(0, len(images), blocks.IMAGES)
    ]
    return np.concatenate(parts).reshape(len(images), -1)[:, 1:] if parts else np.empty((0, size * size - 1))


def _bits(frequencies: np.ndarray) -> np.ndarray:
    above = frequencies > np.median(frequencies, axis=1, keepdims=True)
    return np.packbits(np.pad(above, ((0, 0), (1, 0))), axis=1).view(np.uint64)[:, 0]


def _alike(images: np.ndarray) -> Iterator[tuple[int, int, int, float]]:
    """Pairs of standardised images: first, second, distance, correlation.

    The transform keeps distances, so images that correlate by r are at most sqrt(2 - 2r) apart in their low
    frequencies too: that leaves few pairs whose pixels have to be looked at.
    """
    frequencies = _low_frequencies(images).astype(np.float32)
    bits, squares = _bits(frequencies), (frequencies**2).sum(axis=1)
    flat, limit = images.reshape(len(images), -1), 2 - 2 * MIN_CORRELATION + 1e-5
    rows = max(1, _BLOCK // max(len(images), 1))
    for start in range(0, len(images), rows):
        block = slice(start, start + rows)
        apart = squares[block, None] + squares[None, start:] - 2 * frequencies[block] @ frequencies[start:].T
        a, b = np.nonzero(np.triu(apart <= limit, 1))
        distance = np.bitwise_count(bits[start + a] ^ bits[start + b])
        near = distance <= MAX_DISTANCE
        for first, second, bits_apart in zip(start + a[near], start + b[near], distance[near], strict=True):
            correlation = min(float(flat[first] @ flat[second]), 1.0)
            if correlation >= MIN_CORRELATION:
                yield int(first), int(second), int(bits_apart), correlation


def _equal(splits: Splits, first: Place, second: Place) -> bool:
    images = [splits[split].images[index] for split, index in (first, second)]
    return bool(np.array_equal(*images))


def _summary(splits: Splits, pairs: list[Pair], compared: int, total: int) -> NearDuplicates:
    within: dict[str, set[int]] = {}
    between: dict[str, set[int]] = {}
    for pair in pairs:
        (first, a), (second, b) = pair.first, pair.second
        if first == second:
            within.setdefault(first, set()).update((a, b))
        else:
            between.setdefault(f"{first} and {second}", set()).add(b)
    shown = sorted(pairs, key=lambda pair: (pair.first[0] == pair.second[0], -pair.correlation))[:MAX_PAIRS]
    return NearDuplicates(
        pairs=tuple(shown),
        found=len(pairs),
        within={split: len(images) for split, images in within.items()},
        between={names: len(images) for names, images in between.items()},
        conflicting=len(pairs) - _alike_in(splits, pairs, "labels", len(pairs)),
        same_group=_alike_in(splits, pairs, "groups", None),
        compared=compared,
        total=total,
    )


def _alike_in(splits: Splits, pairs: list[Pair], name: str, unknown: int | None) -> int | None:
    """Pairs whose images have the same label or group; `unknown` where the set has none."""
    values = {split: getattr(part, name) for split, part in splits.items()}
    if any(of_split is None for of_split in values.values()):
        return unknown
    return sum(bool(values[a][i] == values[b][j]) for (a, i), (b, j), _, _ in pairs)
