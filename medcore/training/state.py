"""The variables of a model and its optimizer, and the way back to step 0."""

import keras
import numpy as np


class State:
    """Builds the optimizer's variables for the model and remembers their first values.

    Not all of these are zero: Adagrad's sums start at .1, Nadam's product of momenta at 1. The strengths of
    a penalty, which are set and not learned, are none of them.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        self._model = model
        optimizer.build(model.trainable_variables)
        self.strengths: keras.Variable | None = getattr(optimizer, "strengths", None)
        self._learned = [variable for variable in optimizer.variables if variable is not self.strengths]
        self._unused = values(self._learned)

    def penalise(self, l1: float, l2: float) -> None:
        """Sets the strengths of the penalty.

        Raises:
            ValueError: if they are not 0 and the optimizer was built without a penalty.
        """
        if self.strengths is not None:
            self.strengths.assign([l1, l2])
        elif l1 or l2:
            raise ValueError(f"A penalty needs an optimizer that was built for one. Received: l1={l1:g}, l2={l2:g}")

    def reset(self, first: list[np.ndarray]) -> None:
        """Gives the model the `first` values of all its variables, and an optimizer that was never used."""
        _assign(self._model.variables, first)
        _assign(self._learned, self._unused)


def values(variables: list[keras.Variable]) -> list[np.ndarray]:
    """Copies of the values, on the host."""
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables: list[keras.Variable], numbers: list[np.ndarray]) -> None:
    for variable, value in zip(variables, numbers, strict=True):
        variable.assign(value)
