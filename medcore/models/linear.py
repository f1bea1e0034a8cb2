"""The network without a hidden layer: logistic regression."""

import keras
from keras import layers


def linear(shape: tuple[int, int, int], classes: int, input_noise: float = 0.0) -> keras.Model:
    """One weight for each pixel and class, and one bias for each class.

    Args:
        shape: (height, width, channels) of an image; values in 0..1.
        classes: number of classes, at least 2.
        input_noise: standard deviation of the noise added to training images, 0 for none.

    Returns:
        A model from (n, height, width, channels) to logits (n, classes) in float32.
    """
    logits = layers.Dense(classes, dtype="float32", name="logits")
    noise = [layers.GaussianNoise(input_noise, name="noise")] if input_noise else []
    return keras.Sequential(
        [keras.Input(shape, name="image"), *noise, layers.Flatten(name="flatten"), logits], name="linear"
    )
