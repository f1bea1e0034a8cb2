"""How the network's answer changes with its image, or with the maps of a layer."""

from typing import NamedTuple

import keras
import numpy as np

from medcore.explanation import layers
from medcore.explanation.forward import at_once, score

PIXELS_AT_ONCE = 2**18


class Gradients(NamedTuple):
    """Of n images, in single precision.

    Args:
        logits: (n, classes).
        values: (n, …) what the layer made; the images themselves where no layer was named.
        gradients: of the `score` of the class asked for with respect to `values`, of the same shape.
    """

    logits: np.ndarray
    values: np.ndarray
    gradients: np.ndarray


def of_logit(model: keras.Model, images: np.ndarray, target: int, layer: str = "") -> Gradients:
    """The gradient of what speaks for one class. Logits, not probabilities: these are flat where the network is sure.

    Args:
        model: from images to logits.
        images: (n, height, width, channels), as the network takes them.
        target: number of the class.
        layer: path of the layer (see `layers.walk`) whose output is changed in thought; "" for the image.

    Raises:
        ValueError: on another backend than TensorFlow, or if there is no such layer.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "Gradients of a network's answer need Keras on TensorFlow; occlusion works everywhere. "
            f"Received: Keras on {keras.backend.backend()}"
        )
    together = at_once(images.shape[1:], PIXELS_AT_ONCE)
    parts = [_pass(model, images[i : i + together], target, layer) for i in range(0, len(images), together)]
    return Gradients(*map(np.concatenate, zip(*parts, strict=True)))


def _pass(model: keras.Model, images: np.ndarray, target: int, layer: str) -> Gradients:
    import tensorflow as tf

    given = tf.convert_to_tensor(images, tf.float32)
    with tf.GradientTape() as tape, layers.watched(model, [layer] if layer else []) as seen:
        tape.watch(given)
        logits = model(given, training=False)
        asked = score(logits, target)
    values = seen[layer].made if layer else given
    found = tape.gradient(asked, values, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return Gradients(*(tf.cast(part, tf.float32).numpy() for part in (logits, values, found)))
