"""What one run is: frozen values, checked on construction, and their JSON.

The same spec gives the same result on the same hardware; `RunSpec.hash` is its identity.
Defaults of the catalog are written out on construction, so a spec says everything that
it does, and leaving a default out or writing it down gives the same hash.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, get_args

from medcore import catalog

MAX_EPOCHS = 10_000
MAX_BATCH = 65_536
MAX_SEED = 2**31 - 1
MAX_OPTION_TEXT = 200
_RUN_ID = re.compile(r"[0-9a-f]{16}([0-9a-f]{16})?")

Weights = Literal["last", "best"]
Precision = Literal["auto", "float32", "bfloat16"]
Corrupted = Literal["all", "train", "test"]


def number(name: str, value: object, low: float, high: float, *, above: bool = False) -> float:
    """`value` as a float, if it is a finite number from `low` (excluded if `above`) to `high`.

    Raises:
        ValueError: if it is not, with the range and what came.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or (above and value == low):
        least = f"above {low:g}" if above else f"at least {low:g}"
        raise ValueError(f"{name} must be a number {least} and at most {high:g}. Received: {value!r}")
    return float(value)


def whole(name: str, value: object, low: int, high: int) -> int:
    """`value` as an int, if it is a whole number from `low` to `high`.

    Raises:
        ValueError: if it is not, with the range and what came.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or value != int(value):
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}. Received: {value!r}")
    return int(value)


def one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Raises ValueError unless `value` is one of `allowed`."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}. Received: {value!r}")


def _options(kind: str, choice: catalog.Choice, given: object) -> dict[str, Any]:
    """Every parameter of the choice, with its given or default value."""
    if not isinstance(given, Mapping):
        raise ValueError(f"Options of {kind} must be an object of names and numbers. Received: {given!r}")
    unknown = sorted(set(given) - set(choice.parameters), key=str)
    if unknown:
        known = ", ".join(choice.parameters) or "none"
        raise ValueError(f"{choice.label} takes these options: {known}. Received: {unknown[0]!r}")
    return {
        name: _option(f"{kind} option {name}", parameter, given.get(name, parameter.default))
        for name, parameter in choice.parameters.items()
    }


def _option(name: str, parameter: catalog.Parameter | catalog.Selection, value: object) -> float | str:
    """The value, if it is one that the parameter may have."""
    if isinstance(parameter, catalog.Selection):
        one_of(name, value, tuple(parameter.values))
        return str(value)
    check = whole if parameter.integer else number
    return check(name, value, parameter.low, parameter.high)


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
        object.__setattr__(self, "options", _options("model", choice, self.options))


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
        object.__setattr__(self, "options", _options("optimizer", choice, self.options))


@dataclass(frozen=True)
class LossSpec:
    """Which loss, by its catalog name, and its options."""

    name: str = "cross_entropy"
    options: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice = catalog.choose("Loss", catalog.LOSSES, self.name)
        object.__setattr__(self, "options", _options("loss", choice, self.options))


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
        object.__setattr__(self, "options", _options("schedule", choice, self.options))

    def check_length(self, epochs: int) -> None:
        """Raises ValueError if the schedule needs more epochs than the run has."""
        stepped = self.options["every"] if self.name == "step" else 0
        if self.warmup + stepped >= epochs and self.warmup + stepped:
            parts = [f"a warm-up of {self.warmup:g} epochs"] if self.warmup else []
            parts += [f"a first step after {stepped:g} epochs"] if stepped else []
            raise ValueError(
                f"The schedule is longer than the run: it has {' and '.join(parts)}. Received: a run of {epochs:,}"
            )


@dataclass(frozen=True)
class TrainingSpec:
    """How long and on what batches.

    Args:
        epochs: passes over the training images, 1 to 10,000.
        batch_size: images a step, 1 to 65,536, or "all" for the whole training set.
        patience: stop after this many epochs without a lower validation loss; None never stops early.
        weights: evaluate the "last" weights, or those of the epoch with the "best" validation loss.
        class_weights: weigh each class by n / (classes * its count), so that rare ones count.
        precision: "auto" takes bfloat16 where the hardware gains by it.
        record_path: keep the weights now and then, so that the path can be drawn on the loss surface.
    """

    epochs: int = 5
    batch_size: int | str = 32
    patience: int | None = None
    weights: Weights = "last"
    class_weights: bool = False
    precision: Precision = "auto"
    record_path: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "epochs", whole("epochs", self.epochs, 1, MAX_EPOCHS))
        if self.batch_size != "all":
            object.__setattr__(self, "batch_size", whole("batch_size", self.batch_size, 1, MAX_BATCH))
        if self.patience is not None:
            object.__setattr__(self, "patience", whole("patience", self.patience, 1, MAX_EPOCHS))
        one_of("weights", self.weights, get_args(Weights))
        one_of("precision", self.precision, get_args(Precision))
        for name in ("class_weights", "record_path"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be true or false. Received: {getattr(self, name)!r}")


@dataclass(frozen=True)
class PreparationSpec:
    """The recipe: what happens to the images before the network sees them.

    Steps are applied in the order of `catalog.PREPARATIONS`, however they are given.

    Args:
        steps: options by name of the step; at most one of stage "normalisation".
        corrupted: which images the steps of stage "corruption" meet: "all"; "train", which is training and
            validation images; or "test". Augmentation is of training images alone, the other stages of all.
    """

    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    corrupted: Corrupted = "all"

    def __post_init__(self) -> None:
        if not isinstance(self.steps, Mapping):
            raise ValueError(
                f"Steps of the preparation must be an object of names and options. Received: {self.steps!r}"
            )
        for name in self.steps:
            catalog.choose("Preparation step", catalog.PREPARATIONS, name)
        choices = {name: choice for name, choice in catalog.PREPARATIONS.items() if name in self.steps}
        last = [name for name, choice in choices.items() if choice.stage == "normalisation"]
        if len(last) > 1:
            raise ValueError(f"A recipe has one normalisation at most. Received: {', '.join(last)}")
        steps = {name: _options(name, choice, self.steps[name]) for name, choice in choices.items()}
        one_of("corrupted", self.corrupted, get_args(Corrupted))
        object.__setattr__(self, "steps", steps)
        if not self.of("corruption"):
            object.__setattr__(self, "corrupted", "all")

    def __bool__(self) -> bool:
        """Whether there is any step."""
        return bool(self.steps)

    def of(self, *stages: str) -> dict[str, Mapping[str, Any]]:
        """The steps of these stages, in order."""
        return {name: options for name, options in self.steps.items() if catalog.PREPARATIONS[name].stage in stages}

    @property
    def by_training_set(self) -> bool:
        """Whether the normalisation goes by the training set, not by each image."""
        return any(options["scope"] == "train" for options in self.of("normalisation").values())

    @classmethod
    def given(cls, settings: "PreparationSpec | Mapping[str, Any] | None") -> "PreparationSpec":
        """A recipe from flat settings, such as {"gaussian_noise.sd": 0.1, "equalize": True, "corrupted": "test"}.

        Args:
            settings: these; or a recipe, or its plain values; None for the empty one.

        Raises:
            ValueError: for anything unknown or out of range, with what was expected.
        """
        if settings is None or isinstance(settings, cls):
            return settings or cls()
        if not isinstance(settings, Mapping):
            raise ValueError(f"A recipe is given as STEP.OPTION:VALUE,STEP:true. Received: {settings!r}")
        if "steps" in settings:
            return _build(cls, '"preparation"', settings)
        steps: dict[str, dict[str, Any]] = {}
        for key, value in settings.items():
            name, dot, option = key.partition(".")
            if key == "corrupted":
                continue
            if dot:
                steps.setdefault(name, {})[option] = value
            elif value is True:
                steps.setdefault(name, {})
            else:
                raise ValueError(
                    f"A step of the preparation is STEP:true or STEP.OPTION:VALUE. Received: {key}:{value}"
                )
        return cls(steps, settings.get("corrupted", "all"))


@dataclass(frozen=True)
class RunSpec:
    """One run.

    Args:
        preparation: what happens to the images before the network sees them; nothing by default.
        base: id of a finished run, or several joined by commas, for tasks that start from them; "" for all others.
        schedule: how the learning rate changes.
        seed: fixes the first weights and the order of the batches, 0 to 2**31 - 1. Two specs
            of the same model and seed start from the same weights and see the images in the
            same order, whatever their optimizers.
    """

    task: str = "classification"
    data: DataSpec = field(default_factory=DataSpec)
    model: ModelSpec = field(default_factory=ModelSpec)
    optimizer: OptimizerSpec = field(default_factory=OptimizerSpec)
    loss: LossSpec = field(default_factory=LossSpec)
    training: TrainingSpec = field(default_factory=TrainingSpec)
    seed: int = 0
    preparation: PreparationSpec = field(default_factory=PreparationSpec)
    base: str = ""
    schedule: ScheduleSpec = field(default_factory=ScheduleSpec)

    def __post_init__(self) -> None:
        task = catalog.choose("Task", catalog.TASKS, self.task)
        if not isinstance(self.base, str) or not all(map(_RUN_ID.fullmatch, self.bases)):
            raise ValueError(
                "base must be the id of a run, 16 or 32 of the digits 0-9 and a-f, or several of them joined by "
                f"commas. Received: {self.base!r}"
            )
        if not bool(task.bases) <= len(self.bases) <= task.bases:
            needs = f"starts from 1 to {task.bases} finished runs" if task.bases else "starts from no other run"
            needs = "needs a finished run as its base" if task.bases == 1 else needs
            raise ValueError(f"A run of the task {self.task} {needs}. Received: {self.base!r}")
        self.schedule.check_length(self.training.epochs)
        object.__setattr__(self, "seed", whole("seed", self.seed, 0, MAX_SEED))

    @property
    def bases(self) -> tuple[str, ...]:
        """Ids of the runs it starts from."""
        return tuple(self.base.split(",")) if self.base else ()

    @property
    def size(self) -> str:
        """ "small" trains on one thread, "large" on every core."""
        return catalog.MODELS[self.model.name].size

    @cached_property
    def hash(self) -> str:
        """Identity: the first 16 hex digits of the SHA-256 of the canonical JSON."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; `from_dict` takes them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> "RunSpec":
        """A spec from plain values.

        Raises:
            ValueError: for anything unknown or out of range, with what was expected.
        """
        return _build(cls, "A run", values)


_PARTS = {
    "data": DataSpec,
    "model": ModelSpec,
    "optimizer": OptimizerSpec,
    "loss": LossSpec,
    "training": TrainingSpec,
    "preparation": PreparationSpec,
    "schedule": ScheduleSpec,
}


def _build(cls: type, what: str, values: object) -> Any:
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} must be a JSON object. Received: {values!r}")
    known = [f.name for f in fields(cls)]
    unknown = sorted(set(values) - set(known), key=str)
    if unknown:
        raise ValueError(f"{what} has the keys {', '.join(known)}. Received: {unknown[0]!r}")
    parts = _PARTS if cls is RunSpec else {}
    built = {key: _build(parts[key], f'"{key}"', value) if key in parts else value for key, value in values.items()}
    return cls(**built)
