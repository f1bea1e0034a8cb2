"""What a network makes of the images it learned from: their features below the logits, kept beside the network."""

from collections.abc import Callable
from typing import NamedTuple
from zipfile import BadZipFile

import keras
import numpy as np

from medcore.data import beside, sources
from medcore.explanation import layers
from medcore.explanation.forward import PIXELS_AT_ONCE, nothing
from medcore.explanation.subject import Subject, rows
from medcore.training.classification import write

FILE = "reference.npz"
VERSION = 1
MOST_VALUES = 2**24
"""Of all features together; of more images as many are taken at random."""
TYPICAL = 300
"""Images whose distance to their nearest neighbour says what is near."""


class Reference(NamedTuple):
    """Training images as the network sees them.

    Args:
        features: (n, d) float32.
        labels: (n,) class numbers, as the network was taught.
        rows: (n,) their numbers in the training split of the set.
        typical: median distance between an image and the one nearest to it.
        images: how many training images there are in all.
    """

    features: np.ndarray
    labels: np.ndarray
    rows: np.ndarray
    typical: float
    images: int


def of(subject: Subject, pause: Callable[[], None] = nothing) -> Reference:
    """The features of the training images: read where they were kept of the very same images, else computed and kept.

    Args:
        pause: called now and then; may raise to stop.

    Raises:
        OSError: if the images cannot be read, or the features not be written.
    """
    data = subject.learned.data
    file = beside.folder(data.name, subject.folder) / FILE
    identity = f"{VERSION} {sources.facts(data.name, data.options).sha256}"
    try:
        with np.load(file, allow_pickle=False) as kept:
            if str(kept["identity"]) == identity:
                return Reference(kept["features"].astype(np.float32), *_plain(kept))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        pass  # not there yet, or damaged: computed anew
    found = _computed(subject, pause)
    arrays = found._asdict() | {"features": found.features.astype(np.float16), "identity": identity}
    write(file, lambda path: np.savez(path, **arrays))
    return found


def features(model: keras.Model, images: np.ndarray, pause: Callable[[], None] = nothing) -> np.ndarray:
    """(n, d) float32: what the last layer with weights, which makes the logits, is given.

    Args:
        images: (n, height, width, channels), as the network takes them.
        pause: called before each batch; may raise to stop.
    """
    head = [path for path, layer in layers.walk(model).items() if layer.weights][-1]
    at_once = max(1, PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    parts = []
    with layers.watched(model, [head]) as seen:
        for start in range(0, len(images), at_once):
            pause()
            model(np.asarray(images[start : start + at_once], np.float32), training=False)
            taken = keras.ops.cast(seen[head].taken, "float32")
            parts.append(keras.ops.convert_to_numpy(taken).reshape(len(taken), -1))
    return np.concatenate(parts)


def _plain(kept: np.lib.npyio.NpzFile) -> tuple[np.ndarray, np.ndarray, float, int]:
    return kept["labels"], kept["rows"], float(kept["typical"]), int(kept["images"])


def _computed(subject: Subject, pause: Callable[[], None]) -> Reference:
    subject.report("Looking at the training images with the network.")
    learned = subject.learned
    train = learned.taken["train"]
    _, first = np.unique(rows(train), return_index=True)  # those repeated by oversampling once
    width = features(subject.model, learned.stack("train", first[:1])).shape[1]
    most = max(TYPICAL, MOST_VALUES // width)
    chosen = np.sort(np.random.default_rng(0).permutation(first)[:most])
    at_once = max(1, PIXELS_AT_ONCE // (train.images.shape[1] * train.images.shape[2]))
    parts = []
    for start in range(0, len(chosen), at_once):
        pause()
        parts.append(features(subject.model, learned.stack("train", chosen[start : start + at_once]), pause))
    found = np.concatenate(parts)
    return Reference(found, train.labels[chosen], rows(train)[chosen], _typical(found), len(first))


def _typical(found: np.ndarray) -> float:
    """Median distance to the nearest other image, of some."""
    some = np.random.default_rng(0).permutation(len(found))[:TYPICAL]
    nearest = []
    for i in some:
        distances = np.linalg.norm(found - found[i], axis=1)
        distances[i] = np.inf
        nearest.append(distances.min())
    return float(np.median(nearest)) if len(found) > 1 else 0.0
