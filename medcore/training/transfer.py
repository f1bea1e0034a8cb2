"""Transfer learning: a network that learned something else before meets the images of another set."""

import hashlib
import json
import time
from dataclasses import asdict
from typing import Any

import keras
import numpy as np

from medcore import catalog
from medcore.data import cache, sources
from medcore.data.dataset import Splits
from medcore.evaluation.classification import evaluate
from medcore.spec import RunSpec
from medcore.training import devices, memory
from medcore.training.classification import Images, course_facts, load, save_predictions, softmax, write
from medcore.training.epochs import Outcome
from medcore.training.later import Later
from medcore.training.origins import ANEW, origin
from medcore.training.run import Run
from medcore.training.stages import FINE_TUNING, HEAD, Stage
from medcore.training.weights import Weights


def train(spec: RunSpec, run: Run) -> dict[str, Any]:
    """Trains the head on frozen features, then the last blocks with it, and evaluates.

    Saves what `classification.train` saves.

    Each stage follows the spec as a classification run does; the second one has epochs and a learning rate of its own.
    Early stopping ends a stage. With `weights="best"` a stage begins with the best weights of the one before, and the
    network is left with those of the epoch with the lowest validation loss of all.

    Returns:
        As `classification.train`, and "stages": of each "name", "epochs", "steps", "seconds" and how many weights are
        "trainable"; and "transfer": "source", "weights_sha256" of the first weights, what the source says of itself,
        "feature_seconds", whether all "features_cached" were found, weights "frozen" and "trainable" at the end.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if there is no such data set or base run, or weights are not here.
        ValueError: if the data set does not fit the task or the model, the network not into memory, or the weights are
            of another network.
        OSError: if data cannot be read or results cannot be written.
    """
    begun = time.perf_counter()
    check(spec)
    images = load(spec, run)
    splits = images.prepared.splits
    train_set = splits["train"]
    device = devices.choose(catalog.MODELS[spec.model.name], spec.training.precision)
    classes, n = len(train_set.class_names), len(train_set)
    batch = n if spec.training.batch_size == "all" else min(int(spec.training.batch_size), n)
    memory.check(spec, classes, batch, device)

    run.status("Preparing the network.")
    network, source = origin(spec, train_set.images.shape[1:], classes, device, run)
    first = _digest(network)
    names = (HEAD, FINE_TUNING) if spec.transfer.unfrozen else (HEAD,)
    epochs = spec.training.epochs + (spec.transfer.epochs if spec.transfer.unfrozen else 0)
    facts = {"parameters": network.count_params(), "device": asdict(device)}
    per_epoch = -(-n // batch)
    run.plan(
        steps=per_epoch * epochs,
        steps_per_epoch=per_epoch,
        epochs=epochs,
        classes=list(train_set.class_names),
        train_images=n,
        **facts,
    )
    stages, outcomes = _staged(spec, names, network, images, device, batch, run)
    whole = _joined(outcomes, Weights(network, spec))

    run.status("Evaluating.")
    results = _evaluate(stages[-1], network, splits, run)
    files = {"model": "model.keras", "predictions": "predictions.npz"}
    if images.recipe:
        write(run.folder / "preparation.json", lambda file: file.write_text(json.dumps(images.recipe.facts())))
    return {
        "seconds": round(time.perf_counter() - begun, 3),
        **course_facts(whole, spec),
        **whole.weights.facts(),
        **facts,
        **images.facts(),
        **results,
        "stages": [_told(*pair) for pair in zip(stages, outcomes, strict=True)],
        "transfer": {"source": spec.transfer.source, "weights_sha256": first, **source, **_features(stages, network)},
        "files": files,
    }


def check(spec: RunSpec) -> None:
    """Raises ValueError for what is followed in runs that train a whole network from the start alone, or stages that
    are too short for the schedule."""
    if spec.training.record_path or spec.training.record_weights:
        raise ValueError(
            "Transfer keeps no path of its weights and no histograms, since most of its weights stand still. "
            "Received: a run that asks for them"
        )
    if spec.transfer.unfrozen:
        spec.schedule.check_length(spec.transfer.epochs)


def _staged(
    spec: RunSpec,
    names: tuple[str, ...],
    network: keras.Model,
    images: Images,
    device: Any,
    batch: int,
    run: Run,
) -> tuple[list[Stage], list[Outcome]]:
    """Trains the stages one after the other; one that diverges is the last."""
    entry = sources.find(spec.data.name)
    folder = (entry.kept or cache.folder()) / "features"
    most = len(images.whole["train"])
    stages: list[Stage] = []
    outcomes: list[Outcome] = []
    for name in names:
        steps, seconds = (sum(getattr(outcome, what) for outcome in outcomes) for what in ("steps", "clock"))
        before = network.get_weights()
        stages.append(Stage(spec, name, network, images.prepared, device, folder))
        outcomes.append(stages[-1].train(batch, most, Later(run, steps, seconds)))
        if spec.training.weights == "best" and len(outcomes) > 1 and outcomes[-1].best_loss > outcomes[0].best_loss:
            network.set_weights(before)
        if outcomes[-1].diverged_at:
            break
    return stages, outcomes


def _joined(outcomes: list[Outcome], weights: Weights) -> Outcome:
    """The stages as one training."""
    best = min(outcomes, key=lambda outcome: outcome.best_loss)
    last, before = outcomes[-1], outcomes[:-1]
    steps, epochs = (sum(getattr(outcome, what) for outcome in before) for what in ("steps", "epochs"))
    return Outcome(
        weights,
        steps=steps + last.steps,
        epochs=epochs + last.epochs,
        best_epoch=best.best_epoch and best.best_epoch + (epochs if best is last else 0),
        diverged_at=last.diverged_at and steps + last.diverged_at,
        stopped=last.stopped,
        seconds=sum(outcome.seconds for outcome in outcomes),
        best_loss=best.best_loss,
    )


def _evaluate(stage: Stage, network: keras.Model, splits: Splits, run: Run) -> dict[str, Any]:
    """Metrics of the validation and test set; writes the whole network and what it says of them."""
    probabilities = {name: softmax(stage.logits(name, run)) for name in ("val", "test")}
    network.trainable = True
    write(run.folder / "model.keras", network.save)
    save_predictions(probabilities, splits, run.folder)
    return {
        name: evaluate(splits[name].labels, values, splits[name].class_names) for name, values in probabilities.items()
    }


def _digest(network: keras.Model) -> str:
    """SHA-256 of all weights but those of the head, layer by layer."""
    content = hashlib.sha256()
    for layer in network.layers:
        if layer.name not in ANEW:
            for value in layer.get_weights():
                content.update(np.ascontiguousarray(value))
    return content.hexdigest()


def _told(stage: Stage, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": stage.name,
        "epochs": outcome.epochs,
        "steps": outcome.steps,
        "seconds": round(stage.seconds, 3),
        "trainable": stage.trainable,
    }


def _features(stages: list[Stage], network: keras.Model) -> dict[str, Any]:
    """What frozen layers made, and how much of the network the last stage trained."""
    made = [stage.features for stage in stages if stage.features]
    trainable = stages[-1].trainable
    return {
        "feature_seconds": round(sum(features.seconds for features in made), 3),
        "features_cached": bool(made) and not any(features.computed for features in made),
        "frozen": network.count_params() - trainable,
        "trainable": trainable,
    }
