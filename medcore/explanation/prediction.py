"""A finished run's network, or one that was brought along, meets an image of a person's own.

What it says lies beside that image, in memory, until the session ends: neither the run's result nor its log has any.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import own_image
from medcore.data.own_image import OwnImage
from medcore.data.preparation.pixels import unit_range
from medcore.data.preparation.recipe import Recipe
from medcore.evaluation import predictions
from medcore.evaluation.calibration import best_temperature, cooled
from medcore.evaluation.intervals import wilson
from medcore.explanation import brought, familiar, forward, gate, heatmaps, nearest, reference
from medcore.explanation.subject import Subject, read_model
from medcore.spec import PreparationSpec, RunSpec
from medcore.training.classification import softmax
from medcore.training.run import Cancelled, Run

WITHOUT_MAPS = "integrated_gradients"
TENTHS = 10


def predict(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Judges the image, asks the network, and lays the answer beside the image (`own_image.answer`).

    The answer has "verdict" (`gate.Verdict`), "classes", "probabilities" as the network gives them and "calibrated" by
    the "temperature" of the validation images, "said" (number of the likeliest class), "experience" (how often it was
    right where it was as sure), "methods" with facts of each heatmap, and the "nearest" training images; arrays
    "image", as the network gets it, "heat_METHOD" and "nearest".

    Args:
        spec: `data.name` is that of `own_image.keep`; `base` is the run that is asked, "" for a model brought along.

    Returns:
        Nothing of the image: how long it took.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if the session has ended, or the base run left no model.
        ValueError: if image and network do not fit.
        OSError: if something cannot be read.
    """
    begun = time.perf_counter()

    def pause(*_: object) -> None:
        if run.cancelled():
            raise Cancelled

    run.status("Loading the network.")
    image = own_image.load(spec.data.name)
    model = own_image.model(spec.data.name)
    asked = _Trained(spec, image, run) if model is None else _Brought(image, model)
    run.plan(steps=0)
    facts, arrays = _answer(asked, image, spec, pause)
    own_image.answer(spec.data.name, facts, arrays)
    return {"seconds": round(time.perf_counter() - begun, 3), "base": spec.base}


