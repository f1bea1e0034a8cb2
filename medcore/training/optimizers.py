"""From a spec to a Keras optimizer."""

from typing import Literal

import keras

from medcore import catalog
from medcore.spec import OptimizerSpec, RegularizationSpec
from medcore.training.penalty import penalised
from medcore.training.proximal import PROXIMAL

Penalty = Literal["subgradient", "proximal"]


def penalty_of(regularization: RegularizationSpec) -> Penalty | None:
    """How the penalty acts; None where there is none. L2 alone is smooth and goes through the gradient."""
    if not regularization:
        return None
    return regularization.l1_step if regularization.l1 else "subgradient"


def build(spec: OptimizerSpec, penalty: Penalty | None = None) -> keras.optimizers.Optimizer:
    """The Keras optimizer that the spec describes, with no state yet.

    With a penalty it is one with `strengths`, see `penalty.Penalised`, all 0 until they are assigned.

    Weight decay is Keras' own, the same for every optimizer: before each update every trainable
    variable, biases too, loses the share `learning_rate * weight_decay` of itself. It does not
    pass through the gradient, so neither momentum nor a running mean of gradients sees it: it is
    decoupled decay, not an L2 penalty. That SGD's own decay is plain, too, follows from the same.

    Reference:
        Loshchilov & Hutter, Decoupled Weight Decay Regularization, arXiv:1711.05101.
    """
    choice = catalog.OPTIMIZERS[spec.name]
    decay = {"weight_decay": spec.weight_decay} if spec.weight_decay else {}
    kind = catalog.resolve(choice.target)
    if penalty:
        kind = PROXIMAL[kind] if penalty == "proximal" else penalised(kind)
    optimizer = kind(learning_rate=spec.learning_rate, **spec.options, **choice.fixed, **decay)
    if not spec.weight_decay:
        optimizer.weight_decay = None  # AdamW decays by default, and 0 would still cost a pass over the weights
    return optimizer
