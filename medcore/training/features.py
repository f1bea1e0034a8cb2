"""What frozen layers make of images: computed once, and kept on disk by what went in.

Image by image: a sample of a set, another seed or another split finds what was computed before.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np

from medcore.data import cache
from medcore.models.architecture import architecture
from medcore.training.alone import alone
from medcore.training.run import Cancelled, Run

VERSION = 2
"""Another number when the same layers make other features."""
FOLDER_BYTES = 2 * 2**30
"""Of features kept in a folder; those used longest ago go first."""
FILE_BYTES = 2**29
"""More than this is computed anew each time: reading it back would take as long as the smaller networks."""
TARGET = 0.2
"""Seconds that one call should last: short against a person's patience."""
MOST = 64
"""Images a call; more are no faster."""
SAID_SECONDS = 0.5
DIGEST = 16
"""Bytes that stand for an image."""

Forward = Callable[[np.ndarray], np.ndarray]


class Features:
    """What some layers make of images.

    Args:
        layers: from images to features; nothing in them changes.
        ready: gives what computes them for a batch of images, as in use, not in training; called once there are images
            whose features are not kept, since the networks take seconds to compile.
        folder: where features are kept.
    """

    def __init__(self, layers: keras.Model, ready: Callable[[], Forward], folder: Path) -> None:
        self.shape: tuple[int, ...] = tuple(layers.output_shape[1:])
        self.seconds, self.computed = 0.0, 0
        self._ready, self._file = ready, folder / f"{_key(layers)}.npz"
        self._forward: Forward | None = None
        self._at_once = 1

    def of(self, parts: Sequence[np.ndarray], run: Run) -> list[np.ndarray]:
        """(n, *shape) float32 of each part's images (n, height, width, channels); says how far it is.

        Adds to `computed` the images that were not found, and to `seconds` the time all of it took. Parts that are
        wanted together are asked for together: what is kept is read and written as a whole.

        Raises:
            Cancelled: if the run was cancelled.
            OSError: if the features cannot be written.
        """
        begun = time.perf_counter()
        digests = [_digests(images) for images in parts]
        with alone(self._file, run, "Waiting for another run that computes the same features."):
            known, kept = self._known()
            rows = {digest: row for row, digest in enumerate(known)}
            missing = {
                digest: image
                for names, images in zip(digests, parts, strict=True)
                for digest, image in zip(names, images, strict=True)
                if digest not in rows
            }
            features = np.empty((len(known) + len(missing), *self.shape), np.float32)
            features[: len(known)] = kept
            del kept  # as large again
            if missing:
                self._compute(list(missing.values()), features[len(known) :], run)
                rows |= {digest: len(known) + i for i, digest in enumerate(missing)}
                self._keep([*known, *missing], features)
        self.computed += len(missing)
        self.seconds += time.perf_counter() - begun
        return [features[[rows[digest] for digest in names]] for names in digests]

    def _compute(self, images: Sequence[np.ndarray], made: np.ndarray, run: Run) -> None:
        """Fills `made` (n, *shape) from the images."""
        self._forward = self._forward or self._ready()
        done, said = 0, -SAID_SECONDS
        while done < len(images):
            if run.cancelled():
                raise Cancelled
            begun = time.monotonic()
            if begun - said > SAID_SECONDS:
                said = begun
                run.status(f"Computing features: {done:,} of {len(images):,} images ({done / len(images):.0%}).")
            taken = min(self._at_once, len(images) - done)
            made[done : done + taken] = self._forward(np.stack(images[done : done + taken]))
            done += taken
            self._pace(taken, time.monotonic() - begun)

    def _pace(self, taken: int, seconds: float) -> None:
        """Twice as many images a call while that is quick: the first of a size takes longer, and tells little."""
        if taken == self._at_once:
            quick = seconds < TARGET
            self._at_once = min(MOST, 2 * taken) if quick else max(1, taken // 2 if seconds > 2 * TARGET else taken)

    def _known(self) -> tuple[list[bytes], np.ndarray]:
        """Digests of the images whose features are kept, and those features, row by row."""
        found = cache.read(self._file)
        if found is None or found["features"].shape[1:] != self.shape:
            return [], np.empty((0, *self.shape), np.float32)
        return [digest.tobytes() for digest in found["digests"]], found["features"]

    def _keep(self, digests: list[bytes], features: np.ndarray) -> None:
        if features.nbytes > FILE_BYTES:
            return
        table = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST)
        cache.write(self._file, lambda file: np.savez(file, digests=table, features=features))
        cache.keep_within(self._file.parent, FOLDER_BYTES)


def _key(layers: keras.Model) -> str:
    """Of architecture, precision and weights."""
    told = [VERSION, keras.__version__, architecture(layers, trainable=False)]
    content = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for value in layers.get_weights():
        content.update(np.ascontiguousarray(value))
    return content.hexdigest()[:32]


def _digests(images: np.ndarray) -> list[bytes]:
    """What stands for each image: its numbers and how they are written."""
    kind = f"{images.dtype} {images.shape[1:]}".encode()
    return [hashlib.blake2b(np.ascontiguousarray(image), digest_size=DIGEST, key=kind).digest() for image in images]
