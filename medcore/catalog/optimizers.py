"""The optimizers."""

from dataclasses import dataclass
from typing import Literal

from medcore.catalog.choices import Choice, Parameter


@dataclass(frozen=True)
class OptimizerChoice(Choice):
    """An optimizer, its usual learning rate and weight decay, and the batch it is defined by.

    `batch` is "all" for gradient descent, 1 for stochastic gradient descent in the strict
    sense, None where the batch size is free. `proximal` says that the proximal step of L1 is defined for it.
    """

    learning_rate: float = 0.001
    weight_decay: float = 0.0
    batch: Literal["all", 1] | None = None
    proximal: bool = False


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
        proximal=True,
    ),
    "sgd": OptimizerChoice(
        "SGD (batch 1)",
        "keras.optimizers:SGD",
        "One step uses a single image: noisy and cheap, one update an image.",
        learning_rate=0.001,
        batch=1,
        proximal=True,
    ),
    "minibatch": OptimizerChoice(
        "Mini-batch SGD",
        "keras.optimizers:SGD",
        "One step uses a batch: the compromise everything else builds on.",
        learning_rate=0.01,
        proximal=True,
    ),
    "momentum": OptimizerChoice(
        "Momentum",
        "keras.optimizers:SGD",
        "Mini-batch SGD with a velocity that keeps part of the last step.",
        {"momentum": _MOMENTUM},
        learning_rate=0.01,
        proximal=True,
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
        proximal=True,
    ),
    "adamw": OptimizerChoice(
        "AdamW",
        "keras.optimizers:AdamW",
        "Adam with weight decay applied to the weights themselves, not through the gradient.",
        _ADAM,
        weight_decay=0.004,
        proximal=True,
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
