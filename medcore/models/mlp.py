"""The articles' network without convolutions."""

import keras
from keras import layers


def mlp(shape: tuple[int, int, int], classes: int, hidden: int = 128) -> keras.Model:
    """One hidden layer of ReLU units.

    Args:
        shape: (height, width, channels) of an image; values in 0..1.
        classes: number of classes, at least 2.
        hidden: units of the hidden layer.

    Returns:
        A model from (n, height, width, channels) to logits (n, classes) in float32.
    """
    return keras.Sequential(
        [
            keras.Input(shape, name="image"),
            layers.Flatten(name="flatten"),
            layers.Dense(hidden, activation="relu", name="hidden"),
            layers.Dense(classes, dtype="float32", name="logits"),
        ],
        name="mlp",
    )
