"""Runs of transfer learning as settings of a script, and what a script cannot do of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medcore import catalog
from medcore.data.published import backbone_weights
from medcore.runs import files
from medcore.spec import RunSpec, TrainingSpec

TASK = "transfer"
MAX_BASE_BYTES = 64 * 2**20
"""Of a network that a run goes on with."""
COMMENTS = {
    "source": 'what the network learned before: "imagenet", another "set", a "run", or None: nothing',
    "imagenet": "where Keras publishes the weights of ImageNet, and their checksum",
    "base": "the network of that run, beside this file",
    "pretraining": "the images that it learns from first, beside this file",
    "pretraining_epochs": "passes over these, of which the best one counts",
    "unfrozen": "blocks from the end that the second stage trains, too; 0: there is no second stage",
    "fine_epochs": "passes of the second stage",
    "fine_rate": "the learning rate of the second stage",
    "batch_norm_trains": "whether batch normalisation of these blocks follows the small batches",
}
"""What each setting is, in the order in which a script lists them."""


def check(label: str, spec: RunSpec) -> None:
    """Raises ValueError for what a script does not do."""
    if spec.transfer.source == "run":
        _check_base(label, spec)


def check_together(runs: Mapping[str, RunSpec]) -> None:
    """Raises ValueError for what one script cannot do where one of its runs has learned before."""
    for label, spec in runs.items():
        if spec.task == "classic":
            raise ValueError("A script of transfer learning trains networks alone. Received: a classic among them")
        if spec.regularization:
            raise ValueError(f'A script of transfer learning takes no penalties. Received: "{label}" with one')
    if len({spec.model.name in catalog.BACKBONES for spec in runs.values()}) > 1:
        raise ValueError("A script of transfer learning trains either small networks or deep ones. Received: both")


def _check_base(label: str, spec: RunSpec) -> None:
    file = base_file(spec.base)
    size = file.stat().st_size if file.is_file() else 0
    if not 0 < size <= MAX_BASE_BYTES:
        received = f"{size / 2**20:,.0f} MB" if size else "none"
        raise ValueError(
            f'"{label}" goes on with the network of a run, which must be here still, with at most '
            f"{MAX_BASE_BYTES / 2**20:,.0f} MB, to go into a ZIP. Received: {received}"
        )


def base_file(run: str) -> Path:
    """The network that a run left; it need not exist."""
    return files.folder(run) / "model.keras"


def bases(runs: Mapping[str, RunSpec]) -> dict[str, str]:
    """Names of the files of the networks that runs go on with, by the run that left them."""
    ids = dict.fromkeys(spec.base for spec in runs.values() if spec.task == TASK and spec.transfer.source == "run")
    return {run: "base.keras" if len(ids) == 1 else f"base-{number}.keras" for number, run in enumerate(ids, 1)}


def first(spec: RunSpec) -> RunSpec:
    """What a network learns before: a training of its own, see `training.pretraining`."""
    training = TrainingSpec(spec.transfer.pretraining_epochs, weights="best")
    return RunSpec(data=spec.transfer.pretraining, model=spec.model, training=training, seed=spec.seed)


def firsts(runs: Mapping[str, RunSpec]) -> dict[str, RunSpec]:
    """Of all runs that learn from another set before, by label."""
    return {label: first(spec) for label, spec in runs.items() if spec.task == TASK and spec.transfer.source == "set"}


def settings(spec: RunSpec, pretraining: str | None, base: str | None) -> dict[str, Any]:
    """What a run has beside the settings of every training.

    Args:
        pretraining: name of the file of the set that it learns from first, if there is one.
        base: name of the file of the network that it goes on with, if there is one.
    """
    if spec.task != TASK:
        return {"source": None}
    asked = spec.transfer
    second = {"fine_epochs": asked.epochs, "fine_rate": asked.learning_rate} if asked.unfrozen else {}
    return {
        "source": asked.source,
        **(_imagenet(spec) if asked.source == "imagenet" else {}),
        **({"base": base} if base else {}),
        **({"pretraining": pretraining, "pretraining_epochs": asked.pretraining_epochs} if pretraining else {}),
        "unfrozen": asked.unfrozen,
        **second,
        "batch_norm_trains": asked.batch_norm_trains,
    }


def _imagenet(spec: RunSpec) -> dict[str, Any]:
    published = backbone_weights.remote(spec.model)
    return {"imagenet": (published.url, published.digest.partition(":")[2] or None)}
