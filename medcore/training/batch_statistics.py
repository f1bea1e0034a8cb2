"""AdaBN: batch normalisation goes by the mean and variance of another place's images."""

import math
from collections.abc import Callable, Iterator

import keras
import numpy as np
from keras import layers, ops

MOST_IMAGES = 1024
"""That means and variances are taken of; those of a filter have many pixels each."""

MOST_PASSES = 8192
"""Images times normalisations: a network with fifty of them takes fewer images for each."""

PIXELS_AT_ONCE = 2**19


def norms(model: keras.Model) -> list[tuple[layers.BatchNormalization, keras.KerasTensor]]:
    """Every batch normalisation from the image on, nested backbones included, with what it gets as a function of the
    model's input."""
    found = []
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            found.append((layer, layer.input))
        elif isinstance(layer, keras.Model):
            found += [(norm, keras.Model(layer.inputs[0], inner)(layer.input)) for norm, inner in norms(layer)]
    return found


def adapt(model: keras.Model, images: np.ndarray, pause: Callable[[], None]) -> None:
    """Sets the running mean and variance of every batch normalisation to those of `images`.

    One after the other from the image on, each by what the ones before make of the images with their new statistics:
    exact for any number of images. Of many, evenly spaced ones are taken.

    Args:
        images: (n, height, width, channels) uint8, or floats as the network gets them; labels are not needed.
        pause: called now and then; may raise.

    Reference:
        Li et al., Revisiting Batch Normalization For Practical Domain Adaptation, arXiv:1603.04779.
    """
    found = norms(model)
    images = images[spaced(len(images), min(MOST_IMAGES, MOST_PASSES // max(1, len(found))))]
    for norm, before in found:
        mean, variance = _moments(keras.Model(model.inputs[0], before), images, pause)
        norm.moving_mean.assign(mean)
        norm.moving_variance.assign(variance)


def spaced(there: int, count: int) -> np.ndarray:
    """Numbers of at most `count` of the images that there are, evenly spaced."""
    return np.arange(there) if there <= count else np.linspace(0, there - 1, count).round().astype(int)


def computed(model: keras.Model, images: np.ndarray, pause: Callable[[], None]) -> np.ndarray:
    """What a model makes of images, as in use, in float32."""
    parts = []
    for part in _parts(images):
        pause()
        parts.append(_forward(model, part))
    return np.concatenate(parts)


def _forward(model: keras.Model, images: np.ndarray) -> np.ndarray:
    return ops.convert_to_numpy(ops.cast(model(images, training=False), "float32"))


def _moments(model: keras.Model, images: np.ndarray, pause: Callable[[], None]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the last axis of what a model makes of images, over all else.

    Reference:
        Chan, Golub & LeVeque, Algorithms for Computing the Sample Variance, The American Statistician 37 (1983).
    """
    count, mean, squares = 0, np.float64(0), np.float64(0)
    for part in _parts(images):
        pause()
        values = ops.cast(model(part, training=False), "float32")
        found = ops.moments(values, axes=tuple(range(len(values.shape) - 1)))
        own_mean, own_variance = (ops.convert_to_numpy(value).astype(np.float64) for value in found)
        own = math.prod(values.shape[:-1])
        away = own_mean - mean
        squares = squares + own_variance * own + away**2 * count * own / (count + own)
        mean = mean + away * own / (count + own)
        count += own
    return mean, squares / count


def _parts(images: np.ndarray) -> Iterator[np.ndarray]:
    at_once = max(1, PIXELS_AT_ONCE // (images.shape[1] * images.shape[2]))
    for first in range(0, len(images), at_once):
        part = images[first : first + at_once]
        yield part.astype(np.float32) / 255 if part.dtype == np.uint8 else part
