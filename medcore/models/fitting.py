"""Layers before a network that bring images to the shape it was trained on."""

import keras
import numpy as np
from keras import layers

SIZE, CHANNELS = "fit_size", "fit_channels"
"""Names of the layers."""

LUMINANCE = (0.299, 0.587, 0.114)
"""Of red, green and blue (ITU-R BT.601)."""

Shape = tuple[int, int, int]


def fitted(network: keras.Sequential, shape: Shape) -> keras.Sequential:
    """The network for images (height, width, channels) of this shape, with layers of its own.

    Raises:
        ValueError: if channels are neither as the network has them nor gray or colour.
    """
    before = adapters(shape, tuple(network.input_shape[1:]))
    if not before:
        return network
    behind = [type(layer).from_config(layer.get_config()) for layer in network.layers]
    made = keras.Sequential([keras.Input(shape, name="image"), *before, *behind], name=network.name)
    for copy, layer in zip(behind, network.layers, strict=True):
        copy.set_weights(layer.get_weights())
    return made


def inner_shape(network: keras.Model) -> Shape:
    """(height, width, channels) that a network takes behind layers that `fitted` put before it."""
    own = next(layer for layer in network.layers if layer.name not in (SIZE, CHANNELS, "image"))
    return tuple(own.input.shape[1:])


def adapters(given: Shape, wanted: Shape) -> list[layers.Layer]:
    """Layers from images of one shape to images of another; none where they are the same.

    Pixels are averaged where images shrink; gray stands for red, green and blue alike, colour becomes its luminance.
    """
    made: list[layers.Layer] = []
    if given[:2] != wanted[:2]:
        shrinks = given[0] > wanted[0] or given[1] > wanted[1]
        made.append(layers.Resizing(*wanted[:2], antialias=shrinks, dtype="float32", name=SIZE))
    if given[2] != wanted[2]:
        made.append(_colours(given[2], wanted[2], (*wanted[:2], given[2])))
    return made


def _colours(given: int, wanted: int, shape: Shape) -> layers.Layer:
    kernels = {(1, 3): np.ones((1, 3)), (3, 1): np.reshape(LUMINANCE, (3, 1))}
    if (given, wanted) not in kernels:
        raise ValueError(f"Images of {wanted} channels were expected. Received: {given} channels")
    layer = layers.Conv2D(wanted, 1, use_bias=False, trainable=False, dtype="float32", name=CHANNELS)
    layer.build((None, *shape))
    layer.set_weights([kernels[given, wanted][None, None].astype(np.float32)])
    return layer
