"""The articles' convolutional network."""

import keras
from keras import layers

from medcore.models.mlp import MOMENTUM

SMALLEST = 4
"""Pixels a side below which two poolings leave nothing."""

SMALLEST_UNPADDED = 10
"""Pixels a side from which the articles' layers, which do not pad, leave at least one."""


def cnn(
    shape: tuple[int, int, int],
    classes: int,
    dropout: float = 0.0,
    batch_norm: int = 0,
    input_noise: float = 0.0,
) -> keras.Model:
    """Two convolutions of 3x3, 32 and 64 filters, each with 2x2 max pooling, then 64 dense units.

    ReLU stands after the pooling instead of before it: both are monotone, so the result is the
    same, and only a quarter of the values have to be computed and kept.

    Pooling leaves out an odd last row or column, so up to three rows and columns of the image never
    reach the articles' dense layer (two of 28). They are cut off first: again the same result, in 17% less time.
    (With batch normalisation they do not count for mean and variance either.)

    The articles' convolutions do not pad: 28 pixels a side become 5. Images of less than 10
    pixels, such as the 8x8 digits, would vanish; for these the convolutions pad with zeros.
    That keeps the network's layers and every pixel as it is; enlarging the images would
    invent pixels between them and cost four times as much.

    Layers with weights are made before those that draw random numbers, so their first weights are the same whatever
    is switched on.

    Args:
        shape: (height, width, channels) of an image, at least 4x4; values in 0..1.
        classes: number of classes, at least 2.
        dropout: share of the 64 dense units that are silent in an update, 0 for none. The filters are not dropped:
            neighbouring pixels of a map say nearly the same, so silent ones are hardly missed.
        batch_norm: 1 normalises each filter and each dense unit over the batch, before its ReLU; their biases, which
            the shift of the normalisation makes superfluous, are left out.
        input_noise: standard deviation of the noise added to training images, 0 for none.

    Returns:
        A model from (n, height, width, channels) to logits (n, classes) in float32.

    Raises:
        ValueError: if the images are too small for two poolings.
    """
    height, width, _ = shape
    if min(height, width) < SMALLEST:
        raise ValueError(
            f"The CNN needs images of at least {SMALLEST}x{SMALLEST} pixels. Received: {height}x{width} pixels"
        )
    padding = "valid" if min(height, width) >= SMALLEST_UNPADDED else "same"
    unseen = tuple((0, _unseen(side) if padding == "valid" else 0) for side in (height, width))
    bias = not batch_norm
    convolutions = [
        layers.Conv2D(filters, 3, padding=padding, use_bias=bias, name=f"conv{i}") for i, filters in ((1, 32), (2, 64))
    ]
    dense = layers.Dense(64, activation=None if batch_norm else "relu", use_bias=bias, name="dense")
    logits = layers.Dense(classes, dtype="float32", name="logits")

    def norm(name: str) -> list[layers.Layer]:
        return [layers.BatchNormalization(momentum=MOMENTUM, name=name)] if batch_norm else []

    parts = [keras.Input(shape, name="image")]
    parts += [layers.GaussianNoise(input_noise, name="noise")] if input_noise else []
    parts += [layers.Cropping2D(unseen, name="crop")]
    for i, convolution in enumerate(convolutions, 1):
        pool, relu = layers.MaxPooling2D(name=f"pool{i}"), layers.ReLU(name=f"relu{i}")
        parts += [convolution, *norm(f"norm{i}"), pool, relu]
    parts += [layers.Flatten(name="flatten"), dense, *norm("norm3")]
    parts += [layers.ReLU(name="relu3")] if batch_norm else []
    parts += [layers.Dropout(dropout, name="dropout")] if dropout else []
    return keras.Sequential([*parts, logits], name="cnn")


def _unseen(side: int) -> int:
    """How many of the last pixels along a side never reach the second pooling's output, without padding."""
    pooled = ((side - 2) // 2 - 2) // 2
    return side - (2 * (2 * pooled + 2) + 2)