class _Trained:
    """A run of ours: its training images are known."""

    def __init__(self, spec: RunSpec, image: OwnImage, run: Run) -> None:
        self.folder = run.folder.parent / spec.base
        learned = RunSpec.from_dict(image.learned)
        self.subject = Subject(self.folder, learned, read_model(self.folder), run.status)
        self.model, self.classes = self.subject.model, self.subject.classes
        recipe = self.subject.learned.recipe
        steps = {name: step for name, step in recipe.spec.steps.items() if name not in recipe.spec.of("corruption")}
        self._recipe = Recipe(PreparationSpec(steps), recipe.seed, recipe.scale)

    def prepared(self, pixels: np.ndarray) -> np.ndarray:
        """As the network gets it; no noise is added to it."""
        return self._recipe.image(pixels, "test", 0).image

    def known(self, pause: Callable[[], None]) -> dict[str, gate.Familiar]:
        return familiar.of(self.subject, pause)

    def nearest(self, features: np.ndarray, count: int, pause: Callable[[], None]) -> tuple[list, np.ndarray]:
        """Training images like this one: facts, and their pixels (n, height, width, channels) uint8."""
        if not count:
            return [], np.empty(0, np.uint8)
        found = nearest.nearest(features, reference.of(self.subject, pause), count)
        images = self.subject.learned.whole["train"].images
        pixels = np.stack([unit_range(np.asarray(images[one.row])) for one in found])
        return [one._asdict() for one in found], np.rint(255 * pixels).astype(np.uint8)

    def validated(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Probabilities and classes of the validation images; None where the run did not keep them."""
        try:
            kept = predictions.read(self.folder)
        except (OSError, ValueError):
            return None
        return None if kept.val_probabilities is None else (kept.val_probabilities, kept.val_labels)


class _Brought:
    """A model from elsewhere, whose file was found harmless: of its training images nothing is known."""

    def __init__(self, image: OwnImage, file: Path) -> None:
        self.model = brought.load(file)
        height, width, channels = image.pixels.shape
        if tuple(self.model.input_shape) != (None, height, width, channels):
            raise ValueError("The model takes other images than its config says; save it again.")
        if len(self.model.output_shape) != 2 or self.model.output_shape[1] < 2:
            raise ValueError(
                "The model must give one number for each of two classes or more. "
                f"Received: an output of shape {self.model.output_shape[1:]}"
            )
        count = self.model.output_shape[1]
        self.classes = image.classes if len(image.classes) == count else tuple(map(str, range(count)))

    def prepared(self, pixels: np.ndarray) -> np.ndarray:
        return unit_range(pixels)

    def known(self, _: Callable[[], None]) -> dict[str, gate.Familiar]:
        return {}

    def nearest(self, *_: object) -> tuple[list, np.ndarray]:
        return [], np.empty(0, np.uint8)

    def validated(self) -> None:
        return None


def _answer(
    asked: _Trained | _Brought, image: OwnImage, spec: RunSpec, pause: Callable[[], None]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    prepared = np.asarray(asked.prepared(image.pixels), np.float32)
    if tuple(asked.model.input_shape[1:]) != prepared.shape:
        raise ValueError(f"The network takes images of {asked.model.input_shape[1:]}. Received: {prepared.shape}")
    features = reference.features(asked.model, prepared[None], pause)[0]
    verdict = gate.judge(image, asked.known(pause), features)
    raw = _probabilities(forward.logits(asked.model, prepared[None], pause))
    said = int(raw[0].argmax())
    calibrated, calibration = _calibrated(raw, said, asked.validated())
    wanted = heatmaps.possible(asked.model, spec.explanation.methods) or [WITHOUT_MAPS]
    target = said if spec.explanation.target is None else spec.explanation.target
    black = asked.prepared(np.zeros_like(image.pixels))
    maps = {
        method: heatmaps.heatmap(asked.model, prepared, method, target, spec.explanation.layer, black, pause)
        for method in wanted
    }
    near, pixels = asked.nearest(features, spec.explanation.nearest, pause)
    facts = {
        "verdict": verdict.to_dict(),
        "classes": list(asked.classes),
        "probabilities": raw[0].tolist(),
        "calibrated": None if calibrated is None else calibrated[0].tolist(),
        **calibration,
        "said": said,
        "target": target,
        "methods": {method: found.facts for method, found in maps.items()},
        "nearest": near,
    }
    heat = {f"heat_{method}": found.values.astype(np.float32) for method, found in maps.items()}
    return facts, {"image": prepared, "nearest": pixels, **heat}


def _probabilities(answer: np.ndarray) -> np.ndarray:
    """Of logits; a network from elsewhere may end in a softmax of its own."""
    if not np.isfinite(answer).all():
        raise ValueError("The network's answer is no number: its training diverged.")
    already = (answer >= 0).all() and np.allclose(answer.sum(axis=1), 1, atol=1e-4)
    return answer.astype(np.float64) if already else softmax(answer)


def _calibrated(
    raw: np.ndarray, said: int, validated: tuple[np.ndarray, np.ndarray] | None
) -> tuple[np.ndarray | None, dict[str, Any]]:
    """Probabilities at the temperature that suits the validation images best, and how often such a one was right."""
    if validated is None:
        return None, {"temperature": None, "experience": None}
    probabilities, labels = validated
    temperature = best_temperature(probabilities, labels)
    ours, theirs = cooled(raw, temperature), cooled(probabilities, temperature)
    tenth = _tenth(ours[0, said])
    alike = (theirs.argmax(axis=1) == said) & (_tenth(theirs[:, said]) == tenth)
    right = int((labels[alike] == said).sum())
    experience = {
        "low": int(tenth) / TENTHS,
        "high": (int(tenth) + 1) / TENTHS,
        "images": int(alike.sum()),
        "right": right,
        "interval": wilson(right, int(alike.sum())),
        "of": len(labels),
    }
    return ours, {"temperature": temperature, "experience": experience}


def _tenth(probabilities: np.ndarray) -> np.ndarray:
    return np.minimum((np.asarray(probabilities) * TENTHS).astype(int), TENTHS - 1)
