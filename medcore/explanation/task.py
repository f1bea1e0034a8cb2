"""The task "explain": what a finished run's network makes of one image."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from medcore.data import beside
from medcore.data.preparation.recipe import Prepared
from medcore.explanation import feature_maps, gradcam, layers, randomised, reference, subject
from medcore.explanation.forward import logits
from medcore.explanation.heatmaps import Heatmap, heatmap, possible
from medcore.explanation.nearest import nearest
from medcore.explanation.subject import Subject
from medcore.spec import RunSpec
from medcore.training.classification import softmax, write
from medcore.training.run import Cancelled, Run

FILE = "explanation.npz"


def explain(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Answers the request; writes `explanation.npz` where `beside.folder` says: a session's images leave nothing else.

    Its array "facts" is JSON; "image" (height, width, channels) uint8 is what the network was shown; "METHOD" are
    heatmaps, "METHOD/0", "METHOD/1", … those with more and more weights in random order; "maps/0", "sources/0", … are
    of the first layer.

    Returns:
        Where it is, and how long it took.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if the data set is gone, or the run left no model.
        ValueError: if there is no such image, class or layer.
        OSError: if anything cannot be read or written.
    """
    begun = time.perf_counter()

    def pause() -> None:
        if run.cancelled():
            raise Cancelled

    run.status("Opening the network.")
    asked = subject.read(spec, run)
    facts, arrays = look(asked, spec, pause)
    content = {"facts": np.array(json.dumps(facts))} | arrays
    folder = beside.folder(asked.asked.data.name, run.folder)
    write(folder / FILE, lambda file: _save(file, content))
    return {"seconds": round(time.perf_counter() - begun, 3), "base": spec.base, "files": {"explanation": FILE}}


def _save(file: Path, content: dict[str, np.ndarray]) -> None:
    with file.open("wb") as stream:
        np.savez(stream, **content)


def look(asked: Subject, spec: RunSpec, pause: Callable[[], None]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and arrays of what the request asks for."""
    wanted = spec.explanation
    prepared = asked.asked.prepared(wanted.split, wanted.index)
    image = prepared.image
    scores = logits(asked.model, image[None])
    probabilities = softmax(scores)[0]
    said = int(probabilities.argmax())
    target = said if wanted.target is None else wanted.target
    if target >= len(probabilities):
        raise ValueError(f"The class asked for must be one of {len(probabilities)}, the first is 0. Received: {target}")
    part = asked.asked.whole[wanted.split]
    facts = {
        "classes": list(asked.classes),
        "probabilities": probabilities.tolist(),
        "logits": scores[0].tolist(),
        "said": said,
        "target": target,
        "label": None if part.labels is None else part.class_names[int(part.labels[wanted.index])],
        "layers": layers.with_maps(asked.model),
        "layer": gradcam.last_layer(asked.model),
        "parameters": asked.model.count_params(),
    }
    arrays = {"image": _shown(prepared)}
    for answer in (_heat, _maps, _nearest):
        more, pictures = answer(asked, spec, prepared, target, pause)
        facts |= more
        arrays |= pictures
    return facts, arrays


def _heat(
    asked: Subject, spec: RunSpec, prepared: Prepared, target: int, pause: Callable[[], None]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Heatmaps, and the same of networks whose weights are in random order."""
    wanted, model = spec.explanation, asked.model
    black = 0.0 if prepared.scale is None else float(prepared.scale.applied(np.zeros(1, np.float32))[0])
    methods = possible(model, tuple(wanted.methods))
    found: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}

    def ask(method: str, exact: bool = True) -> Heatmap:
        return heatmap(model, prepared.image, method, target, wanted.layer, black, pause, exact)

    for method in methods:
        asked.report(f"Asking by {method.replace('_', ' ')}.")
        since = time.perf_counter()
        answer = ask(method)
        arrays[method] = answer.values
        found[method] = answer.facts | {"seconds": round(time.perf_counter() - since, 4), "randomised": []}
    if wanted.randomised and methods:
        asked.report("Asking the network with its weights in random order.")
        with randomised.cascade(model) as stages:
            for number, stage in enumerate(stages):
                for method in methods:
                    values = ask(method, exact=False).values
                    arrays[f"{method}/{number}"] = values
                    alike = randomised.rank_correlation(arrays[method], values)
                    found[method]["randomised"].append({"down_to": stage, "correlation": alike})
    return {"methods": found, "impossible": [m for m in wanted.methods if m not in methods]}, arrays


def _maps(
    asked: Subject, spec: RunSpec, prepared: Prepared, _: int, pause: Callable[[], None]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Feature maps and filters, layer by layer."""
    if not spec.explanation.maps:
        return {}, {}
    asked.report("Looking at its maps, layer by layer.")
    facts, arrays = [], {}
    for number, layer in enumerate(feature_maps.look(asked.model, prepared.image)):
        pause()
        facts.append(layer.facts)
        arrays |= {f"{name}/{number}": values for name, values in layer.arrays.items()}
    return {"maps": facts}, arrays


def _nearest(
    asked: Subject, spec: RunSpec, prepared: Prepared, _: int, pause: Callable[[], None]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Training images that are nearest by their features."""
    if not spec.explanation.nearest:
        return {}, {}
    learned = reference.of(asked, pause)
    own = reference.features(asked.model, prepared.image[None])[0]
    count = spec.explanation.nearest
    same_set = asked.asked is asked.learned and spec.explanation.split == "train"
    found = nearest(own, learned, count + same_set)
    found = [one for one in found if not (same_set and one.row == spec.explanation.index)][:count]
    train = asked.learned.whole["train"]
    facts = {
        "nearest": [
            {
                "index": one.row,
                "taught": train.class_names[one.label],
                "label": train.class_names[int(train.labels[one.row])],
                "distance": one.distance,
            }
            for one in found
        ],
        "typical_distance": learned.typical,
        "compared": len(learned.rows),
        "learned_from": learned.images,
        "features": int(learned.features.shape[1]),
    }
    return facts, {}


def _shown(prepared: Prepared) -> np.ndarray:
    """The image as it was before its values were normalised, as bytes; what preparation did else is in it."""
    image, scale = prepared.image, prepared.scale
    gray = image if scale is None else image * np.float32(scale.unit) + np.float32(scale.zero)
    return np.rint(np.clip(gray, 0, 1) * 255).astype(np.uint8)
