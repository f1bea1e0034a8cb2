"""A network learns from another set first; what it learned is kept, for the next run that asks for the same."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from medcore import catalog
from medcore.data import cache, sources
from medcore.data.dataset import ImageDataset
from medcore.data.files import npz
from medcore.models import fitting
from medcore.spec import RunSpec, TrainingSpec
from medcore.training import compiled, memory
from medcore.training.alone import alone
from medcore.training.classification import check, data_facts
from medcore.training.devices import Device
from medcore.training.epochs import fit
from medcore.training.run import Row, Run

VERSION = 1
"""Another number when the same spec gives other weights."""
FOLDER_BYTES = 2**30
AT_ONCE = 256
"""Images brought to the target's shape together."""

Shape = tuple[int, int, int]


class Pretrained(NamedTuple):
    """What was learned.

    Args:
        weights: those of each layer, by its name.
        facts: of the training: "data", "images", "classes", "epochs", "best_epoch", "val_accuracy"; whether it was
            "cached".
    """

    weights: dict[str, list[np.ndarray]]
    facts: dict[str, Any]


def pretrained(spec: RunSpec, shape: Shape, device: Device, run: Run) -> Pretrained:
    """Weights of the spec's network after training on the spec's pretraining set, those of the best epoch.

    It is trained with Adam as the catalog has it and with cross-entropy, whatever the target is trained with. A small
    network sees images of the target's `shape`; a backbone has a size of its own.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such set.
        ValueError: if it cannot be learned from.
        OSError: if it cannot be read, or the weights cannot be written.
    """
    first = RunSpec(
        data=spec.transfer.pretraining,
        model=spec.model,
        training=TrainingSpec(spec.transfer.pretraining_epochs, weights="best"),
        seed=spec.seed,
    )
    run.status("Loading the images to learn from first.")
    entry = sources.find(first.data.name)
    splits = sources.load(first.data, run.status)
    check(splits)
    title = splits["train"].card.title
    if spec.model.name in catalog.BACKBONES:
        shape = splits["train"].images.shape[1:]
    told = {"version": VERSION, "spec": first.hash, "shape": shape, "precision": device.precision}
    name = cache.key(told | {"data": data_facts(splits)["sha256"]})
    file = (entry.kept or cache.folder()) / "pretrained" / f"{name}.npz"
    with alone(file, run, f"Waiting for another run that learns from {title}."):
        found = _read(file)
        if found is None:
            found = _trained(first, splits, shape, device, run)
            cache.write(file, lambda opened: _save(opened, found))
            cache.keep_within(file.parent, FOLDER_BYTES)
            return found
    return found._replace(facts=found.facts | {"cached": True})


def _trained(spec: RunSpec, splits: Any, shape: Shape, device: Device, run: Run) -> Pretrained:
    train, val = (_fitted(splits[name], shape) for name in ("train", "val"))
    batch = min(spec.training.batch_size, len(train))
    classes, dtype = len(train.class_names), str(train.images.dtype)
    memory.check(spec, classes, batch, device)
    stepper = compiled.stepper(spec, shape, classes, dtype, batch, device.precision, device.kind, measures=False)
    quiet = _Quiet(run, train.card.title, spec.training.epochs)
    outcome = fit(stepper, compiled.build_loss(spec), train, val, spec, quiet)
    if outcome.best_epoch is None:
        raise ValueError(f"The network learned nothing from {train.card.title}: {outcome.stopped}")
    facts = {
        "data": train.card.name,
        "images": len(train),
        "classes": list(train.class_names),
        "epochs": outcome.epochs,
        "best_epoch": outcome.best_epoch,
        "val_accuracy": quiet.accuracies[outcome.best_epoch - 1],
        "cached": False,
    }
    return Pretrained({layer.name: layer.get_weights() for layer in stepper.model.layers}, facts)


def _fitted(part: ImageDataset, shape: Shape) -> ImageDataset:
    """The images in that shape, as floats where they were in another."""
    before = fitting.adapters(part.images.shape[1:], shape)
    if not before:
        return part
    network = keras.Sequential([keras.Input(part.images.shape[1:]), *before])
    scale = np.float32(255 if part.images.dtype == np.uint8 else 1)
    parts = [part.images[i : i + AT_ONCE] / scale for i in range(0, len(part), AT_ONCE)]
    return replace(part, images=np.concatenate([np.asarray(network.predict_on_batch(images)) for images in parts]))


class _Quiet:
    """A run within a run: its losses are not those of the run that is shown."""

    def __init__(self, run: Run, title: str, epochs: int) -> None:
        self.folder, self.cancelled = run.folder, run.cancelled
        self.accuracies: list[float] = []
        self._run, self._title, self._epochs = run, title, epochs
        self._say()

    def plan(self, **facts: Any) -> None: ...

    def status(self, sentence: str) -> None:
        self._run.status(sentence)

    def log(self, rows: Iterable[Row]) -> None:
        found = [row.value for row in rows if row.metric == "val_accuracy"]
        if found:
            self.accuracies += found
            self._say()

    def _say(self) -> None:
        epoch = min(len(self.accuracies) + 1, self._epochs)
        self._run.status(f"Learning from {self._title} first: epoch {epoch} of {self._epochs}.")


def _save(file: Any, found: Pretrained) -> None:
    arrays = {f"{name}/{i}": value for name, values in found.weights.items() for i, value in enumerate(values)}
    np.savez(file, **arrays, facts=np.frombuffer(json.dumps(found.facts).encode(), np.uint8))


def _read(file: Path) -> Pretrained | None:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            weights: dict[str, list[np.ndarray]] = {}
            for name in arrays.files:
                if name != "facts":
                    weights.setdefault(name.rpartition("/")[0], []).append(arrays[name])
    except (OSError, ValueError, KeyError, *npz.DAMAGE):
        return None  # not there, or damaged: learned again
    return Pretrained(weights, facts)
