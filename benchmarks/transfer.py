"""How fast is a head on frozen features, and how good does transfer learning get?

`vgg16_vs_fit` and `mobilenetv2_vs_fit`: ten epochs of a head on 64 images of 224x224, against plain `model.fit` through
the frozen base, in single precision as Keras has it by default: the same images, first weights, order and optimizer.
CPU seconds of processes with one thread each, without loading and compiling. VGG16's weights are drawn at random; time
does not depend on them. `same_predictions` is the largest difference of a probability between the two networks trained.
`cache_start_s`: seconds on the clock from the start of a second run on the same images, with another seed, in the
process of the first, to its first loss; VGG16.

`--quality`: BreastMNIST and PneumoniaMNIST, the area under the ROC curve on their test images, mean over the seeds, and
the seconds that the slowest run takes. The recipes were chosen on training and validation images alone: on BreastMNIST
the last weights, since the loss on its 78 validation images says little (in three folds 0.900 against 0.855). Files are
looked for in `MEDCORE_DATA` and `MEDCORE_WEIGHTS`, and beside the checkout.
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.engine import engine
from medcore.spec import DataSpec, ModelSpec, RunSpec, TrainingSpec, TransferSpec
from medcore.training import devices
from medcore.training.run import Row

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
IMAGES, SIZE, BATCH, EPOCHS = 64, 224, 32, 10
RATE = 1e-3
TARGETS = {
    "vgg16_vs_fit": (">=", 25 if devices.fast_bfloat16() else 8),
    "mobilenetv2_vs_fit": (">=", 7),
    "same_predictions": ("<=", 1e-2),
    "cache_start_s": ("<=", 2),
}
QUALITY = {"breastmnist_auc": (">=", 0.9), "pneumoniamnist_auc": (">=", 0.95), "slowest_s": ("<=", 180)}
SEEDS = (0, 1, 2)
PNEUMONIA = "pneumoniamnist_rebuilt"


def _recipe(data: str, size: int, first: int, then: TransferSpec, weights: str = "best") -> RunSpec:
    """MobileNetV2 from ImageNet, a third as wide as the original: what the shared weights are of."""
    return RunSpec(
        task="transfer",
        data=DataSpec(data),
        model=ModelSpec("mobilenetv2", {"alpha": 0.35, "size": size}),
        training=TrainingSpec(first, BATCH, weights=weights),
        transfer=then,
    )


RECIPES = {
    "breastmnist": _recipe("breastmnist", 128, 30, TransferSpec("imagenet", unfrozen=2, epochs=20), "last"),
    "pneumoniamnist": _recipe(PNEUMONIA, 128, 20, TransferSpec("imagenet", unfrozen=2, epochs=10)),
}


def measure(quick: bool) -> Mapping[str, float]:
    """The figures of speed."""
    figures: dict[str, float] = {}
    for model, options in (("vgg16", {}), ("mobilenetv2", {"alpha": 1.0})):
        spec = _spec(model, options)
        ours, theirs = (_apart(task, spec.to_dict(), quick) for task in (_ours, _fit))
        figures |= {f"{model}_vs_fit": theirs["seconds"] / ours["seconds"], f"{model}_s": ours["seconds"]}
        figures |= {f"{model}_fit_s": theirs["seconds"], f"{model}_bfloat16": ours["bfloat16"]}
        if model == "vgg16":
            figures["cache_start_s"] = ours["cache_start"]
        if not quick:
            off = float(np.abs(np.asarray(ours["probabilities"]) - theirs["probabilities"]).max())
            figures["same_predictions"] = max(off, figures.get("same_predictions", 0.0))
    return figures


def _spec(model: str, options: Mapping[str, float]) -> RunSpec:
    return RunSpec(
        task="transfer",
        data=DataSpec("noise"),
        model=ModelSpec(model, {**options, "size": SIZE, "dropout": 0.0}),
        training=TrainingSpec(EPOCHS, BATCH),
        transfer=TransferSpec("imagenet"),
    )


def _apart(task: Callable[[RunSpec, bool], dict[str, Any]], spec: dict[str, Any], quick: bool) -> dict[str, Any]:
    """What a task finds in a process of its own, with one thread, on a home of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_answer, args=(theirs, task, spec, quick), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.kill()
        process.join()


def _answer(pipe: Any, task: Callable[[RunSpec, bool], dict[str, Any]], spec: dict[str, Any], quick: bool) -> None:
    from medcore.training import devices

    with tempfile.TemporaryDirectory() as folder:
        names = {"MEDCORE_HOME": "home", "MEDCORE_DATA": "data", "MEDCORE_WEIGHTS": "weights"}
        os.environ |= {name: str(Path(folder, place)) for name, place in names.items()} | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        devices.prepare("large", threads=1, gpu="-1")
        _noise(Path(folder, "data"))
        pipe.send(task(RunSpec.from_dict(spec), quick))


