"""All layers of a network, those inside a nested one too, and what goes in and comes out of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras

INSIDE = "/"
"""Between the name of a nested network and that of its layer: "backbone/block5_conv3"."""


class Passed(NamedTuple):
    """Tensors of the backend: what a layer was given, and what it made of it."""

    taken: Any
    made: Any


def walk(model: keras.Model, prefix: str = "") -> dict[str, keras.layers.Layer]:
    """Every layer that computes something by itself, from the image on, by its path."""
    found = {}
    for layer in model.layers:
        path = f"{prefix}{layer.name}"
        if isinstance(layer, keras.Model):
            found |= walk(layer, path + INSIDE)
        elif not isinstance(layer, keras.layers.InputLayer):
            found[path] = layer
    return found


def with_maps(model: keras.Model) -> list[str]:
    """Paths of the layers whose output is a stack of maps, from the first convolution on; [] without one.

    These are what Grad-CAM can weigh: their places are those of the image.
    """
    layers = walk(model)
    first = next((i for i, layer in enumerate(layers.values()) if is_convolution(layer)), len(layers))
    return [path for path, layer in list(layers.items())[first:] if len(shape_of(layer)) == 4]


def is_convolution(layer: keras.layers.Layer) -> bool:
    """Whether it slides learned filters over images; a layer that prepares images for a backbone does not count."""
    kinds = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
    return isinstance(layer, kinds) and layer.name != "preprocess"


def is_pooling(layer: keras.layers.Layer) -> bool:
    """Whether it takes the largest or the mean value of each small window."""
    return isinstance(layer, (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D))


def shape_of(layer: keras.layers.Layer) -> tuple[int | None, ...]:
    """Of what it makes, the number of images first; () where it makes several things."""
    made = getattr(layer, "output", None)
    return tuple(made.shape) if hasattr(made, "shape") else ()


def values(model: keras.Model) -> int:
    """Numbers that all layers together make of one image: what a pass that keeps them all has in memory."""
    total = 0
    for step in getattr(model, "operations", model.layers):
        inside = values(step) if isinstance(step, keras.Model) else 0
        # One each time that it is used, of which Keras shows the first alone; a chain notes each time that it grew
        nodes = step._inbound_nodes[-1:] if isinstance(model, keras.Sequential) else step._inbound_nodes
        for node in nodes:
            total += inside + sum(math.prod(made.shape[1:]) for made in node.output_tensors)
            if isinstance(step, keras.layers.SeparableConv2D):  # makes maps of each channel first
                total += step.depth_multiplier * sum(math.prod(taken.shape[1:]) for taken in node.input_tensors)
    return total


@contextmanager
def watched(model: keras.Model, paths: Sequence[str]) -> Iterator[Mapping[str, Passed]]:
    """While it lasts, every pass of images leaves here what went through these layers.

    A nested network cannot be cut open by a new `keras.Model`, as its tensors belong to a graph of its own; watching a
    layer at work needs no new graph.

    Raises:
        ValueError: if the network has no such layer.
    """
    layers, seen = walk(model), {}
    for path in paths:
        if path not in layers:
            raise ValueError(f"The network must have the layer asked for. Received: {path!r}")
    try:
        for path in paths:
            # Past Keras' own bookkeeping: the layer is as it was afterwards.
            object.__setattr__(layers[path], "call", _watching(layers[path].call, path, seen))
        yield seen
    finally:
        for path in paths:
            layers[path].__dict__.pop("call", None)


def _watching(call: Any, path: str, seen: dict[str, Passed]) -> Any:
    def watching(*given: Any, **named: Any) -> Any:
        made = call(*given, **named)
        seen[path] = Passed(given[0], made)
        return made

    return watching
