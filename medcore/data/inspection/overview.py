"""What a set looks like as a whole: means, deviations and histograms by class, sizes, near duplicates."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from medcore.data.dataset import ImageDataset, Splits
from medcore.data.inspection import blocks, near_duplicates
from medcore.data.inspection.near_duplicates import NearDuplicates

BINS = 64
MAX_SIDE = 256
"""Pixels: mean images of larger ones are averaged down to this."""
MAX_SIZES = 12
"""Original sizes that are kept, the commonest first."""


class Average(NamedTuple):
    """The mean image of a group.

    Args:
        count: images in it.
        mean: (height, width, channels) float32, in the values of the images.
        deviation: (height, width, channels) float32: standard deviation over the images, at each pixel.
    """

    count: int
    mean: np.ndarray
    deviation: np.ndarray


@dataclass(frozen=True)
class Overview:
    """What all images of a set together look like.

    Args:
        averages: by "" (all images) and by class name; for a set of masks only "" is there.
        coverage: by class name of a set with masks, (height, width) share of the images that show it at each pixel.
        shows: by split of a set of masks, (n, classes) bool: whether an image shows a class; {} where there are labels.
        edges: (bins + 1,) of the histogram, in the values of the images; colours count as their luminance.
        histograms: by class name, (bins,) pixels; of images of the class, or where masks are all there is, of pixels
            of it.
        sizes: height, width in the file and number of images, the commonest first; () where not known.
        window: (low, high): the 1st and 99th percentile of the values.
        near: near duplicates.
    """

    averages: Mapping[str, Average]
    coverage: Mapping[str, np.ndarray]
    shows: Mapping[str, np.ndarray]
    edges: np.ndarray
    histograms: Mapping[str, np.ndarray]
    sizes: tuple[tuple[int, int, int], ...]
    window: tuple[float, float]
    near: NearDuplicates

    def to_arrays(self) -> dict[str, np.ndarray]:
        """As arrays for an archive; `from_arrays` takes them back."""
        about = {
            "averages": {name: average.count for name, average in self.averages.items()},
            "coverage": list(self.coverage),
            "shows": list(self.shows),
            "histograms": list(self.histograms),
            "sizes": self.sizes,
            "window": self.window,
            "near": self.near.to_dict(),
        }
        return {
            "about": np.frombuffer(json.dumps(about).encode(), np.uint8),
            "means": np.stack([average.mean for average in self.averages.values()]),
            "deviations": np.stack([average.deviation for average in self.averages.values()]),
            "coverage": np.stack(list(self.coverage.values())) if self.coverage else np.empty(0, np.float32),
            "edges": self.edges,
            "histograms": np.stack(list(self.histograms.values())),
            **{f"shows_{split}": shown for split, shown in self.shows.items()},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Overview":
        """Back from arrays."""
        about: dict[str, Any] = json.loads(arrays["about"].tobytes())
        parts = zip(about["averages"].items(), arrays["means"], arrays["deviations"], strict=True)
        return cls(
            averages={name: Average(count, mean, deviation) for (name, count), mean, deviation in parts},
            coverage=dict(zip(about["coverage"], arrays["coverage"], strict=True)),
            shows={split: arrays[f"shows_{split}"] for split in about["shows"]},
            edges=arrays["edges"],
            histograms=dict(zip(about["histograms"], arrays["histograms"], strict=True)),
            sizes=tuple((height, width, count) for height, width, count in about["sizes"]),
            window=tuple(about["window"]),
            near=NearDuplicates.from_dict(about["near"]),
        )


def measure(splits: Splits) -> Overview:
    """Looks at every image of every split, a block at a time."""
    edges = _edges(splits)
    histograms = _histograms(splits, edges)
    return Overview(
        averages=_averages(splits),
        coverage=_coverage(splits),
        shows={split: _shows(part) for split, part in splits.items() if part.labels is None},
        edges=edges,
        histograms=histograms,
        sizes=_sizes(splits),
        window=_window(edges, sum(histograms.values())),
        near=near_duplicates.find(splits),
    )


def _blocks(part: ImageDataset) -> Iterator[slice]:
    return blocks.slices(len(part), int(np.prod(part.images.shape[1:])))


def _averages(splits: Splits) -> dict[str, Average]:
    sums: dict[str, list[Any]] = {}
    for part in splits.values():
        names = np.array(part.class_names)
        for block in _blocks(part):
            images = blocks.reduced(part.images[block], MAX_SIDE)
            _add(sums, "", images)
            if part.labels is not None:
                for number in np.unique(part.labels[block]):
                    _add(sums, str(names[number]), images[part.labels[block] == number])
    order = ("", *splits["train"].class_names)
    return {name: _average(*sums[name]) for name in order if name in sums}


def _add(sums: dict[str, list[Any]], name: str, images: np.ndarray) -> None:
    """Adds to count, sum and sum of squares; these are taken about the group's first image, so that they stay exact."""
    count, origin, total, squares = sums.setdefault(name, [0, images[0].astype(np.float64), 0.0, 0.0])
    offset = images - origin
    sums[name] = [count + len(images), origin, total + offset.sum(axis=0), squares + (offset**2).sum(axis=0)]


