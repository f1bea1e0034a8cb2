"""Loads ImageNet weights into a backbone: those on this machine, or else downloaded."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from medcore.data.published import backbone_weights
from medcore.data.published.download import Progress
from medcore.models.blocks import backbone
from medcore.spec import ModelSpec

Report = Callable[[str], None]
"""Takes a sentence for a person who waits; what it raises ends a download."""


def load(model: keras.Model, spec: ModelSpec, report: Report = lambda _: None) -> dict[str, Any]:
    """Gives the backbone inside `model` the ImageNet weights; the head stays as it is.

    Args:
        model: as built from `spec`.
        spec: a backbone of the catalog.
        report: hears of a download, once a second.

    Returns:
        {"file": its name, "sha256": of its content}.

    Raises:
        OSError: if they are not on this machine and cannot be downloaded, or if the file is damaged.
        ValueError: if the model is no backbone, or the file holds the weights of another network.
    """
    path = find(spec, report)
    read(backbone(model), path, backbone_weights.title(spec))
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def find(spec: ModelSpec, report: Report = lambda _: None) -> Path:
    """The file of the weights, downloaded if it is not on this machine; raises as `load`."""
    path = backbone_weights.find(spec)
    if path:
        return path
    title = backbone_weights.title(spec)
    try:
        return backbone_weights.fetch(spec, _spoken(f"Downloading the ImageNet weights of {title}", report))
    except OSError as error:
        if error.errno:  # of this machine, such as a full disk
            raise
        raise OSError(backbone_weights.how(spec)) from error


def read(network: keras.Model, path: Path, title: str) -> None:
    """Reads the weights of `network` from an HDF5 file of Keras.

    Args:
        network: without a top.
        path: `.weights.h5` of Keras 3, or an older `.h5`.
        title: of the network, for sentences.

    Raises:
        OSError: if the file is damaged or no HDF5 file.
        ValueError: if it holds other arrays than the network has, or numbers that are not finite.
    """
    try:
        network.load_weights(path)
    except (ValueError, KeyError, OSError, RuntimeError) as error:
        raise _refusal(network, path, title) from error
    if not all(np.isfinite(keras.ops.convert_to_numpy(weights)).all() for weights in network.weights):
        raise ValueError(f"{path.name} must hold the weights of {title}. Received: weights that are no numbers")


def _refusal(network: keras.Model, path: Path, title: str) -> OSError | ValueError:
    """Why a file could not be loaded."""
    wanted = network.count_params()
    try:
        found = backbone_weights.numbers_in(path)
    except (OSError, RuntimeError):
        return OSError(
            f"The weights file {path.name} cannot be read: it is damaged, or was not downloaded to its end. "
            f"Received: {path.stat().st_size:,} bytes"
        )
    received = f"{found:,} numbers" if found != wanted else "as many numbers in arrays of other shapes"
    return ValueError(f"{path.name} must hold the {wanted:,} weights of {title} without its top. Received: {received}")


def _spoken(what: str, report: Report) -> Progress:
    """Progress as a sentence, once a second."""
    said = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > 1:
            said = time.monotonic()
            of = f" of {total / 1e6:,.0f}" if total else ""
            report(f"{what}: {done / 1e6:,.1f}{of} MB.")

    return tell
