"""What each convolution and pooling makes of one image: input, filter, map; the most active maps of each layer."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np

from medcore.explanation import layers

MOST_MAPS = 12
MOST_SOURCES = 3
SIDE, SIDE_OF_DEEP = 64, 32
"""Pixels a side that maps are averaged down to; less where there are many layers."""
DEEP = 20


class LayerMaps(NamedTuple):
    """One layer on one image.

    Args:
        facts: plain values: path, kind, sizes, parameters, numbers of the maps shown and what they are made of.
        arrays: "maps" (m, h, w), "sources" (m, s, h, w): the inputs that a map is most made of, "kernels"
            (m, s, rows, columns): the weights that each of these is multiplied with, "patches" (m, s, rows, columns):
            the inputs under them where the map is highest.
    """

    facts: dict[str, Any]
    arrays: dict[str, np.ndarray]


def look(model: keras.Model, image: np.ndarray) -> Iterator[LayerMaps]:
    """Every convolution and pooling, from the image on.

    Args:
        image: (height, width, channels), as the network takes it.
    """
    found = layers.walk(model)
    paths = [path for path, layer in found.items() if layers.is_convolution(layer) or layers.is_pooling(layer)]
    with layers.watched(model, paths) as seen:
        model(image[None].astype(np.float32), training=False)
        side = SIDE if len(paths) <= DEEP else SIDE_OF_DEEP
        for path in paths:
            taken, made = (keras.ops.convert_to_numpy(keras.ops.cast(part, "float32"))[0] for part in seen[path])
            yield _layer(path, found[path], taken, made, side)


def _layer(path: str, layer: keras.layers.Layer, taken: np.ndarray, made: np.ndarray, side: int) -> LayerMaps:
    active = np.maximum(made, 0).mean(axis=(0, 1))
    shown = np.argsort(-active, kind="stable")[:MOST_MAPS]
    learned = layers.is_convolution(layer)
    size = layer.kernel_size if learned else layer.pool_size
    windows = _Windows(taken, size, layer.strides, layer.padding)
    rows = [_map(layer, windows, made[..., k], int(k)) for k in shown]
    facts = {
        "path": path,
        "kind": "convolution" if learned else "pooling",
        "largest": isinstance(layer, keras.layers.MaxPooling2D),
        "depthwise": isinstance(layer, keras.layers.DepthwiseConv2D),
        "input": list(taken.shape),
        "output": list(made.shape),
        "size": list(size),
        "stride": list(layer.strides),
        "padding": layer.padding,
        "before": windows.before,
        "parameters": layer.count_params(),
        "biases": getattr(layer, "use_bias", False),
        "activation": _activation(layer),
        "silent": int((made <= 0).all(axis=(0, 1)).sum()),
        "maps": [
            {"channel": int(k), "active": float(active[k]), "peak": row.peak, "sources": row.sources} | row.sums
            for k, row in zip(shown, rows, strict=True)
        ],
    }
    arrays = {
        "maps": _reduced(made[..., shown], side),
        "sources": np.stack([_reduced(taken[..., row.sources], side) for row in rows]),
        "patches": np.stack([row.patches for row in rows]).astype(np.float32),
        "kernels": np.stack([row.kernels for row in rows]).astype(np.float32),
    }
    return LayerMaps(facts, arrays)


class _Windows:
    """The inputs under the filter, place by place."""

    def __init__(self, taken: np.ndarray, size: tuple[int, int], strides: tuple[int, int], padding: str) -> None:
        self._size, self._strides = size, strides
        around = [
            (max((-(-length // step) - 1) * step + kernel - length, 0) if padding == "same" else 0)
            for length, kernel, step in zip(taken.shape[:2], size, strides, strict=True)
        ]
        # What is left over of an uneven padding goes behind, as in TensorFlow.
        self._taken = np.pad(taken, [*((n // 2, n - n // 2) for n in around), (0, 0)])
        self.before = [n // 2 for n in around]
        self.inputs = taken

    def at(self, row: int, column: int) -> np.ndarray:
        """(rows, columns, channels)."""
        top, left = row * self._strides[0], column * self._strides[1]
        return self._taken[top : top + self._size[0], left : left + self._size[1]]


class _Map(NamedTuple):
    """One map: its highest place, its strongest inputs, and the sum there."""

    peak: list[int]
    sources: list[int]
    patches: np.ndarray
    kernels: np.ndarray
    sums: dict[str, float]


def _map(layer: keras.layers.Layer, windows: _Windows, made: np.ndarray, channel: int) -> _Map:
    row, column = (int(place) for place in np.unravel_index(made.argmax(), made.shape))
    under, value = windows.at(row, column), float(made[row, column])
    if layers.is_pooling(layer):
        patch = under[None, :, :, channel]
        return _Map([row, column], [channel], patch, np.ones_like(patch), {"value": value})
    kernel, inputs = _kernel(layer, channel)  # (rows, columns, inputs)
    terms = (under[..., inputs] * kernel).sum(axis=(0, 1))
    strength = np.linalg.norm(kernel, axis=(0, 1)) * np.abs(windows.inputs[..., inputs]).mean(axis=(0, 1))
    strongest = np.argsort(-strength, kind="stable")[:MOST_SOURCES]
    bias = float(np.asarray(layer.bias)[channel]) if layer.use_bias else 0.0
    sums = {"terms": terms[strongest].tolist(), "rest": float(terms.sum() - terms[strongest].sum())}
    sums |= {"bias": bias, "value": value}
    sources = [int(inputs[i]) for i in strongest]
    return _Map([row, column], sources, _first(under[..., sources]), _first(kernel[..., strongest]), sums)


def _kernel(layer: keras.layers.Layer, channel: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights (rows, columns, inputs) that make a map, and the numbers of the inputs."""
    weights = keras.ops.convert_to_numpy(layer.kernel)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        source, which = divmod(channel, layer.depth_multiplier)
        return weights[:, :, source : source + 1, which], np.array([source])
    inputs = weights.shape[2]
    group = channel // (weights.shape[3] // layer.groups)
    return weights[..., channel], np.arange(inputs) + group * inputs


def _activation(layer: keras.layers.Layer) -> str:
    """Name of what follows the sum inside the layer; "" where nothing does."""
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else name


def _first(values: np.ndarray) -> np.ndarray:
    """The last axis first."""
    return np.moveaxis(values, -1, 0)


def _reduced(values: np.ndarray, side: int) -> np.ndarray:
    """(maps, h, w) float16 of (height, width, maps): large ones as means of blocks."""
    factor = -(-max(values.shape[:2]) // side)
    rows, columns = (max(1, length // factor) for length in values.shape[:2])
    cut = values[: rows * factor, : columns * factor]
    means = cut.reshape(rows, min(factor, cut.shape[0]), columns, min(factor, cut.shape[1]), -1).mean(axis=(1, 3))
    limit = np.finfo(np.float16).max
    return _first(np.clip(means, -limit, limit)).astype(np.float16)
