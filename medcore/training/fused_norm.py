"""Batch normalisation in one kernel of TensorFlow: what Keras computes in many, several times faster.

A network for masks normalises maps as large as the image after every convolution; by Keras' own steps that takes longer
than the convolutions themselves.
"""

from typing import Any

import keras
import tensorflow as tf


def fuse(layer: keras.layers.BatchNormalization) -> None:
    """Lets this layer train by the fused kernel; what it is saved as, and what it does in use, stays as it was.

    Args:
        layer: built, of maps with channels last and with scale and centre.
    """
    plain = layer.call

    def call(inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not (training and layer.trainable):
            return plain(inputs, training=training, mask=mask)
        inputs = tf.cast(inputs, layer.compute_dtype)
        scale, offset = (tf.cast(variable.value, tf.float32) for variable in (layer.gamma, layer.beta))
        normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs, scale=scale, offset=offset, mean=[], variance=[], epsilon=layer.epsilon, is_training=True
        )
        values = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], tf.float32)
        variance *= (values - 1) / values  # the kernel tells that of a sample, for the running one
        for moving, new in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
            moving.assign(moving * layer.momentum + new * (1 - layer.momentum))
        return normalised

    layer.call = call


def fusible(layer: keras.layers.Layer) -> bool:
    """Whether `fuse` may be asked of a layer."""
    return (
        isinstance(layer, keras.layers.BatchNormalization)
        and not layer.renorm
        and layer.scale
        and layer.center
        and layer.axis in (-1, 3)
        and len(layer.output.shape) == 4
    )
