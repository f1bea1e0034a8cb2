"""How far a network sees: the pixels of the image that can change what it says of one pixel."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import keras
import numpy as np
from keras import layers

from medcore.models.resized import multiple

Span = tuple[Any, Any]
"""First and last pixel along a side, on a grid without ends, for each of some places of the pixel asked."""
Tensor = tuple[str, int]
"""What comes out of a layer: the layer's name, and which of its outputs."""
SAME = (
    layers.BatchNormalization,
    layers.ReLU,
    layers.Activation,
    layers.SpatialDropout2D,
    layers.Concatenate,
    layers.Add,
    layers.Multiply,
)
"""Layers whose every pixel depends on the same pixel of what comes in."""


def receptive_field(model: keras.Model) -> int:
    """Side in pixels of the square of the image that a pixel's logits depend on, by the layers alone.

    Poolings have a grid, so that it differs a little from pixel to pixel: the largest counts. Of what is inside, the
    middle weighs most (Luo et al. 2016, arXiv:1701.04128). At the edges of the image it is cut off.

    Args:
        model: a network of `catalog.SEGMENTERS`.

    Raises:
        ValueError: if the model is none.
    """
    places = np.arange(multiple(model))
    ((first, last),) = _reached(model, [(places, places)])
    return int(np.max(last - first + 1))


def _reached(network: keras.Model, asked: Sequence[Span]) -> list[Span]:
    """What of the inputs the asked spans of the outputs depend on, layer by layer from the end."""
    config, needed = network.get_config(), defaultdict(list)
    for tensor, span in zip(_tensors(config["output_layers"]), asked, strict=True):
        needed[tensor].append(span)
    for part in reversed(config["layers"]):
        layer = network.get_layer(part["name"])
        if isinstance(layer, layers.InputLayer):
            continue
        spans = [_union(needed[part["name"], number]) for number in range(_outputs(layer))]
        before = _reached(layer, spans)[0] if isinstance(layer, keras.Model) else _before(layer, spans[0])
        for tensor in _tensors(part["inbound_nodes"]):
            needed[tensor].append(before)
    return [_union(needed[tensor]) for tensor in _tensors(config["input_layers"])]


def _outputs(layer: layers.Layer) -> int:
    return len(layer.outputs) if isinstance(layer, keras.Model) else 1


def _tensors(config: Any) -> list[Tensor]:
    """All tensors that a part of a network's configuration names, in order."""
    if isinstance(config, Mapping):
        return _tensors(list(config.values()))
    if not isinstance(config, (list, tuple)):
        return []
    if len(config) == 3 and isinstance(config[0], str) and isinstance(config[2], int):
        return [(config[0], config[2])]
    return [tensor for part in config for tensor in _tensors(part)]


def _before(layer: layers.Layer, span: Span) -> Span:
    """What of its input the span of a layer's output depends on."""
    first, last = span
    match layer:
        case layers.ZeroPadding2D():
            return first - layer.padding[0][0], last - layer.padding[0][0]
        case layers.Cropping2D():
            return first + layer.cropping[0][0], last + layer.cropping[0][0]
        case layers.Conv2DTranspose():
            return first // layer.strides[0], last // layer.strides[0]
        case layers.Conv2D() | layers.DepthwiseConv2D():
            above = (layer.kernel_size[0] - 1) // 2 if layer.padding == "same" else 0
            return _windows(span, layer.kernel_size[0], layer.strides[0], above)
        case layers.MaxPooling2D():
            return _windows(span, layer.pool_size[0], layer.strides[0], 0)
    if not isinstance(layer, SAME):
        raise ValueError(f"A network that makes masks was expected. Received: a layer {type(layer).__name__}")
    return span


def _windows(span: Span, size: int, stride: int, above: int) -> Span:
    return span[0] * stride - above, span[1] * stride - above + size - 1


def _union(spans: list[Span]) -> Span:
    """From the first to the last pixel of all; of nothing, from infinity to minus infinity."""
    first = reduce(np.minimum, (span[0] for span in spans), math.inf)
    return first, reduce(np.maximum, (span[1] for span in spans), -math.inf)
