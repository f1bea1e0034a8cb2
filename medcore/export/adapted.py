"""Runs of domain adaptation as settings of a script, and what a script cannot do of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from medcore.spec import RunSpec

TASK = "adapt"
COMMENTS = {
    "target": "images of the other place, beside this file",
    "method": "how the network is made fit for the other place",
    "weight": "of the second loss, or of DANN's reversed gradient",
    "target_labels": "labelled images of the target",
    "choose_on_target": "whether the epoch is chosen by the target's test labels, which nobody has: a mistake",
}
"""What each setting is, in the order in which a script lists them."""
WEIGHTED = ("coral", "dann")


def check(label: str, spec: RunSpec) -> None:
    """Raises ValueError for what a script does not do."""
    if spec.preparation.of("augmentation") or spec.adaptation.target_preparation.of("augmentation"):
        raise ValueError(
            f'A script of two places takes images that stay the same. Received: "{label}" with augmentation'
        )
    if spec.regularization:
        raise ValueError(f'A script of two places takes runs without penalties. Received: "{label}" with one')


def target_key(spec: RunSpec) -> str:
    """The same for two runs whose networks see the same images of the target: these depend on the source's, too."""
    asked, draws = spec.adaptation, spec.adaptation.target_preparation.of("corruption") or spec.sample
    places = [asdict(part) for part in (spec.data, spec.preparation, asked.target, asked.target_preparation)]
    return json.dumps([*places, asdict(spec.sample), spec.seed if draws else None], sort_keys=True)


def targets(runs: Mapping[str, RunSpec]) -> dict[str, list[RunSpec]]:
    """Runs with a target, by its key."""
    found: dict[str, list[RunSpec]] = {}
    for spec in runs.values():
        if spec.task == TASK:
            found.setdefault(target_key(spec), []).append(spec)
    return found


def few(count: int, seed: int) -> str:
    """What the rows of so many labelled images are called in the file of the target."""
    return f"few_{count}_{seed}"


def settings(spec: RunSpec, target: str) -> dict[str, Any]:
    """What a run has beside the settings of every training.

    Args:
        target: name of the file of the other place's images.
    """
    asked = spec.adaptation
    return {
        "target": target,
        "method": asked.method,
        **({"weight": asked.weight} if asked.method in WEIGHTED else {}),
        **({"target_labels": asked.target_labels} if asked.method == "fine_tune" else {}),
        "choose_on_target": asked.choose_on_target,
    }
