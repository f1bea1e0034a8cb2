"""What is measured on training images pixel by pixel: mean and standard deviation, and which tell the classes apart."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Pixelwise:
    """Standardises pixels, keeps some of them and blackens the rest.

    Args:
        mean: (height, width, channels) float32, or None where pixels stay as they are.
        sd: the same; 1 for pixels that do not vary.
        kept: (height, width, channels) bool, or None where all are kept.
    """

    mean: np.ndarray | None = None
    sd: np.ndarray | None = None
    kept: np.ndarray | None = None

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(n, height, width, channels) float32 of images in 0..255 (uint8) or in floats."""
        found = _floats(images)
        if self.mean is not None:
            found = (found - self.mean) / self.sd
        return found if self.kept is None else np.where(self.kept, found, np.float32(0))

    def save(self, file: Path) -> None:
        """Writes what `load` reads."""
        parts = {"mean": self.mean, "sd": self.sd, "kept": self.kept}
        with file.open("wb") as opened:
            np.savez(opened, **{name: part for name, part in parts.items() if part is not None})


def measure(images: np.ndarray, labels: np.ndarray, scale: bool, screen: int) -> Pixelwise:
    """Measures images.

    To screen on images that judge later is a classic mistake: the pixels then know the answers, and a cross-validation
    of labels drawn by lot looks far better than chance (Hastie, Tibshirani & Friedman, The Elements of Statistical
    Learning, 2nd ed., 7.10.2).

    Args:
        images: (n, height, width, channels).
        labels: (n,) class numbers.
        scale: whether to standardise.
        screen: how many pixels to keep, those with the highest F of a one-way analysis of variance; 0 keeps all.
    """
    found = _floats(images)
    mean = sd = kept = None
    if scale:
        mean, sd = found.mean(axis=0, dtype=np.float64), found.std(axis=0, dtype=np.float64)
        mean, sd = mean.astype(np.float32), np.where(sd > 0, sd, 1).astype(np.float32)
    if 0 < screen < found[0].size:
        kept = np.zeros(found[0].size, bool)
        kept[np.argsort(-_relation(found.reshape(len(found), -1), labels), kind="stable")[:screen]] = True
        kept = kept.reshape(found.shape[1:])
    return Pixelwise(mean, sd, kept)


def load(file: Path) -> Pixelwise:
    """What `Pixelwise.save` wrote.

    Raises:
        OSError: if it cannot be read.
    """
    with np.load(file, allow_pickle=False) as kept:
        return Pixelwise(**{name: kept[name] for name in kept.files})


def _floats(images: np.ndarray) -> np.ndarray:
    """Bytes as shares of 255; floats as they are, since a recipe may have normalised them."""
    return images.astype(np.float32) / np.float32(255) if images.dtype == np.uint8 else images


def _relation(pixels: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """F of each pixel (n, pixels), 0 for those that do not vary."""
    from sklearn.feature_selection import f_classif

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of pixels that do not vary
        return np.nan_to_num(f_classif(pixels.astype(np.float64), labels)[0], nan=0.0)
