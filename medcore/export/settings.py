"""Runs as the plain settings of a script: what all of them share, and what each has of its own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from medcore import catalog
from medcore.spec import RunSpec

TASK = "classification"
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
"""Keras' names of what a network computes in."""
COMMENTS = {
    "data": "images and labels, beside this file",
    "model": "the network, and what can be set of it",
    "precision": '"float32", or "mixed_bfloat16": every layer but the last computes in bfloat16',
    "seed": "of the first weights and of the order of the images",
    "optimizer": "the update rule, and what can be set of it",
    "learning_rate": "the rate that the schedule starts from",
    "weight_decay": "share of each weight taken away per update and unit of learning rate; None for none",
    "schedule": "how the learning rate changes, and what can be set of that",
    "warmup": "epochs in which the learning rate grows to its full size",
    "loss": "what training makes small, and what can be set of it",
    "class_weights": "whether rare classes count more",
    "epochs": "passes over the training images",
    "batch_size": 'images an update, or "all" of them, which takes memory for all at once',
    "patience": "stop after so many epochs without a lower validation loss; None: never",
    "weights": 'which weights meet the test images: of the "last" epoch, or of the "best"',
}
"""What each setting is, in the order in which a script lists them."""


@dataclass(frozen=True)
class Settings:
    """What a script is told.

    Args:
        shared: settings that are the same for all runs.
        own: by label, those in which the runs differ.
    """

    shared: Mapping[str, Any]
    own: Mapping[str, Mapping[str, Any]]


def settings(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> Settings:
    """The settings of a comparison.

    Args:
        runs: by label.
        precisions: by label, "float32" or "bfloat16": what a run was computed in. Others take the spec's, and
            float32 where it leaves the choice to the hardware.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    check(runs)
    files = data_files(runs)
    every = {label: _of(spec, files[data_key(spec)], (precisions or {}).get(label)) for label, spec in runs.items()}
    first = next(iter(every.values()))
    same = [key for key in COMMENTS if all(values[key] == first[key] for values in every.values())]
    own = {label: {key: values[key] for key in COMMENTS if key not in same} for label, values in every.items()}
    return Settings({key: first[key] for key in same}, own)


def check(runs: Mapping[str, RunSpec]) -> None:
    """Raises ValueError unless there are runs, and all train a classifier."""
    if not runs:
        raise ValueError("A script needs a run or more. Received: none")
    for label, spec in runs.items():
        if spec.task != TASK:
            raise ValueError(f'A script trains runs of the task {TASK}. Received: "{label}" of the task {spec.task}')


def data_key(spec: RunSpec) -> str:
    """The same for two runs whose networks see the same images."""
    recipe = spec.preparation
    chance = spec.seed if recipe.of("corruption", "augmentation") else None  # no other step draws lots
    return json.dumps([spec.data.name, spec.data.options, asdict(recipe), chance], sort_keys=True)


def data_files(runs: Mapping[str, RunSpec]) -> dict[str, str]:
    """Names of the files that hold the images, by `data_key`."""
    keys = list(dict.fromkeys(map(data_key, runs.values())))
    return {key: "data.npz" if len(keys) == 1 else f"data-{number}.npz" for number, key in enumerate(keys, 1)}


def augmented(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a run drew variants of its training images."""
    return any(spec.preparation.of("augmentation") for spec in runs.values())


def _of(spec: RunSpec, file: str, precision: str | None) -> dict[str, Any]:
    optimizer, schedule, training = spec.optimizer, spec.schedule, spec.training
    precision = precision or ("float32" if training.precision == "auto" else training.precision)
    fixed = catalog.OPTIMIZERS[optimizer.name].fixed
    return {
        "data": file,
        "model": (spec.model.name, dict(spec.model.options)),
        "precision": POLICIES[precision],
        "seed": spec.seed,
        "optimizer": (optimizer.name, dict(optimizer.options) | dict(fixed)),
        "learning_rate": optimizer.learning_rate,
        "weight_decay": optimizer.weight_decay or None,
        "schedule": (schedule.name, dict(schedule.options)),
        "warmup": schedule.warmup,
        "loss": (spec.loss.name, dict(spec.loss.options)),
        "class_weights": training.class_weights,
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "patience": training.patience,
        "weights": training.weights,
    }
