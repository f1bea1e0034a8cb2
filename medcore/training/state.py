"""The variables of a model and its optimizer, and the way back to step 0."""

import keras
import numpy as np


class State:
    """Builds the optimizer's variables for the model and remembers their first values.

    Not all of these are zero: Adagrad's sums start at .1, Nadam's product of momenta at 1.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        self._model, self._optimizer = model, optimizer
        optimizer.build(model.trainable_variables)
        self._unused = values(optimizer.variables)

    def reset(self, first: list[np.ndarray]) -> None:
        """Gives the model the `first` values of all its variables, and an optimizer that was never used."""
        _assign(self._model.variables, first)
        _assign(self._optimizer.variables, self._unused)


def values(variables: list[keras.Variable]) -> list[np.ndarray]:
    """Copies of the values, on the host."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables: list[keras.Variable], numbers: list[np.ndarray]) -> None:
    for variable, value in zip(variables, numbers, strict=True):
        variable.assign(value)