def _noise(folder: Path) -> None:
    """A set of images of noise: time does not depend on what they show."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for split, n in (("train", IMAGES), ("val", 2), ("test", 2)):
        arrays[f"{split}_labels"] = np.arange(n) % 2
        arrays[f"{split}_images"] = rng.integers(0, 256, (n, SIZE, SIZE, 3), dtype=np.uint8)
        arrays[f"{split}_images"][1::2] //= 2  # something to learn: one class is darker
    np.savez(folder / "noise.npz", **arrays)


def _network(spec: RunSpec, precision: str) -> Any:
    """The network with the weights that lie in the folder for weights, made on the first call."""
    from medcore import settings
    from medcore.models import pretrained
    from medcore.models.blocks import backbone
    from medcore.training import compiled

    network = compiled.build_model(spec.model, (SIZE, SIZE, 3), 2, precision, spec.seed)
    (folder,) = settings.weights_folders()
    if not folder.exists():
        folder.mkdir()
        backbone(network).save_weights(folder / "random.weights.h5")
    pretrained.load(network, spec.model)
    return network


def _ours(spec: RunSpec, _quick: bool) -> dict[str, Any]:
    """CPU seconds from the network that is ready to the last epoch, and on the clock from a second start to a loss."""
    from medcore.training import transfer

    _network(replace(spec, seed=9), "float32")
    tiny = ModelSpec(spec.model.name, {**spec.model.options, "size": 32})
    small = replace(spec, training=TrainingSpec(1, BATCH), model=tiny)
    transfer.train(small, _Watch())  # what is compiled once in a process: the head
    watch, again = _Watch(), _Watch()
    result = transfer.train(spec, watch)
    begun = time.perf_counter()
    transfer.train(replace(spec, seed=1), again)
    return {
        "seconds": watch.seconds,
        "bfloat16": float(result["device"]["precision"] == "bfloat16"),
        "cache_start": again.first_loss - begun,
        "probabilities": np.load(watch.folder / "predictions.npz")["probabilities"].tolist(),
    }


class _Watch:
    """A run that notes when its features begin, its first loss comes and its training ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=os.environ["MEDCORE_HOME"]))
        self.seconds = self.first_loss = 0.0
        self._begun: float | None = None

    def plan(self, **facts: Any) -> None: ...

    def status(self, sentence: str) -> None:
        if sentence.startswith("Computing features") and self._begun is None:
            self._begun = time.process_time()
        if sentence == "Evaluating." and self._begun is not None:
            self.seconds = time.process_time() - self._begun

    def log(self, rows: Iterable[Row]) -> None:
        if list(rows) and not self.first_loss:
            self.first_loss = time.perf_counter()

    def cancelled(self) -> bool:
        return False


def _fit(spec: RunSpec, quick: bool) -> dict[str, Any]:
    """CPU seconds of plain `model.fit`; where it has to be quick, of one epoch, times the epochs."""
    import keras

    from medcore.data import sources
    from medcore.training.epochs import order_of

    splits = sources.load(spec.data)
    images, labels = splits["train"].images / np.float32(255), splits["train"].labels
    network = _network(spec, "float32")
    network.get_layer("backbone").trainable = False
    first = network.get_weights()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(RATE), loss)
    network.fit(images[:BATCH], labels[:BATCH], BATCH, verbose=0)  # what is compiled once is not counted
    network.set_weights(first)
    network.optimizer = keras.optimizers.Adam(RATE)
    network.optimizer.build(network.trainable_variables)
    epochs, seconds = 1 if quick else EPOCHS, 0.0
    for epoch in range(epochs):
        order = order_of(spec.seed, epoch, len(images))
        begun = time.process_time()
        network.fit(images[order], labels[order], BATCH, shuffle=False, verbose=0)
        seconds += time.process_time() - begun
    logits = network.predict(splits["test"].images / np.float32(255), verbose=0).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = (powers / powers.sum(axis=1, keepdims=True)).tolist()
    return {"seconds": seconds * EPOCHS / epochs, "probabilities": probabilities}


def quality(quick: bool) -> Mapping[str, float]:
    """The areas under the curve, mean and range over the seeds, and the seconds of the slowest run."""
    figures: dict[str, float] = {}
    seeds = SEEDS[:1] if quick else SEEDS
    os.environ["MEDCORE_WEIGHTS"] = os.environ.get("MEDCORE_WEIGHTS") or str(BESIDE / "keras_weights")
    with engine({}, os.environ.get("MEDCORE_DATA") or str(BESIDE / "medmnist")) as trainer:
        seconds = []
        for name, recipe in RECIPES.items():
            ids = trainer.store.create({f"{name} {seed}": replace(recipe, seed=seed) for seed in seeds}, "benchmark")
            results = [record.result for record in trainer.ended(ids)]
            areas = [result["test"]["auc"] for result in results]
            seconds += [result["seconds"] for result in results]
            figures |= {f"{name}_auc": statistics.mean(areas), f"{name}_val_auc": _mean_of_val(results)}
            figures |= {f"{name}_lowest": min(areas), f"{name}_highest": max(areas)}
    return figures | {"slowest_s": max(seconds)}


def _mean_of_val(results: list[Mapping[str, Any]]) -> float:
    return statistics.mean(result["val"]["auc"] for result in results)


if __name__ == "__main__":
    if "--quality" in sys.argv:
        sys.argv.remove("--quality")
        report.run(quality, QUALITY, __doc__.splitlines()[0])
    else:
        report.run(measure, TARGETS, __doc__.splitlines()[0])
