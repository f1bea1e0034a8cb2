"""How strongly each layer learns: the norm of its gradient, and of its update against its weights."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops


def leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers of a model, in place of a network among them the layers of that."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaves(layer)
        else:
            yield layer


def trainable(model: keras.Model) -> dict[str, list[int]]:
    """Names of the layers with weights to train, and where these stand in `model.trainable_variables`."""
    places = {id(variable): place for place, variable in enumerate(model.trainable_variables)}
    layers = {layer.name: [places[id(variable)] for variable in layer.trainable_variables] for layer in model.layers}
    return {name: own for name, own in layers.items() if own}


def measure(layers: dict[str, list[int]], gradients: Sequence, before: Sequence, after: Sequence) -> Any:
    """Norm of the gradient, and norm of the update divided by that of the weights before it.

    Kernel and bias of a layer are taken together.

    Args:
        layers: as `trainable` gives them.
        gradients, before, after: tensors, one for each trainable variable.

    Returns:
        (layers, 2) float32.
    """
    updates = [ops.subtract(new, old) for new, old in zip(after, before, strict=True)]
    rows = []
    for own in layers.values():
        gradient, update, weights = (_norm([values[i] for i in own]) for values in (gradients, updates, before))
        rows.append(ops.stack([gradient, update / weights]))
    return ops.stack(rows)


def _norm(tensors: Sequence) -> Any:
    return ops.norm(ops.stack([_norm_of_one(tensor) for tensor in tensors]))


def _norm_of_one(tensor: Any) -> Any:
    """By way of the columns: XLA computes a sum over everything one number at a time on a CPU, columns side by side."""
    return ops.norm(ops.norm(ops.reshape(tensor, (-1, tensor.shape[-1])), axis=0))