def _average(count: int, origin: np.ndarray, total: np.ndarray, squares: np.ndarray) -> Average:
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return Average(count, (origin + mean).astype(np.float32), deviation.astype(np.float32))


def _coverage(splits: Splits) -> dict[str, np.ndarray]:
    """Of every class but the background."""
    if any(part.masks is None for part in splits.values()):
        return {}
    names = splits["train"].mask_classes
    total = sum(len(part) for part in splits.values())
    found = {}
    for number, name in enumerate(names[1:], 1):
        shown = sum(
            blocks.reduced(part.masks[block] == number, MAX_SIDE).sum(axis=0, dtype=np.float64)
            for part in splits.values()
            for block in _blocks(part)
        )
        found[name] = (shown / total).astype(np.float32)
    return found


def _shows(part: ImageDataset) -> np.ndarray:
    """(n, classes) bool."""
    classes = range(len(part.class_names))
    found = [
        np.stack([(part.masks[block] == number).any(axis=(1, 2)) for number in classes], axis=1)
        for block in _blocks(part)
    ]
    return np.concatenate(found)


def _edges(splits: Splits) -> np.ndarray:
    if all(part.images.dtype == np.uint8 for part in splits.values()):
        return np.linspace(0, 256, BINS + 1)
    found = [gray for part in splits.values() for gray in _extremes(part)]
    low, high = float(np.min(found)), float(np.max(found))
    return np.linspace(low, high if high > low else low + 1, BINS + 1)


def _extremes(part: ImageDataset) -> Iterator[tuple[float, float]]:
    for gray in blocks.gray(part.images):
        yield float(gray.min()), float(gray.max())


def _histograms(splits: Splits, edges: np.ndarray) -> dict[str, np.ndarray]:
    """Exact counts of pixels."""
    names = splits["train"].class_names
    found = {name: np.zeros(len(edges) - 1, np.int64) for name in names}
    for part in splits.values():
        for block in _blocks(part):
            gray = blocks.luminance(part.images[block])
            of_class = part.labels[block] if part.labels is not None else part.masks[block]
            for number, name in enumerate(names):
                chosen = of_class == number
                if chosen.any():
                    found[name] += np.histogram(gray[chosen], edges)[0]
    return found


def _window(edges: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    share = np.concatenate([[0], np.cumsum(counts)]) / max(counts.sum(), 1)
    low, high = np.interp((0.01, 0.99), share, edges)
    return float(low), float(high)


def _sizes(splits: Splits) -> tuple[tuple[int, int, int], ...]:
    """Sizes in the files."""
    known = [part.original_sizes for part in splits.values() if part.original_sizes is not None]
    if not known:
        return ()
    sizes, counts = np.unique(np.concatenate(known), axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MAX_SIZES]
    return tuple((int(sizes[i][0]), int(sizes[i][1]), int(counts[i])) for i in order)
