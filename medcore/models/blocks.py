"""The blocks of a network: what can be trained or left as it is.

A model of the catalog has blocks, from the image on, and a head behind them. Those of a deep network lie inside its
nested layer "backbone"; those of a small one are the model's own layers.
"""

from collections.abc import Mapping

import keras
from keras import layers

from medcore import catalog
from medcore.models.fitting import CHANNELS

BACKBONE = "backbone"
FEATURES = "features"
"""Layer that averages the last maps of a backbone; it belongs to the head and learns nothing."""


def backbone(model: keras.Model) -> keras.Model:
    """The network inside a model, or the model itself where nothing is nested."""
    return next((layer for layer in model.layers if layer.name == BACKBONE), model)


def blocks(model: keras.Model) -> dict[str, list[layers.Layer]]:
    """The layers of each block, by the name people see, from the image on.

    Args:
        model: of the catalog, as built or as loaded from its `.keras` file.
    """
    inner, found, known = backbone(model), {}, set()
    for name, end in _ends(model).items():
        until = [x for x in keras.Model(inner.inputs[0], end).layers if not isinstance(x, layers.InputLayer)]
        found[name] = [layer for layer in until if id(layer) not in known]
        known |= {id(layer) for layer in until}
    return found


def head(model: keras.Model) -> list[layers.Layer]:
    """The layers behind the last block, in order."""
    inner = backbone(model)
    if inner is not model:
        return model.layers[model.layers.index(inner) + 1 :]
    below = {id(layer) for block in blocks(model).values() for layer in block}
    return [layer for layer in model.layers if id(layer) not in below and not isinstance(layer, layers.InputLayer)]


def split(model: keras.Model, unfrozen: int) -> tuple[keras.Model, keras.Model]:
    """The model in two, which share its layers: what stays as it is, and what is trained.

    With nothing unfrozen a backbone is cut behind the mean of its maps, so that features are as few as can be.

    Args:
        model: of the catalog.
        unfrozen: blocks from the end that belong to the second part, besides the head; more than there are mean all.

    Returns:
        From images to what the first frozen layers make of them, and from there to logits.
    """
    inner, ends = backbone(model), list(_ends(model).values())
    frozen = max(0, len(ends) - unfrozen)
    if inner is model:
        cut = ends[frozen - 1] if frozen else model.inputs[0]
        return keras.Model(model.inputs[0], cut), keras.Model(cut, model.outputs[0])
    into = model.layers[model.layers.index(inner) - 1].output
    if frozen == len(ends):
        cut = model.get_layer(FEATURES).output
        return keras.Model(model.inputs[0], cut), keras.Model(cut, model.outputs[0])
    if not frozen:
        return keras.Model(model.inputs[0], into), keras.Model(into, model.outputs[0])
    cut = ends[frozen - 1]
    rest = keras.Model(cut, inner.outputs[0])
    logits = rest.outputs[0]
    for layer in head(model):
        logits = layer(logits)
    return keras.Model(model.inputs[0], keras.Model(inner.inputs[0], cut)(into)), keras.Model(rest.inputs[0], logits)


def freeze(model: keras.Model, unfrozen: int, batch_norm_trains: bool = False) -> None:
    """Lets training change the head and the last blocks alone.

    Batch normalisation of those blocks keeps mean, variance, shift and scale unless it is told to train: the
    statistics of a few small batches would replace those of a million images.

    Args:
        model: of the catalog; its compiled steps, if any, do not follow.
        unfrozen: blocks from the end that are trained; more than there are mean all.
        batch_norm_trains: let their batch normalisation train, too, with each batch's own statistics.
    """
    parts = list(blocks(model).values())
    frozen = max(0, len(parts) - unfrozen)
    for place, block in enumerate(parts):
        for layer in block:
            held = isinstance(layer, layers.BatchNormalization) and not batch_norm_trains
            layer.trainable = place >= frozen and not held and layer.name != CHANNELS


def last_layers(model: keras.Model) -> Mapping[str, str]:
    """The name of the layer that ends each block, by the name of the block that people see."""
    return catalog.MODELS[model.name].blocks


def _ends(model: keras.Model) -> dict[str, keras.KerasTensor]:
    """What comes out of each block."""
    inner = backbone(model)
    operations = getattr(inner, "operations", inner.layers)
    places = {operation.name: place for place, operation in enumerate(operations)}
    ends = {name: places[end] for name, end in last_layers(model).items()}
    if inner is model:
        ends = {name: _with_followers(operations, end) for name, end in ends.items()}
    return {name: operations[end].output for name, end in ends.items()}


def _with_followers(chain: list[layers.Layer], place: int) -> int:
    """Normalisation and ReLU behind a layer belong to its block."""
    while isinstance(chain[place + 1], layers.BatchNormalization | layers.ReLU):
        place += 1
    return place
