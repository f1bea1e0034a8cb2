"""A common mistake beside the right way, and what its runs measured. Each lab has its own, with what theory says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from medcore.labs import logged
from medcore.spec import RunSpec

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Args:
        title: its name on the page.
        what: what is done wrongly, as Markdown.
        wrong_code, right_code: the lines that differ, as Python.
        wrong, right: the runs of either way, by label; the same label in both is the same run.
        see: what to look for, as Markdown.
    """

    title: str
    what: str
    wrong_code: str
    right_code: str
    wrong: Mapping[str, RunSpec]
    right: Mapping[str, RunSpec]
    see: str


@dataclass(frozen=True)
class Measured:
    """One run that ended.

    Args:
        train_loss: (updates,) of every update.
        epoch_loss: (epochs,) mean training loss.
        accuracy: (epochs,) of the validation set.
        gradients: (points,) norm of the loss gradient over all layers, empty if not logged.
        classes: how many there are.
        val_loss: (epochs,).
        penalty: (epochs,) what the penalties add to the loss, empty where there is none.
        result: of the run, as it was written.
    """

    train_loss: np.ndarray
    epoch_loss: np.ndarray
    accuracy: np.ndarray
    gradients: np.ndarray
    classes: int
    val_loss: np.ndarray = field(default_factory=lambda: np.empty(0))
    penalty: np.ndarray = field(default_factory=lambda: np.empty(0))
    result: Mapping[str, Any] = field(default_factory=dict)


Runs = Mapping[str, Measured]
"""By label."""


def measured(frame: "pd.DataFrame", classes: int, result: Mapping[str, Any] | None = None) -> Measured:
    """What a run measured, from its columns step, metric, value, and its result."""
    series = logged.series(frame)
    nothing = np.empty(0)
    return Measured(
        train_loss=series.get("train_loss", nothing),
        epoch_loss=series.get("epoch_train_loss", nothing),
        accuracy=series.get("val_accuracy", nothing),
        gradients=logged.gradients(series),
        classes=classes,
        val_loss=series.get("val_loss", nothing),
        penalty=series.get("penalty", nothing),
        result=result or {},
    )


def whole(runs: Runs) -> dict[str, Measured]:
    """Those that have a whole epoch."""
    return {label: run for label, run in runs.items() if len(run.accuracy)}
