"""What is chosen from the catalog: data set, network, optimizer, loss and schedule, each with its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medcore import catalog
from medcore.spec.checks import MAX_OPTION_TEXT, number, options

MAX_EPOCHS = 10_000


@dataclass(frozen=True)
class DataSpec:
    """Which labelled images.

    Args:
        name: a data set's name as `python -m medcore datasets` lists it.
        options: parameters of the source (the CT simulator's dose, say); the source checks them.
    """

    name: str = "ct-simulator"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > MAX_OPTION_TEXT:
            raise ValueError(
                f"Data set name must be a text of 1 to {MAX_OPTION_TEXT} characters. Received: {self.name!r}"
            )
        if not isinstance(self.options, Mapping):
            raise ValueError(f"Options of the data set must be an object. Received: {self.options!r}")
        object.__setattr__(self, "options", dict(self.options))


@dataclass(frozen=True)
class ModelSpec:
    """Which network, by its catalog name, and its options."""

    name: str = "cnn"
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = catalog.choose("Model", catalog.MODELS, self.name)
        object.__setattr__(self, "options", options("model", choice, self.options))


@dataclass(frozen=True)
class OptimizerSpec:
    """Which optimizer, by its catalog name.

    Args:
        learning_rate: above 0, at most 100; None takes the catalog's.
        weight_decay: decoupled decay per unit of learning rate, 0 to 1 (Loshchilov & Hutter,
            arXiv:1711.05101); None takes the catalog's.
        options: the optimizer's own parameters.
    """

    name: str = "adam"
    learning_rate: float | None = None
    weight_decay: float | None = None
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = catalog.choose("Optimizer", catalog.OPTIMIZERS, self.name)
        rate = choice.learning_rate if self.learning_rate is None else self.learning_rate
        decay = choice.weight_decay if self.weight_decay is None else self.weight_decay
        object.__setattr__(self, "learning_rate", number("learning_rate", rate, 0, 100, above=True))
        object.__setattr__(self, "weight_decay", number("weight_decay", decay, 0, 1))
        object.__setattr__(self, "options", options("optimizer", choice, self.options))


@dataclass(frozen=True)
class LossSpec:
    """Which loss, by its catalog name, and its options."""

    name: str = "cross_entropy"
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = catalog.choose("Loss", catalog.EVERY_LOSS, self.name)
        object.__setattr__(self, "options", options("loss", choice, self.options))


@dataclass(frozen=True)
class ScheduleSpec:
    """How the learning rate changes during the run.

    Args:
        name: a name of `catalog.SCHEDULES`.
        warmup: epochs in which the learning rate grows from near 0 to what was set, 0 for none.
        options: of the schedule.
    """

    name: str = "constant"
    warmup: float = 0.0
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = catalog.choose("Schedule", catalog.SCHEDULES, self.name)
        object.__setattr__(self, "warmup", number("warmup", self.warmup, 0, MAX_EPOCHS))
        object.__setattr__(self, "options", options("schedule", choice, self.options))

    def check_length(self, epochs: int) -> None:
        """Raises ValueError if the schedule needs more epochs than the run has."""
        stepped = self.options["every"] if self.name == "step" else 0
        if self.warmup + stepped >= epochs and self.warmup + stepped:
            parts = [f"a warm-up of {self.warmup:g} epochs"] if self.warmup else []
            parts += [f"a first step after {stepped:g} epochs"] if stepped else []
            raise ValueError(
                f"The schedule is longer than the run: it has {' and '.join(parts)}. Received: a run of {epochs:,}"
            )
