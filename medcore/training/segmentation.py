"""A class for every pixel: trains a network on masks, keeps what it says on the way, and measures how good it is."""

import time
from dataclasses import asdict
from typing import Any

from medcore import catalog
from medcore.data.dataset import ImageDataset
from medcore.evaluation import cases
from medcore.evaluation.case_measures import measure
from medcore.evaluation.case_summary import chosen, summary, unmeasured
from medcore.models import encoders
from medcore.models.receptive_field import receptive_field
from medcore.spec import RunSpec
from medcore.training import compiled, devices, mask_images, memory, pixelwise, watched_masks
from medcore.training.classification import course_facts, save_records, write
from medcore.training.epochs import Outcome, Stepper, fit
from medcore.training.mask_images import MaskImages, taught
from medcore.training.pixelwise import Validation
from medcore.training.run import Cancelled, Run
from medcore.training.watched_masks import WatchedMasks


def train(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Trains and evaluates what the spec describes; saves `model.keras`, `cases.npz` and `watched*.npz` in the run's
    folder, and `preparation.json` where there was a recipe.

    Returns:
        Facts of the run, metrics of the validation and test set by image, or by volume where there are some, and the
        baseline: plain values for JSON, None where a value is not finite.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set.
        ValueError: if the data set does not fit the task or the model, or the network not into memory.
        OSError: if data or ImageNet weights cannot be read, or results cannot be written.
    """
    begun = time.perf_counter()
    if spec.training.class_weights:
        raise ValueError(
            "Class weights are for one label an image; of masks, choose a loss that weighs the foreground. "
            "Received: class_weights=True"
        )
    images = mask_images.load(spec, run)
    train_set = taught(images.prepared.splits["train"])
    classes, n = len(train_set.class_names), len(train_set)
    device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
    batch = n if spec.training.batch_size == "all" else min(int(spec.training.batch_size), n)

    shape, dtype = train_set.images.shape[1:], str(train_set.images.dtype)
    memory.check_masks(spec, shape, classes, batch, device)
    run.status("Preparing the network.")
    stepper = compiled.stepper(spec, shape, classes, dtype, batch, device.precision, device.kind)
    steps_per_epoch = -(-n // batch)
    facts = {"parameters": stepper.model.count_params(), "device": asdict(device)}
    if spec.model.options.get("imagenet"):
        facts["imagenet"] = encoders.load_imagenet(stepper.model, spec.model, lambda sentence: _waits(run, sentence))
    run.plan(
        steps=steps_per_epoch * spec.training.epochs,
        steps_per_epoch=steps_per_epoch,
        epochs=spec.training.epochs,
        classes=list(train_set.class_names),
        train_images=n,
        **facts,
    )

    run.status("Training.")
    outcome = _fit(stepper, images, train_set, spec, run)
    run.status("Evaluating.")
    results = _evaluate(stepper, images, run)
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        **course_facts(outcome, spec),
        **outcome.weights.facts(),
        **facts,
        **images.facts(),
        **results,
        "files": {
            "model": "model.keras",
            **({"cases": cases.FILE} if (run.folder / cases.FILE).exists() else {}),
            **save_records(outcome, images.recipe, run.folder),
        },
    }


def _waits(run: Run, sentence: str) -> None:
    """Says of a download how far it is; ends it if the run was cancelled."""
    run.status(sentence)
    _leave_if_cancelled(run)


def _fit(stepper: Stepper, images: MaskImages, train_set: ImageDataset, spec: RunSpec, run: Run) -> Outcome:
    """The epochs, watched."""
    val, loss = taught(images.prepared.splits["val"]), compiled.build_loss(spec)
    rows = watched_masks.chosen(val.labels, spec.segmentation.watched)
    validation = Validation(stepper, loss, val, mask_images.cases(val).unit_of, rows)
    own = spec.segmentation.context  # the slice itself stands between its neighbours
    shown = val.images[..., own : own + 1] if own else val.images
    watch = WatchedMasks(shown, val, rows, spec.training.epochs, run.folder) if len(rows) else None
    if watch:
        watch.note(0, pixelwise.said(stepper, val.images[rows], lambda: _leave_if_cancelled(run)))

    def after(so_far: Outcome) -> dict[str, float]:
        if watch:
            watch.note(so_far.epochs, validation.seen)
        return {}

    draw = images.prepared.draw_masked
    return fit(stepper, loss, train_set, val, spec, run, draw, after=after, validate=validation)


def _evaluate(stepper: Stepper, images: MaskImages, run: Run) -> dict[str, Any]:
    """Metrics of the validation and test set, and what they are told in; writes the model and its cases.

    The clean-up that is told of is the one that is best for the validation cases.
    """

    def pause() -> None:
        _leave_if_cancelled(run)

    write(run.folder / "model.keras", stepper.model.save)
    parts = {name: taught(images.prepared.splits[name]) for name in ("val", "test")}
    said = {name: pixelwise.said(stepper, part.images, pause) for name, part in parts.items()}
    test, names = parts["test"], parts["test"].class_names
    extents = {name: mask_images.cases(part) for name, part in parts.items()}
    facts = {
        "unit": extents["test"].unit,
        "spacing": test.spacing,
        "step": test.step,
        "length_unit": extents["test"].length_unit,
        "volume_unit": extents["test"].volume_unit,
        "receptive_field": receptive_field(stepper.model),
        "baseline": {"pixel_accuracy": float((test.labels == 0).mean()), "dice": 0.0},
        "notes": list(images.notes),
    }
    if None in said.values():
        return {**{name: unmeasured(extents[name].units, names) for name in parts}, **facts}
    measured = {
        name: measure(*said[name], part.labels, len(names), extents[name], part.rows, pause)
        for name, part in parts.items()
    }
    setting = chosen(measured["val"])
    write(run.folder / cases.FILE, lambda file: cases.write(file, measured["test"]))
    return {**{name: summary(found, names, setting) for name, found in measured.items()}, **facts}


def _leave_if_cancelled(run: Run) -> None:
    if run.cancelled():
        raise Cancelled
