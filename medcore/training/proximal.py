"""L1 by proximal steps: each weight takes the step of the data loss, then its size is cut by a threshold.

A weight that the threshold would carry across 0 stays there: it is exactly 0, which the gradient of the penalty
(`penalty.py`) hardly ever reaches. The L2 part of an elastic net is smooth and goes through the gradient.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from medcore.training.penalty import L1, L2, Penalised, is_kernel


def soft_threshold(weights: Any, threshold: Any) -> Any:
    """sign(w) * max(abs(w) - threshold, 0): the w' that minimises threshold * abs(w') + (w' - w)**2 / 2.

    Reference:
        Parikh & Boyd, Proximal Algorithms, section 6.5.2, doi 10.1561/2400000003.
    """
    return ops.sign(weights) * ops.maximum(ops.abs(weights) - threshold, 0)


class Proximal(Penalised):
    """Stands before a Keras optimizer and ends each of its steps by the proximal one; see `_land`."""

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """One update, as that of Keras' optimizers."""
        variables = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        kernels = [variable for variable in variables if is_kernel(variable)]
        before = [ops.copy(ops.convert_to_tensor(kernel)) for kernel in kernels]
        if self.weight_decay:  # decoupled: no velocity and no threshold knows of it
            before = [weights * (1 - self.learning_rate * self.weight_decay) for weights in before]
        super().apply(grads, variables)
        for kernel, weights in zip(kernels, before, strict=True):
            self._land(kernel, weights)

    def _slope(self, kernel: keras.Variable) -> Any:
        return 2 * self.strengths[L2] * ops.convert_to_tensor(kernel)

    def _land(self, kernel: keras.Variable, before: Any) -> None:
        """Gives the kernel, which the optimizer just moved, those of the proximal step; `before` are decayed."""
        raise NotImplementedError


class ProximalSGD(Proximal, keras.optimizers.SGD):
    """Gradient descent, with or without momentum: w' = S(w + momentum * (w - previous w) - rate * gradient, rate * l1).

    The velocity becomes the displacement that the threshold left over. With the optimizer's own, weights at 0 would
    keep a velocity that shifts the threshold from rate * l1 to rate * l1 / (1 - momentum).

    Reference:
        Ochs et al., iPiano: Inertial Proximal Algorithm for Nonconvex Optimization, arXiv:1404.4805, algorithm 3.
    """

    def _land(self, kernel: keras.Variable, before: Any) -> None:
        landed = soft_threshold(ops.convert_to_tensor(kernel), self.learning_rate * self.strengths[L1])
        self.assign(kernel, landed)
        if self.momentum:
            self.assign(self.momentums[self._get_variable_index(kernel)], landed - before)


class _ProximalAdam(Proximal):
    """Adam with a step length of its own for every weight, in the gradient and in the threshold.

    w' = S(w - s * m, s * l1) with s = rate / max(sqrt(v), l1), where m and v are the running means of gradient and
    squared gradient without their bias, and w the weights after weight decay.

    Plain Adam has s = rate / sqrt(v), without an upper end: a unit that no image of the first batch excites has v = 0,
    and the smallest l1 would set all its weights to 0 at once, from where a ReLU does not come back. Counting
    the slope l1 of the penalty as a gradient, as Adam with a subgradient does, takes such a weight down by `rate` an
    update. Where a weight comes to rest away from 0, its gradient is l1 in size, and both lengths agree.

    Reference:
        Yun et al., Adaptive Proximal Gradient Methods for Structured Neural Networks (ProxGen), arXiv:2006.07065.
    """

    def _land(self, kernel: keras.Variable, before: Any) -> None:
        place, l1 = self._get_variable_index(kernel), self.strengths[L1]
        rate, step = self.learning_rate, ops.cast(self.iterations, kernel.dtype)
        mean = ops.convert_to_tensor(self._momentums[place]) / (1 - ops.power(self.beta_1, step))
        square = ops.convert_to_tensor(self._velocities[place]) / (1 - ops.power(self.beta_2, step))
        length = rate / (ops.maximum(ops.sqrt(square), l1) + self.epsilon)
        self.assign(kernel, soft_threshold(before - length * mean, length * l1))


class ProximalAdam(_ProximalAdam, keras.optimizers.Adam):
    """Adam by proximal steps."""


class ProximalAdamW(_ProximalAdam, keras.optimizers.AdamW):
    """AdamW by proximal steps."""


PROXIMAL = {
    keras.optimizers.SGD: ProximalSGD,
    keras.optimizers.Adam: ProximalAdam,
    keras.optimizers.AdamW: ProximalAdamW,
}
