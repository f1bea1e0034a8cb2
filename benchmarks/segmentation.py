"""How fast does a U-Net train, how much does a volume take, and how good are the masks?

`unet_step_vs_fit`: an update of the catalog's U-Net on 128x128 pixels, batch 8, against plain `model.fit` of the same
network in single precision, as Keras has it by default: the same loss, optimizer and images. CPU seconds of processes
with one thread each, in turn, without compiling; median of the ratios. `unet_float32_vs_fit`: the same without
bfloat16, as where the hardware has none. `unet_plain_step_vs_fit`: without batch normalisation, as the page has it on
simulated slices. `same_losses`: the largest difference of a loss of the first steps between the two in single
precision, relative. What a volume and a slice take is measured by
`benchmarks.segmentation_volume`.

`--quality`: Dice on the test images, the mean over them: of nuclei (`nuclei_dice`, 256x256 pixels in colour, a fifth
held out) and simulated lesions (`lesion_dice`, the simulator as it is by default), and over volumes and both parts of
the hippocampus (`hippocampus_dice`); and the seconds that training on nuclei takes. The recipes were chosen on training
and validation images alone. Files are looked for in `MEDCORE_DATA`, and beside the checkout.
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.engine import engine
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    ScheduleSpec,
    SegmentationSpec,
    TrainingSpec,
)
from medcore.training import devices

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
SIDE, BATCH = 128, 8
STEPS, COMPARED = 32, 6
"""Updates a turn, so many that what `fit` does once a call hardly counts; and of the first turn, those whose losses are
compared."""
RATE = 1e-3
SPEED = {
    "unet_step_vs_fit": (">=", 2 if devices.fast_bfloat16() else 1),
    "unet_float32_vs_fit": (">=", 1),
    "same_losses": ("<=", 1e-3),
}
QUALITY = {
    "nuclei_dice": (">=", 0.9),
    "nuclei_s": ("<=", 600),
    "hippocampus_dice": (">=", 0.8),
    "lesion_dice": (">=", 0.9),
}
PLAIN, USUAL = (
    RunSpec(
        task="segment",
        model=ModelSpec("unet", {"batch_norm": batch_norm}),
        loss=LossSpec("mask_cross_entropy"),
        optimizer=OptimizerSpec("adam", RATE),
    )
    for batch_norm in (0, 1)
)
FIT = "fit"
CONTENDERS = {
    "auto": (USUAL, "auto"),
    "float32": (USUAL, "float32"),
    "fit": (USUAL, FIT),
    "plain_auto": (PLAIN, "auto"),
    "plain_fit": (PLAIN, FIT),
}
"""A run, and in what precision our loop takes its updates, or that `fit` does."""


def _recipe(data: DataSpec, depth: int, epochs: int, batch: int, rate: float, **parts: Any) -> RunSpec:
    """A U-Net whose learning rate falls to zero; cross-entropy + Dice."""
    return RunSpec(
        task="segment",
        data=data,
        model=ModelSpec("unet", {"depth": depth, "width": 16}),
        loss=LossSpec("cross_entropy_dice"),
        optimizer=OptimizerSpec("adam", rate),
        schedule=ScheduleSpec("cosine"),
        training=TrainingSpec(epochs, batch),
        **parts,
    )


RECIPES = {
    "nuclei": _recipe(
        DataSpec("dsb2018"),
        4,
        16,
        8,
        2e-3,
        preparation=PreparationSpec({"flip": {"vertical": 0.5}, "minmax": {"scope": "image"}}),
    ),
    "hippocampus": _recipe(DataSpec("hippocampus"), 3, 8, 32, 3e-3, segmentation=SegmentationSpec(context=1)),
    "lesion": _recipe(DataSpec("ct-simulator"), 3, 15, 16, 3e-3),
}


def measure(quick: bool) -> Mapping[str, float]:
    """The figures of speed and memory."""
    from benchmarks import segmentation_volume

    return {**_steps(2 if quick else 7), **segmentation_volume.measure(quick)}


def _steps(rounds: int) -> dict[str, float]:
    """An update by each contender, in turn."""
    with _started() as asked:
        first = {name: asked[name]() for name in CONTENDERS}
        turns = [{name: asked[name]()["seconds"] for name in CONTENDERS} for _ in range(rounds)]
    ours, fit = (np.asarray(first[name]["losses"][:COMPARED]) for name in ("float32", "fit"))
    return {
        "unet_step_vs_fit": statistics.median(turn["fit"] / turn["auto"] for turn in turns),
        "unet_float32_vs_fit": statistics.median(turn["fit"] / turn["float32"] for turn in turns),
        "unet_plain_step_vs_fit": statistics.median(turn["plain_fit"] / turn["plain_auto"] for turn in turns),
        "same_losses": float(np.abs(ours / fit - 1).max()),
        **{
            f"unet_step_{name}_ms": 1e3 * statistics.median(turn[name] for turn in turns) / STEPS for name in CONTENDERS
        },
        "unet_bfloat16": first["auto"]["bfloat16"],
    }


@contextmanager
def _started() -> Iterator[dict[str, Callable[[], dict[str, Any]]]]:
    """Each contender in a process of its own; to be asked for the next updates, which are compiled at first."""
    context = multiprocessing.get_context("spawn")
    asked, processes = {}, []
    try:
        for name in CONTENDERS:
            ours, theirs = context.Pipe()
            processes.append(context.Process(target=_answer, args=(theirs, name), daemon=True))
            processes[-1].start()
            theirs.close()
            asked[name] = lambda pipe=ours: (pipe.send(None), pipe.recv())[1]
        yield asked
    finally:
        for process in processes:
            process.kill()
            process.join()


def _answer(pipe: Connection, name: str) -> None:
    """Takes the next updates whenever it is asked: CPU seconds, and their losses."""
    devices.prepare("large", threads=1)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (STEPS * BATCH, SIDE, SIDE, 1), dtype=np.uint8)
    masks = (images[..., 0] > 127).astype(np.uint8)  # time does not depend on what they show
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEDCORE_HOME"] = home
        spec, way = CONTENDERS[name]
        take, facts = _fit(images, masks, spec) if way == FIT else _ours(images, masks, spec, way)
        while True:
            pipe.recv()
            begun = time.process_time()
            losses = take()
            pipe.send({"seconds": time.process_time() - begun, "losses": losses, **facts})


def _ours(
    images: np.ndarray, masks: np.ndarray, spec: RunSpec, precision: str
) -> tuple[Callable[[], list[float]], dict[str, float]]:
    from medcore import catalog
    from medcore.training import compiled
    from medcore.training.course import Epoch

    device = devices.choose(catalog.MODELS["unet"], precision)
    stepper = compiled.stepper(spec, images.shape[1:], 2, "uint8", BATCH, device.precision, device.kind)
    data = stepper.load(images, masks, np.ones(2))
    nothing = np.zeros(STEPS, bool)
    plan = Epoch(np.arange(len(images)), np.full(STEPS, RATE, np.float32), nothing, nothing)

    def take() -> list[float]:
        losses: list[float] = []
        stepper.epoch(data, plan, lambda new, _: losses.extend(map(float, new)))
        return losses

    return take, {"bfloat16": float(device.precision == "bfloat16")}


def _fit(images: np.ndarray, masks: np.ndarray, spec: RunSpec) -> tuple[Callable[[], list[float]], dict[str, float]]:
    import keras

    from medcore.training import compiled

    network = compiled.build_model(spec.model, images.shape[1:], 2, "float32", spec.seed)
    network.compile(keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    pixels, truth = images / np.float32(255), masks.astype(np.int32)

    class Losses(keras.callbacks.Callback):
        """Each step's own loss, where `fit` reports running means."""

        def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
            self.sums = [0.0]

        def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
            self.sums.append(float(logs["loss"]) * (batch + 1))

    def take() -> list[float]:
        losses = Losses()
        network.fit(pixels, truth, BATCH, shuffle=False, verbose=0, callbacks=[losses])
        return np.diff(losses.sums).tolist()

    return take, {}


def quality(quick: bool) -> Mapping[str, float]:
    """Dice of each recipe on validation and test images, and what its training takes; quick, of the lesions alone."""
    figures: dict[str, float] = {}
    with engine({}, os.environ.get("MEDCORE_DATA") or str(BESIDE)) as trainer:
        for name, recipe in RECIPES.items():
            if quick and name != "lesion":
                continue
            (record,) = trainer.ended(trainer.store.create({name: recipe}, "benchmark"))
            result = record.result
            figures |= {f"{name}_dice": result["test"]["dice"], f"{name}_val_dice": result["val"]["dice"]}
            figures |= {f"{name}_s": result["seconds"], f"{name}_dice_whole": result["test"]["dice_whole"]}
    return figures


if __name__ == "__main__":
    if "--quality" in sys.argv:
        sys.argv.remove("--quality")
        report.run(quality, QUALITY, __doc__.splitlines()[0])
    else:
        from benchmarks import segmentation_volume

        report.run(measure, {**SPEED, **segmentation_volume.TARGETS}, __doc__.splitlines()[0])
