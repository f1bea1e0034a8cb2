"""What can be chosen, as data.

A target is a string "module:name", so a choice carries no import and this file
may be read by the web process. `resolve` turns a target into the object, on the
worker's side.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Parameter:
    """A number that a choice takes, with the range in which it means something.

    `low` and `high` are inclusive. An `integer` parameter takes whole numbers only. `steps` are the
    values worth offering on a slider, where evenly spaced ones would not do.
    """

    label: str
    default: float
    low: float
    high: float
    help: str
    integer: bool = False
    steps: tuple[float, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A setting that takes one of a few names.

    `values` gives the label of each name.
    """

    label: str
    default: str
    values: Mapping[str, str]
    help: str


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Args:
        label: the name people see.
        target: "module:name" of the class or function behind it.
        note: one sentence of help.
        parameters: what can be set, by the target's argument name.
        fixed: arguments that make this choice what it is and cannot be changed.
    """

    label: str
    target: str
    note: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OptimizerChoice(Choice):
    """An optimizer, its usual learning rate and weight decay, and the batch it is defined by.

    `batch` is "all" for gradient descent, 1 for stochastic gradient descent in the strict
    sense, None where the batch size is free.
    """

    learning_rate: float = 0.001
    weight_decay: float = 0.0
    batch: Literal["all", 1] | None = None


@dataclass(frozen=True)
class ModelChoice(Choice):
    """A model. `size` "small" trains on one thread, "large" fills every core.

    `dense_only` models gain from XLA on a CPU; convolutions lose by it.
    """

    size: Literal["small", "large"] = "small"
    dense_only: bool = False


_DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_MOMENTUM = Parameter(
    "Momentum",
    0.9,
    0.0,
    0.999,
    "Share of the last step kept: the effective step is learning rate / (1 - momentum).",
    steps=_DECAYS,
)
_BETA_1 = Parameter("Beta 1", 0.9, 0.0, 0.999, "Decay of the running mean of the gradient.", steps=_DECAYS)
_BETA_2 = Parameter("Beta 2", 0.999, 0.0, 0.99999, "Decay of the running mean of the squared gradient.", steps=_DECAYS)
_ADAM = {"beta_1": _BETA_1, "beta_2": _BETA_2}

OPTIMIZERS: dict[str, OptimizerChoice] = {
    "gd": OptimizerChoice(
        "Gradient descent",
        "keras.optimizers:SGD",
        "One step uses the whole training set: a smooth path, one update an epoch.",
        learning_rate=0.1,
        batch="all",
    ),
    "sgd": OptimizerChoice(
        "SGD (batch 1)",
        "keras.optimizers:SGD",
        "One step uses a single image: noisy and cheap, one update an image.",
        learning_rate=0.001,
        batch=1,
    ),
    "minibatch": OptimizerChoice(
        "Mini-batch SGD",
        "keras.optimizers:SGD",
        "One step uses a batch: the compromise everything else builds on.",
        learning_rate=0.01,
    ),
    "momentum": OptimizerChoice(
        "Momentum",
        "keras.optimizers:SGD",
        "Mini-batch SGD with a velocity that keeps part of the last step.",
        {"momentum": _MOMENTUM},
        learning_rate=0.01,
    ),
    "nesterov": OptimizerChoice(
        "Nesterov",
        "keras.optimizers:SGD",
        "Momentum that looks at the gradient where the velocity is about to lead.",
        {"momentum": _MOMENTUM},
        {"nesterov": True},
        learning_rate=0.01,
    ),
    "rmsprop": OptimizerChoice(
        "RMSprop",
        "keras.optimizers:RMSprop",
        "Each weight's step is divided by the running size of its own gradient.",
        {"rho": Parameter("Rho", 0.9, 0.0, 0.999, "Decay of the running mean of the squared gradient.", steps=_DECAYS)},
    ),
    "adagrad": OptimizerChoice(
        "Adagrad",
        "keras.optimizers:Adagrad",
        "Divides by the root of the sum of all squared gradients so far, so steps only shrink.",
        learning_rate=0.01,
    ),
    "adam": OptimizerChoice(
        "Adam",
        "keras.optimizers:Adam",
        "Momentum and RMSprop together, with the start-up bias corrected.",
        _ADAM,
    ),
    "adamw": OptimizerChoice(
        "AdamW",
        "keras.optimizers:AdamW",
        "Adam with weight decay applied to the weights themselves, not through the gradient.",
        _ADAM,
        weight_decay=0.004,
    ),
    "nadam": OptimizerChoice(
        "Nadam",
        "keras.optimizers:Nadam",
        "Adam with Nesterov's look ahead.",
        _ADAM,
    ),
    "lion": OptimizerChoice(
        "Lion",
        "keras.optimizers:Lion",
        "Moves by the sign of an averaged gradient: every weight by the same amount.",
        {
            "beta_1": Parameter(
                "Beta 1", 0.9, 0.001, 0.999, "Share of the running mean in the direction of a step.", steps=_DECAYS
            ),
            "beta_2": Parameter(
                "Beta 2", 0.99, 0.0, 0.99999, "Decay of the running mean of the gradient.", steps=_DECAYS
            ),
        },
        learning_rate=0.0001,
    ),
}

LOSSES: dict[str, Choice] = {
    "cross_entropy": Choice(
        "Cross-entropy",
        "medcore.training.losses:CrossEntropy",
        "The loss for classes: its gradient is predicted minus true probability.",
    ),
    "mse": Choice(
        "MSE",
        "medcore.training.losses:MeanSquaredError",
        "Squared error of the probabilities: its gradient vanishes where the network is confidently wrong.",
    ),
    "huber": Choice(
        "Huber",
        "medcore.training.losses:Huber",
        "Squared error up to delta, linear beyond: the gradient is clipped at delta.",
        {
            "delta": Parameter(
                "Delta",
                1.0,
                0.01,
                10.0,
                "Error beyond which the loss grows linearly.",
                steps=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            )
        },
    ),
}

MODELS: dict[str, ModelChoice] = {
    "mlp": ModelChoice(
        "MLP",
        "medcore.models.mlp:mlp",
        "The articles' network without convolutions: one hidden layer of 128 units.",
        {"hidden": Parameter("Hidden units", 128, 1, 4096, "Units of the hidden layer.", integer=True)},
        dense_only=True,
    ),
    "cnn": ModelChoice(
        "CNN",
        "medcore.models.cnn:cnn",
        "The articles' convolutional network: 32 and 64 filters of 3x3, then 64 dense units.",
    ),
}

TASKS: dict[str, Choice] = {
    "classification": Choice(
        "Classification",
        "medcore.training.classification:train",
        "One label an image.",
    ),
}


def choose(kind: str, choices: Mapping[str, Any], name: object) -> Any:
    """The choice called `name`.

    Raises:
        ValueError: if there is none, naming those there are.
    """
    if not isinstance(name, str) or name not in choices:
        raise ValueError(f"{kind} must be one of {', '.join(sorted(choices))}. Received: {name!r}")
    return choices[name]


def resolve(target: str) -> Any:
    """The object that "module:name" names; imports the module."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
