"""Which optimizer learns fastest? The same network, first weights and order of images; the update rule differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from medcore import catalog
from medcore.spec import DataSpec, LossSpec, ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, TrainingSpec

MAX_OPTIMIZERS = 8


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
) -> dict[str, RunSpec]:
    """The runs of one comparison, by label.

    Args:
        dataset: a name that `python -m medcore datasets` lists.
        model: a name of `catalog.MODELS`.
        optimizers: 1 to 8 names of `catalog.OPTIMIZERS`.
        learning_rate: one for all, or by optimizer; None takes each one's usual rate.
        weight_decay: decoupled decay, one for all, or by optimizer; None takes each one's usual.
        loss: a name of `catalog.LOSSES`.
        delta: of the Huber loss.
        batch_size: images a step for the optimizers whose batch is free.
        seed: of the first weights and the batch order, shared by all runs.
        options: the optimizers' own parameters, as {"OPTIMIZER.PARAMETER": value}, "momentum.momentum" say.
        data_options: of the source, the simulator's dose say.
        preparation: what happens to the images before the network sees them; or flat settings, as
            {"gaussian_noise.sd": 0.1, "equalize": True, "corrupted": "test"}.

    Raises:
        ValueError: with what was expected and what came.
    """
    if isinstance(optimizers, str):
        optimizers = [optimizers]
    names = list(dict.fromkeys(optimizers))
    if not 1 <= len(names) <= MAX_OPTIMIZERS:
        raise ValueError(f"Choose 1 to {MAX_OPTIMIZERS} optimizers. Received: {len(names)}")
    options = options or {}
    recipe = PreparationSpec.given(preparation)
    named = [setting for setting in (learning_rate, weight_decay) if isinstance(setting, Mapping)]
    for name in (*(name for setting in named for name in setting), *(key.partition(".")[0] for key in options)):
        catalog.choose("Optimizer", catalog.OPTIMIZERS, name)
    return {
        catalog.choose("Optimizer", catalog.OPTIMIZERS, name).label: RunSpec(
            data=DataSpec(dataset, data_options or {}),
            model=ModelSpec(model),
            optimizer=OptimizerSpec(name, _of(name, learning_rate), _of(name, weight_decay), _own(name, options)),
            loss=LossSpec(loss, {"delta": delta} if loss == "huber" else {}),
            training=TrainingSpec(
                epochs=epochs,
                batch_size=catalog.OPTIMIZERS[name].batch or batch_size,
                weights=weights,
                class_weights=class_weights,
                precision=precision,
            ),
            seed=seed,
            preparation=recipe,
        )
        for name in names
    }


def _of(name: str, setting: Mapping[str, float] | float | None) -> float | None:
    return setting.get(name) if isinstance(setting, Mapping) else setting


def _own(name: str, options: Mapping[str, float]) -> dict[str, float]:
    return {key.partition(".")[2]: value for key, value in options.items() if key.partition(".")[0] == name}
