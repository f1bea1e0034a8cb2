"""The same network for images of another size: the same weights, other margins."""

import keras
from keras import layers

from medcore.models.blocks import BACKBONE
from medcore.models.padding import CROP, PAD, Pixels, enlarged, margins


def resized(model: keras.Model, size: Pixels) -> keras.Model:
    """A network of `catalog.SEGMENTERS` for images of another height and width.

    Its layers look at neighbourhoods alone, so the weights hold at any size; only what is padded and cut changes.

    Args:
        model: as built, or as loaded from its `.keras` file; stays as it is.
        size: (height, width) in pixels.

    Returns:
        The model itself where it has this size, else a new one with copies of its weights.

    Raises:
        ValueError: if the images are too small for its depth, or the model is no network of masks.
    """
    if tuple(model.input_shape[1:3]) == tuple(size):
        return model
    step = multiple(model)
    added = margins(size, step)
    config = model.get_config()
    parts = {part["name"]: part["config"] for part in config["layers"]}
    parts["image"]["batch_shape"] = (None, *size, model.input_shape[-1])
    parts[PAD]["padding"] = parts[CROP]["cropping"] = added
    if BACKBONE in parts:
        parts[BACKBONE]["layers"][0]["config"]["batch_shape"] = (None, *enlarged(size, step), 3)
    made = type(model).from_config(config)
    made.set_weights(model.get_weights())
    return made


def multiple(model: keras.Model) -> int:
    """Pixels of the image, along a side, that one pixel of the lowest maps stands for.

    Raises:
        ValueError: if the model is no network of masks.
    """
    if not {PAD, CROP} <= {layer.name for layer in model.layers}:
        raise ValueError(f"A network that makes masks was expected. Received: {model.name!r}")
    whole = model.get_layer(PAD).output.shape[1]
    doubling = [layer for layer in model.layers if isinstance(layer, layers.Conv2DTranspose)]
    return whole // min(layer.input.shape[1] for layer in doubling)
