"""The articles' network without convolutions."""

import keras
from keras import layers

MOMENTUM = 0.9
"""Share of the running mean and variance that an update keeps. Keras' 0.99 needs hundreds of updates until validation
sees what training saw, which a small set does not have."""


def mlp(
    shape: tuple[int, int, int],
    classes: int,
    hidden: int = 128,
    dropout: float = 0.0,
    batch_norm: int = 0,
    input_noise: float = 0.0,
) -> keras.Model:
    """One hidden layer of ReLU units.

    Layers with weights are made before those that draw random numbers, so their first weights are the same whatever
    is switched on.

    Args:
        shape: (height, width, channels) of an image; values in 0..1.
        classes: number of classes, at least 2.
        hidden: units of the hidden layer.
        dropout: share of the hidden units that are silent in an update, 0 for none.
        batch_norm: 1 normalises each hidden unit over the batch, before its ReLU; its bias, which the shift
            of the normalisation makes superfluous, is left out.
        input_noise: standard deviation of the noise added to training images, 0 for none.

    Returns:
        A model from (n, height, width, channels) to logits (n, classes) in float32.
    """
    unit = {"use_bias": False} if batch_norm else {"activation": "relu"}
    dense = layers.Dense(hidden, name="hidden", **unit)
    logits = layers.Dense(classes, dtype="float32", name="logits")
    norm = [layers.BatchNormalization(momentum=MOMENTUM, name="norm"), layers.ReLU(name="relu")] if batch_norm else []
    noise = [layers.GaussianNoise(input_noise, name="noise")] if input_noise else []
    drop = [layers.Dropout(dropout, name="dropout")] if dropout else []
    image, flatten = keras.Input(shape, name="image"), layers.Flatten(name="flatten")
    return keras.Sequential([image, *noise, flatten, dense, *norm, *drop, logits], name="mlp")
