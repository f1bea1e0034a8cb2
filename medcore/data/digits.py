"""Digits: 1,797 real 8x8 scans that come with scikit-learn, so they are there without a network."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from medcore.data import splitting
from medcore.data.dataset import Card, ImageDataset, Splits
from medcore.data.entry import Entry, Labels, Report

COUNTS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
"""Scans of each digit."""
COUNT = sum(COUNTS)
CARD = Card(
    name="digits",
    title="Digits 8x8",
    task="classification",
    source="Handwritten digits of 13 people, scanned and counted down to 8x8 blocks (UCI, test part).",
    licence="CC BY 4.0",
    citation="Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, doi:10.24432/C50P49",
    labels="The digit that the writer was asked for.",
    notes=(
        "The splits are ours (70, 10 and 20%, stratified, fixed seed); "
        "writers are not recorded, so one hand may be in train and test.",
    ),
)


def entry() -> Entry:
    """The built-in set, without reading it."""
    return Entry(CARD, splitting.sizes(COUNT), tuple("0123456789"), (8, 8, 1), _read, labels=_labels)


def _labels(_options: Mapping[str, Any]) -> dict[str, Labels]:
    return {"train": Labels(np.repeat(np.arange(len(COUNTS)), COUNTS))}


def _read(_options: Mapping[str, Any], _report: Report) -> Splits:
    from sklearn.datasets import load_digits  # the web process lists sets without scikit-learn

    digits = load_digits()
    images = np.rint(digits.images[..., None] * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.int64)
    return {
        split: ImageDataset(images[index], labels[index], tuple("0123456789"), CARD)
        for split, index in splitting.split(COUNT, labels).items()
    }
