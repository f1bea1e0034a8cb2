"""The sandbox's jobs that turn slices into a labelled set: small 8-bit images, then one archive of them."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medcore.imaging import fitting
from medcore.sandbox import Reply

SPLITS = ("train", "val", "test")


def shrink(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """Windows slices to 8 bits and brings them to one size: in true proportions, with black around, or cut to fill it.

    Args:
        values: {"shape": of the slices, (n, rows, columns) or (n, rows, columns, 3); "dtype"; "rescale": slope and
            intercept of each slice; "low", "high": the values that become black and white, None for colour;
            "inverted"; "spacing": (between rows, between columns), None where unknown; "size": (rows, columns) wanted;
            "fill": cut the middle out, so that nothing stays black; by default the whole image is kept}.
        data: [the stored values].

    Returns:
        (n, rows, columns) or (n, rows, columns, 3) uint8.
    """
    from PIL import Image

    stored = np.frombuffer(data[0], values["dtype"]).reshape(values["shape"])
    fit = fitting.fit(stored.shape[1:3], values["spacing"], tuple(values["size"]), values.get("fill", False))
    stored = stored[:, *fit.taken.slices]
    made = np.zeros((len(stored), *fit.size, *stored.shape[3:]), np.uint8)
    for image, pixels, (slope, intercept) in zip(made, stored, values["rescale"], strict=True):
        shown = pixels if stored.ndim == 4 else _shown(pixels * np.float32(slope) + np.float32(intercept), values)
        small = Image.fromarray(np.ascontiguousarray(shown)).resize(
            (fit.made.columns, fit.made.rows), Image.Resampling.BILINEAR
        )
        image[fit.made.slices] = np.asarray(small)
    return Reply({}, [made])


def _shown(image: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
    low, high = values["low"], values["high"]
    gray = np.clip((np.nan_to_num(image, nan=low) - low) / (high - low), 0, 1) * 255
    return np.rint(255 - gray if values["inverted"] else gray).astype(np.uint8)


def pack(values: Mapping[str, Any], data: Sequence[memoryview]) -> Reply:
    """Splits images by group and packs them, in the layout of MedMNIST with the groups beside.

    Args:
        values: {"shape": of all images; "labels", "groups": numbers, one an image; "classes": how many; "seed"}.
        data: [the images, uint8].

    Returns:
        {"counts": {split: images of each class}}, the .npz archive.

    Raises:
        ValueError: if some class would not be in the training set.
    """
    images = np.frombuffer(data[0], np.uint8).reshape(values["shape"])
    labels, groups = np.array(values["labels"]), np.array(values["groups"])
    parts = _split(labels, groups, values["classes"], values["seed"])
    counts = {name: np.bincount(labels[part], minlength=values["classes"]).tolist() for name, part in parts.items()}
    if 0 in counts["train"]:
        raise ValueError("With this seed a class has no image to train on: try another seed, or more patients of it.")
    arrays = {}
    for name, part in parts.items():
        arrays[f"{name}_images"] = images[part]
        arrays[f"{name}_labels"] = labels[part, None].astype(np.uint8)
        arrays[f"{name}_groups"] = groups[part].astype(np.int32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return Reply({"counts": counts}, [buffer.getvalue()])


def _split(labels: np.ndarray, groups: np.ndarray, classes: int, seed: int) -> dict[str, np.ndarray]:
    """The usual shares; more where few groups are there, so that every split can have every class."""
    from medcore.data import splitting

    least = min(classes / len(np.unique(groups)), 1 / len(SPLITS))
    fractions = {name: max(share, least) for name, share in splitting.FRACTIONS.items()}
    return splitting.split(len(labels), labels, groups, fractions, seed)
