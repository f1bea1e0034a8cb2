"""Whom does the quality gate let in? Small CNNs on several sets, asked about images of all of them.

`own_refused`, `own_warned`: share of the set's own test images, the mean over the sets and that of the worst; those
should pass. `inverted_caught`, `noise_caught`, `others_caught`: share of its inverted test images, of noise and of the
other sets' test images that are refused or warned of; `_refused`: that are refused.

The simulator is always there; BreastMNIST, PneumoniaMNIST and MNIST are looked for in `MEDCORE_DATA`, and beside the
checkout. One seed (0), images of other sets brought to this set's size.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.engine import ROOT

TARGETS = {
    "own_refused": ("<=", 0.03),
    "own_refused_at_worst": ("<=", 0.05),
    "inverted_caught": (">=", 0.9),
    "noise_caught": (">=", 0.99),
    "others_caught": (">=", 0.9),
}
SETS = {"ct-simulator": 5, "breastmnist": 12, "pneumoniamnist_rebuilt": 5, "mnist": 1}
"""Epochs of the CNN on each."""
EACH = 100
"""Test images asked about, of each set."""


class _Quiet:
    """A run that tells nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)

    def plan(self, **_: Any) -> None:
        pass

    def status(self, _: str) -> None:
        pass

    def log(self, rows: Any) -> None:
        list(rows)

    def cancelled(self) -> bool:
        return False


def measure(quick: bool) -> Mapping[str, float]:
    """All figures; `quick` asks about fewer images."""
    with tempfile.TemporaryDirectory() as home:
        beside = ROOT.parent / "shared" / "data"
        os.environ |= {
            "MEDCORE_HOME": home,
            "MEDCORE_DATA": os.environ.get("MEDCORE_DATA")
            or os.pathsep.join(str(folder) for folder in (beside / "medmnist", beside / "mnist")),
        }
        return _figures(Path(home) / "runs", 20 if quick else EACH)


def _figures(folder: Path, each: int) -> dict[str, float]:
    from medcore.data import sources

    names = [name for name in SETS if any(entry.name == name and entry.available for entry in sources.listing())]
    networks = {name: _trained(name, folder / name) for name in names}
    tests = {name: _some(subject.learned.whole["test"].images, each) for name, subject in networks.items()}
    found: dict[str, list[np.ndarray]] = {}
    for name, subject in networks.items():
        asked = {"own": tests[name], "inverted": 255 - tests[name], "noise": _noise(tests[name].shape)}
        asked |= {f"others {other}": _resized(tests[other], tests[name].shape) for other in names if other != name}
        for kind, images in asked.items():
            found.setdefault(kind.partition(" ")[0], []).append(_judged(subject, images))
    figures = {"sets": float(len(names))}
    for kind, shares in found.items():
        refused, warned = np.array(shares).T
        figures |= {f"{kind}_refused": float(refused.mean()), f"{kind}_caught": float((refused + warned).mean())}
        if kind == "own":
            figures |= {"own_warned": float(warned.mean()), "own_refused_at_worst": float(refused.max())}
    return {name: round(value, 4) for name, value in figures.items() if name != "own_caught"}


def _trained(name: str, folder: Path) -> Any:
    """The network of a set, ready to be asked."""
    from medcore.explanation import subject
    from medcore.spec import DataSpec, RunSpec, TrainingSpec
    from medcore.training.classification import train

    spec = RunSpec(data=DataSpec(name), training=TrainingSpec(epochs=SETS[name]))
    run = _Quiet(folder)
    train(spec, run)
    return subject.Subject(folder, spec, subject.read_model(folder), run.status)


def _judged(subject: Any, images: np.ndarray) -> tuple[float, float]:
    """Share of the images that are refused, and that are warned of."""
    from medcore.data.own_image import OwnImage
    from medcore.explanation import familiar, gate, reference

    known = familiar.of(subject)
    features = reference.features(subject.model, images.astype(np.float32) / 255)
    verdicts = [
        gate.judge(OwnImage(image, image.shape[:2], False), known, seen)
        for image, seen in zip(images, features, strict=True)
    ]
    warned = [bool(verdict.reasons) and not verdict.refused for verdict in verdicts]
    return float(np.mean([verdict.refused for verdict in verdicts])), float(np.mean(warned))


def _some(images: np.ndarray, each: int) -> np.ndarray:
    """Some of the images, drawn at random, as bytes."""
    chosen = np.asarray(images[np.sort(np.random.default_rng(0).permutation(len(images))[:each])])
    return chosen if chosen.dtype == np.uint8 else np.rint(255 * np.clip(chosen, 0, 1)).astype(np.uint8)


def _noise(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def _resized(images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """In the size of another set, gray."""
    from PIL import Image

    rows, columns = shape[1:3]
    gray = images.mean(axis=3).astype(np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((columns, rows))) for one in gray])[..., None]


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__.splitlines()[0])
