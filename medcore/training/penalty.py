"""Penalties on the weights of a network: L1, L2, or both, by the gradient of the penalty.

The penalty belongs to the optimizer, not to the loss: so the loss that is reported stays that of the data, class
weights and parts of a batch leave the penalty alone, and one compiled step serves every strength.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from medcore.training.layers import leaves

L1, L2 = 0, 1
"""Places in an optimizer's `strengths`."""


def is_kernel(variable: Any) -> bool:
    """Whether a penalty acts on it. Biases and what batch normalisation shifts and scales by go free."""
    return variable.name == "kernel"


def kernels(model: keras.Model) -> dict[str, keras.Variable]:
    """The kernel of every layer that has one to train, by the layer's name; of networks within the network, too."""
    return {layer.name: v for layer in leaves(model) for v in layer.trainable_variables if is_kernel(v)}


def value(weights: Sequence[np.ndarray], l1: float, l2: float) -> float:
    """l1 * sum(abs(w)) + l2 * sum(w**2) over all kernels; not finite for those of a network that diverged."""
    flat = np.concatenate([kernel.ravel() for kernel in weights]).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(l1 * np.abs(flat).sum() + l2 * (flat @ flat))


class Penalised:
    """Stands before a Keras optimizer among the bases of a class, and adds the slope of the penalty to the gradient.

    That is what Keras' regularizers do: l1 * sign(w) + 2 * l2 * w, with sign(0) = 0. Its variable `strengths` (2,)
    holds l1 and l2, both 0 at first, and may be assigned at any time, within a compiled step, too.
    """

    def build(self, variables: list[keras.Variable]) -> None:
        """Adds `strengths` to the optimizer's variables."""
        if not self.built:
            super().build(variables)
            self.strengths = self.add_variable((2,), name="strengths")

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """One update, as that of Keras' optimizers."""
        variables = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        super().apply([self._with_slope(*pair) for pair in zip(grads, variables, strict=True)], variables)

    def _with_slope(self, gradient: Any, variable: keras.Variable) -> Any:
        return gradient + self._slope(variable) if is_kernel(variable) else gradient

    def _slope(self, kernel: keras.Variable) -> Any:
        weights = ops.convert_to_tensor(kernel)
        return self.strengths[L1] * ops.sign(weights) + 2 * self.strengths[L2] * weights


def penalised(optimizer: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    """The class of an optimizer that adds the slope of the penalty to the gradient."""
    return type(f"Penalised{optimizer.__name__}", (Penalised, optimizer), {})
