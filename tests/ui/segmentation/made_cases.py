"""A finished run of segmentation as training would leave it, without training: what it said is made up."""

from typing import Any

import numpy as np

from medcore.data.dataset import ImageDataset
from medcore.evaluation import case_measures, case_summary, cases, masks
from medcore.evaluation.extent import extent
from medcore.labs import segmentation
from medcore.runs import files
from medcore.runs.store import Store


def said(truth: np.ndarray, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Foreground and classes of a network that sees true masks moved by a pixel or two, and speckles."""
    rng = np.random.default_rng(seed)
    moved = np.stack([np.roll(mask, rng.integers(-2, 3, 2), (0, 1)) for mask in truth])
    speckled = np.where(rng.random(truth.shape) < 0.0015, rng.integers(0, classes, truth.shape), moved)
    logits = 4.0 * np.eye(classes)[speckled] + rng.normal(scale=0.9, size=(*truth.shape, classes))
    return masks.said(masks.softmax(logits.astype(np.float32)))


def result(found: cases.Cases, part: ImageDataset) -> dict[str, Any]:
    """What training would say of it."""
    kinds = extent(len(found.rows), part.volumes, part.spacing, part.step)
    test = case_summary.summary(found, part.mask_classes, case_summary.chosen(found))
    return {
        "seconds": 1.0,
        "steps": 10,
        "epochs": 2,
        "diverged_at": None,
        "data": {"classes": list(part.mask_classes), "sizes": {"train": 10, "val": 5, "test": 5}, "sha256": "same"},
        "unit": kinds.unit,
        "spacing": part.spacing and list(part.spacing),
        "step": part.step,
        "length_unit": kinds.length_unit,
        "volume_unit": kinds.volume_unit,
        "test": test,
        "val": test,
        "baseline": {"pixel_accuracy": float(np.mean(part.masks == 0)), "dice": 0},
        "notes": [],
        "files": {"model": "model.keras", "cases": cases.FILE},
    }


def finish(store: Store, dataset: str, part: ImageDataset, options: dict[str, Any] | None = None, seed: int = 0) -> str:
    """A run that has met these test images; its id."""
    classes = len(part.mask_classes)
    kinds = extent(len(part), part.volumes, part.spacing, part.step)
    found = case_measures.measure(*said(part.masks, classes, seed), part.masks, classes, kinds)
    (run_id,) = store.create(segmentation.runs(dataset, data_options=options, seed=seed), "somebody")
    store.claim("large")
    files.folder(run_id).mkdir(parents=True)
    cases.write(files.folder(run_id) / cases.FILE, found)
    store.finish(run_id, "done", result=result(found, part))
    return run_id
