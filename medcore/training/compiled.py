"""Steppers kept for the next run: compiling takes longer than the first hundred steps."""

import json
import random
from collections.abc import Callable
from typing import Any, Protocol

import keras
import numpy as np

from medcore import catalog
from medcore.models.architecture import architecture
from medcore.spec import ModelSpec, RunSpec
from medcore.training import fallback, optimizers
from medcore.training.epochs import Stepper
from medcore.training.state import values

KEPT = 8
"""Steppers kept in a process: as many as one comparison has optimizers."""

WEIGHTS_KEPT = 40_000_000
"""Of all their models together, but for the last one: Adam needs three times as much again, about 640 MB."""

_kept: dict[str, Stepper] = {}


class Around(Protocol):
    """What is trained together with a model, such as what tells two places apart.

    `name` stands for all that it compiles in. Numbers of a run are variables of the model around, so that a stepper
    that is kept takes them over as it does first weights.
    """

    name: str

    def wrapped(self, model: keras.Model) -> keras.Model:
        """From the same images to the same logits, through the layers of `model`; its layers may add losses."""

    def loss(self, loss: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """The loss, which unlabelled images may reach."""


def build_model(
    spec: ModelSpec, shape: tuple[int, int, int], classes: int, precision: str, seed: int = 0
) -> keras.Model:
    """A model whose first weights follow from the seed alone, computing in `precision`.

    Every initializer and dropout layer of Keras takes its own seed from Python's generator. Keras'
    `set_random_seed` would seed TensorFlow, too, which throws away what is prepared there (0.1 s).
    """
    before = keras.config.dtype_policy()
    random.seed(seed)
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        return catalog.resolve(catalog.MODELS[spec.name].target)(shape, classes, **spec.options)
    finally:
        keras.config.set_dtype_policy(before)


def build_loss(spec: RunSpec) -> Callable[[Any, Any], Any]:
    """The loss of logits that the spec describes."""
    return catalog.resolve(catalog.EVERY_LOSS[spec.loss.name].target)(**spec.loss.options)


def stepper(
    spec: RunSpec,
    shape: tuple[int, int, int],
    classes: int,
    dtype: str,
    batch: int,
    precision: str,
    kind: str,
    measures: bool = True,
    around: Around | None = None,
) -> Stepper:
    """What takes the run's steps, as good as new: with first weights and an unused optimizer.

    All that is compiled in is the key to those kept; the learning rate, its schedule, the strengths of a penalty and
    the seed are not.

    Args:
        shape: (height, width, channels) of an image.
        dtype: of the images.
        batch: images a step.
        kind: "gpu" or "cpu".
        measures: whether layers are measured at updates watched.
        around: what is trained together with the model, None for nothing.
    """
    optimizer = spec.optimizer
    parts = [spec.model.name, spec.model.options, optimizer.name, optimizer.options, optimizer.weight_decay]
    parts += [spec.loss.name, spec.loss.options, shape, classes, dtype, batch, precision, kind]
    parts += [optimizers.penalty_of(spec.regularization), measures, around and around.name]
    model = build_model(spec.model, shape, classes, precision, spec.seed)
    model = around.wrapped(model) if around else model
    return _as_new(spec, model, parts, lambda: _compile(spec, model, dtype, batch, kind, measures, around))


def stepper_of(spec: RunSpec, model: keras.Model, dtype: str, batch: int, kind: str, measures: bool = True) -> Stepper:
    """As `stepper`, for a model with weights of its own, such as a part of a network.

    The stepper trains a copy: a kept one is of a model of another run, and a part shares layers with the rest of its
    network, which would stay in memory with it.
    """
    optimizer = spec.optimizer
    parts = [architecture(model), optimizer.name, optimizer.options, optimizer.weight_decay, spec.loss.name]
    parts += [spec.loss.options, dtype, batch, kind, optimizers.penalty_of(spec.regularization), measures]

    def made() -> Stepper:
        return _compile(spec, keras.models.clone_model(model), dtype, batch, kind, measures, None)

    return _as_new(spec, model, parts, made)


def forward(model: keras.Model, dtype: str) -> Callable[[np.ndarray], np.ndarray]:
    """Computes what a model makes of images of this dtype, as in use, not in training."""
    if keras.backend.backend() != "tensorflow":
        return lambda images: np.asarray(model.predict_on_batch(fallback.scaled(images)))
    from medcore.training import loop

    return loop.forward(model, dtype)


def _as_new(spec: RunSpec, model: keras.Model, parts: list[Any], made: Callable[[], Stepper]) -> Stepper:
    """The stepper kept by these parts, or one that is made, with the weights of the model and an unused optimizer."""
    key = json.dumps(parts, sort_keys=True)
    kept = _kept.pop(key, None) or made()
    kept.reset(values(model.variables))
    kept.penalise(spec.regularization.l1, spec.regularization.l2)
    _kept[key] = kept
    while len(_kept) > 1 and (len(_kept) > KEPT or _weights_kept() > WEIGHTS_KEPT):
        del _kept[next(iter(_kept))]
    return kept


def _weights_kept() -> int:
    return sum(kept.model.count_params() for kept in _kept.values())


def _compile(
    spec: RunSpec, model: keras.Model, dtype: str, batch: int, kind: str, measures: bool, around: Around | None
) -> Stepper:
    optimizer = optimizers.build(spec.optimizer, optimizers.penalty_of(spec.regularization))
    loss = around.loss(build_loss(spec)) if around else build_loss(spec)
    if keras.backend.backend() != "tensorflow":
        return fallback.Fit(model, optimizer, loss, batch)
    from medcore.training.loop import Loop

    # XLA takes short batches filled up, and batch normalisation would count what fills them, as would what is around
    # the model. Its random numbers take longer than all the rest (noise on 64x64 pixels: 28 times), and are others
    # than those of plain Keras.
    held_back = around or any(spec.model.options.get(name) for name in ("dropout", "batch_norm", "input_noise"))
    xla = catalog.MODELS[spec.model.name].dense_only and kind == "cpu" and not held_back
    return Loop(model, optimizer, loss, batch, dtype, xla, measures)
