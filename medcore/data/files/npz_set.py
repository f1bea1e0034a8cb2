"""Labelled sets in one .npz file, in the layout of MedMNIST or of Keras' MNIST."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import splitting
from medcore.data.dataset import SPLITS, Card, ImageDataset, Splits
from medcore.data.entry import Entry, Labels, Report
from medcore.data.files import npz
from medcore.data.files.npz import Header
from medcore.data.published import medmnist, mnist

MAX_CLASSES = 1000

LAYOUTS = {
    "MedMNIST": {split: (f"{split}_images", f"{split}_labels") for split in SPLITS},
    "Keras": {split: (f"x_{split}", f"y_{split}") for split in SPLITS},
}
"""Names of the arrays of images and labels by split."""


def entry(path: Path) -> Entry | None:
    """The set in a file, from its headers; None if the arrays follow no layout that we know.

    Raises:
        ValueError: if the file cannot be used, with the reason.
        OSError: if it cannot be opened.
    """
    headers = npz.headers(path)
    arrays = _layout(headers)
    if arrays is None:
        return None
    counts = {split: _check(path, split, headers[x], headers[y]) for split, (x, y) in arrays.items()}
    first = headers[arrays["train"][0]].shape[1:]
    shape = (*first, 1) if len(first) == 2 else first
    different = [split for split, (x, _) in arrays.items() if headers[x].shape[1:] != first]
    if different:
        raise ValueError(f"{path.name} has images of another size in {different[0]} than in train.")
    card, classes = _identity(path, counts, arrays)
    added = [split for split in SPLITS if split not in counts]
    if added and card is not mnist.CARD:
        card = card.with_notes(f"Not in the file, taken from train here, stratified: {' and '.join(added)}.")

    def read(_options: Mapping[str, Any], _report: Report) -> Splits:
        return _read(path, arrays, card, classes)

    def labels(_options: Mapping[str, Any]) -> dict[str, Labels]:
        return {split: Labels(_labels(path, y)) for split, (_, y) in arrays.items()}

    return Entry(card, splitting.planned(counts), classes, shape, read, path=path, labels=labels)


def _layout(headers: Mapping[str, Header]) -> dict[str, tuple[str, str]] | None:
    for names in LAYOUTS.values():
        arrays = {split: pair for split, pair in names.items() if all(name in headers for name in pair)}
        if "train" in arrays:
            return arrays
    return None


def _check(path: Path, split: str, images: Header, labels: Header) -> int:
    """Number of images of a split whose images and labels fit each other."""
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise ValueError(f"{path.name} must hold images of type uint8 or float. Received: {images.dtype} in {split}")
    if len(images.shape) not in (3, 4) or (len(images.shape) == 4 and images.shape[3] not in (1, 3)):
        raise ValueError(
            f"{path.name} must hold images of shape (n, height, width) or (n, height, width, 1 or 3). "
            f"Received: {images.shape} in {split}"
        )
    if 0 in images.shape:
        raise ValueError(f"{path.name} has no images in {split}. Received: shape {images.shape}")
    if len(labels.shape) == 2 and labels.shape[1] > 1:
        raise ValueError(medmnist.MULTI_LABEL.format(title=path.name))
    if labels.dtype.kind not in "uif" or len(labels.shape) not in (1, 2) or labels.shape[0] != images.shape[0]:
        raise ValueError(
            f"{path.name} must hold one label an image: {images.shape[0]:,} in {split}. "
            f"Received: {labels.dtype} labels of shape {labels.shape}"
        )
    return images.shape[0]


def _identity(
    path: Path, counts: Mapping[str, int], arrays: Mapping[str, tuple[str, str]]
) -> tuple[Card, tuple[str, ...]]:
    """Card and class names: the published ones if name and sizes say so, else from the file itself."""
    name = path.stem
    if name == mnist.NAME and counts == {"train": 60_000, "test": 10_000}:
        return mnist.CARD, mnist.CLASSES
    relation = medmnist.relative(name)
    if relation is not None:
        published = medmnist.SETS[relation]
        official = name == relation and tuple(counts.values()) == published.sizes
        return medmnist.card(name) if official else medmnist.derived_card(name, relation), published.classes
    highest = max(int(_labels(path, y).max()) for _, y in arrays.values())
    card = Card(
        name=name,
        title=name,
        task="classification",
        source=f"The file {path.name}.",
        licence="not stated",
        citation="",
        labels="As in the file; nothing is known of how they came about.",
    )
    return card, tuple(str(number) for number in range(highest + 1))


def _labels(path: Path, array: str) -> np.ndarray:
    """(n,) int64 class numbers.

    Raises:
        ValueError: if they are not whole numbers from 0 to 999.
    """
    labels = npz.read(path, array).reshape(-1)
    whole = labels.astype(np.int64) if np.isfinite(labels).all() else np.array([-1])
    if (whole != labels).any() or whole.min() < 0 or whole.max() >= MAX_CLASSES:
        raise ValueError(f"{path.name} must have labels that are whole numbers from 0 to {MAX_CLASSES - 1} in {array}.")
    return whole


def _read(path: Path, arrays: Mapping[str, tuple[str, str]], card: Card, classes: tuple[str, ...]) -> Splits:
    found = {}
    for split, (x, y) in arrays.items():
        images = npz.read(path, x)
        images = images if images.dtype == np.uint8 else _unit(images, path.name)
        found[split] = (images[..., None] if images.ndim == 3 else images, _labels(path, y))
    found = splitting.complete(found, found["train"][1])
    return {split: ImageDataset(*found[split], classes, card) for split in SPLITS}


def _unit(images: np.ndarray, file: str) -> np.ndarray:
    """Float images as float32 in 0..1; those of 0..255 are brought there."""
    if not np.isfinite(images).all() or images.min() < 0 or images.max() > 255:
        raise ValueError(
            f"{file} must hold float images of 0..1 or 0..255. Received: {images.min():g} to {images.max():g}"
        )
    return (images / 255 if images.max() > 1 else images).astype(np.float32)
