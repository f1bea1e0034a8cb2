"""Which optimizer learns fastest? The same network, first weights and order of images; one thing differs.

What differs is the update rule, or, for each of them, its learning rate, batch size, schedule or loss. With
several seeds every run is repeated from other first weights and in another order of images.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from medcore import catalog
from medcore.labs.seeds import check_number, repeated
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    ScheduleSpec,
    TrainingSpec,
    one_of,
)

MAX_OPTIMIZERS = 8
VALUES: dict[str, tuple[float | str, ...]] = {
    "optimizer": (),
    "learning_rate": (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0),
    "batch_size": (8, 32, 128, "all"),
    "schedule": tuple(catalog.SCHEDULES),
    "loss": tuple(name for name, loss in catalog.LOSSES.items() if not loss.mistake),
}
"""What can vary, and the values it takes when none are given."""
_PLURALS = {
    "learning_rate": "learning rates",
    "batch_size": "batch sizes",
    "schedule": "schedules",
    "loss": "losses",
}


def runs(
    dataset: str = "ct-simulator",
    model: str = "cnn",
    optimizers: Sequence[str] = ("minibatch", "momentum", "adam"),
    learning_rate: Mapping[str, float] | float | None = None,
    weight_decay: Mapping[str, float] | float | None = None,
    loss: str = "cross_entropy",
    delta: float = 1.0,
    batch_size: int = 32,
    epochs: int = 5,
    seed: int = 0,
    weights: str = "last",
    class_weights: bool = False,
    precision: str = "auto",
    options: Mapping[str, float] | None = None,
    data_options: Mapping[str, Any] | None = None,
    preparation: PreparationSpec | Mapping[str, Any] | None = None,
    vary: str = "optimizer",
    values: Sequence[float | str] | None = None,
    seeds: int = 1,
    schedule: str = "constant",
    schedule_options: Mapping[str, float] | None = None,
    warmup: float = 0.0,
    record_path: bool = False,
) -> dict[str, RunSpec]:
    """The runs of one comparison, by label; the runs of one group (`labels.group`) stand together.

    Args:
        dataset: a name that `python -m medcore datasets` lists.
        model: a name of `catalog.MODELS`.
        optimizers: 1 to 8 names of `catalog.OPTIMIZERS`.
        learning_rate: one for all, or by optimizer; None takes each one's usual rate.
        weight_decay: decoupled decay, one for all, or by optimizer; None takes each one's usual.
        loss: a name of `catalog.LOSSES`.
        delta: of the Huber loss.
        batch_size: images a step for the optimizers whose batch is free.
        seed: the first one, of the first weights and the batch order, shared by all runs.
        options: the optimizers' own parameters, as {"OPTIMIZER.PARAMETER": value}, "momentum.momentum" say.
        data_options: of the source, the simulator's dose say.
        preparation: what happens to the images before the network sees them; or flat settings, as
            {"gaussian_noise.sd": 0.1, "equalize": True, "corrupted": "test"}.
        vary: what differs between the runs of one optimizer, a key of `VALUES`; "optimizer" for nothing.
        values: what it takes: rates, batch sizes ("all" among them), or names; None takes `VALUES`. An optimizer
            that is defined by its batch keeps it where batch sizes vary.
        seeds: 1 to 10 in a row, beginning with `seed`.
        schedule: of the learning rate, a name of `catalog.SCHEDULES`.
        schedule_options: of the schedules, "every" say; each schedule takes its own.
        warmup: epochs.
        record_path: keep the weights now and then.

    Raises:
        ValueError: with what was expected and what came, also where there are more than 64 runs.
    """
    names = _optimizers(optimizers)
    values = _values(vary, values)
    options = options or {}
    recipe = PreparationSpec.given(preparation)
    named = [setting for setting in (learning_rate, weight_decay) if isinstance(setting, Mapping)]
    for name in (*(name for setting in named for name in setting), *(key.partition(".")[0] for key in options)):
        catalog.choose("Optimizer", catalog.OPTIMIZERS, name)

    def run(name: str, setting: Mapping[str, Any]) -> RunSpec:
        return RunSpec(
            data=DataSpec(dataset, data_options or {}),
            model=ModelSpec(model),
            optimizer=OptimizerSpec(name, setting["learning_rate"], _of(name, weight_decay), _own(name, options)),
            loss=LossSpec(setting["loss"], {"delta": delta} if setting["loss"] == "huber" else {}),
            training=TrainingSpec(
                epochs=epochs,
                batch_size=setting["batch_size"],
                weights=weights,
                class_weights=class_weights,
                precision=precision,
                record_path=record_path,
            ),
            seed=seed,
            preparation=recipe,
            schedule=_schedule(setting["schedule"], warmup, schedule_options or {}),
        )

    specs = {}
    for name in names:
        choice = catalog.OPTIMIZERS[name]
        usual = {"learning_rate": _of(name, learning_rate), "loss": loss, "schedule": schedule}
        usual["batch_size"] = choice.batch or batch_size
        for value in _values_of(choice, vary, values):
            setting = usual | ({} if value is None else {vary: value})
            specs[choice.label + _words(vary, value)] = run(name, setting)
    specs = repeated(specs, seeds)
    varied = {_PLURALS[vary]: len(values)} if values else {}
    check_number(specs, {"optimizers": len(names), **varied, "seeds": seeds})
    return specs


def _optimizers(given: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    if not 1 <= len(names) <= MAX_OPTIMIZERS:
        raise ValueError(f"Choose 1 to {MAX_OPTIMIZERS} optimizers. Received: {len(names)}")
    for name in names:
        catalog.choose("Optimizer", catalog.OPTIMIZERS, name)
    return names


def _values(vary: str, given: Sequence[float | str] | None) -> list[Any]:
    one_of("vary", vary, tuple(VALUES))
    if given is None:
        return list(VALUES[vary])
    values = list(dict.fromkeys([given] if isinstance(given, (str, int, float)) else given))
    if vary == "optimizer" and values:
        raise ValueError(
            f"Values belong to what varies beside the optimizer: {', '.join(_PLURALS)}. Received: {values[0]!r}"
        )
    if vary != "optimizer" and not values:
        raise ValueError(f"Choose at least one of the {_PLURALS[vary]} to compare. Received: none")
    return values


def _values_of(choice: catalog.OptimizerChoice, vary: str, values: Sequence[Any]) -> Sequence[Any]:
    if vary == "batch_size" and choice.batch:
        return [choice.batch]
    return values or [None]


def _words(vary: str, value: Any) -> str:
    """What a label says of the value."""
    if value is None:
        return ""
    if vary in ("schedule", "loss"):
        choices = catalog.SCHEDULES if vary == "schedule" else catalog.LOSSES
        return f" · {catalog.choose(vary.capitalize(), choices, value).label}"
    number = f"{value:g}" if isinstance(value, (int, float)) else str(value)
    return f" · batch {number}" if vary == "batch_size" else f" · {number}"


def _schedule(name: str, warmup: float, options: Mapping[str, float]) -> ScheduleSpec:
    """The schedule with those of the options that are its own."""
    choice = catalog.choose("Schedule", catalog.SCHEDULES, name)
    known = list(itertools.chain.from_iterable(other.parameters for other in catalog.SCHEDULES.values()))
    if unknown := [key for key in options if key not in known]:
        raise ValueError(f"Schedules take these options: {', '.join(known)}. Received: {unknown[0]!r}")
    return ScheduleSpec(name, warmup, {key: value for key, value in options.items() if key in choice.parameters})


def _of(name: str, setting: Mapping[str, float] | float | None) -> float | None:
    return setting.get(name) if isinstance(setting, Mapping) else setting


def _own(name: str, options: Mapping[str, float]) -> dict[str, float]:
    return {key.partition(".")[2]: value for key, value in options.items() if key.partition(".")[0] == name}
