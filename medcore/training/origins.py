"""Networks that learned something before: from ImageNet, from another set that they meet first, or in a run."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np

from medcore import catalog
from medcore.models import fitting
from medcore.models import pretrained as imagenet
from medcore.spec import RunSpec
from medcore.training import compiled
from medcore.training.devices import Device
from medcore.training.pretraining import pretrained
from medcore.training.robustness import model_of
from medcore.training.run import Cancelled, Run

ANEW = ("logits", "preprocess", fitting.SIZE, fitting.CHANNELS)
"""Layers whose weights are not taken over: those that tell the other set's classes apart, and those that bring its
images to the network."""

Shape = tuple[int, int, int]


class Origin(NamedTuple):
    """A network with its first weights.

    Args:
        network: from the images of the target set to logits of its classes.
        facts: where the weights come from, plain values for the result.
    """

    network: keras.Model
    facts: dict[str, Any]


def origin(spec: RunSpec, shape: Shape, classes: int, device: Device, run: Run) -> Origin:
    """The network that the spec describes, all but its last layer with weights learned before.

    Args:
        shape: (height, width, channels) of the images of the target set.
        classes: of the target set.

    Raises:
        Cancelled: if the run was cancelled.
        FileNotFoundError: if the other set or the base run's model is not here.
        ValueError: if the weights are of another network, or the other set cannot be learned from.
        OSError: if weights are not here and cannot be had, or something cannot be read.
    """
    makers = {"imagenet": _from_imagenet, "set": _from_set, "run": _from_run}
    return makers[spec.transfer.source](spec, shape, classes, device, run)


def _from_imagenet(spec: RunSpec, shape: Shape, classes: int, device: Device, run: Run) -> Origin:
    def report(sentence: str) -> None:
        run.status(sentence)
        if run.cancelled():
            raise Cancelled

    network = compiled.build_model(spec.model, shape, classes, device.precision, spec.seed)
    return Origin(network, {"weights": imagenet.load(network, spec.model, report)})


def _from_set(spec: RunSpec, shape: Shape, classes: int, device: Device, run: Run) -> Origin:
    learned = pretrained(spec, shape, device, run)
    network = compiled.build_model(spec.model, shape, classes, device.precision, spec.seed)
    _take_over(network, learned.weights)
    return Origin(network, {"pretrained": learned.facts})


def _from_run(spec: RunSpec, shape: Shape, classes: int, device: Device, run: Run) -> Origin:
    """A small network takes images of the shape that the base run's had: layers inside it bring others to that."""
    run.status("Loading the network of the base run.")
    base = model_of(run.folder.parent / spec.base)
    backbone = spec.model.name in catalog.BACKBONES
    inner = shape if backbone else fitting.inner_shape(base)
    network = compiled.build_model(spec.model, inner, classes, device.precision, spec.seed)
    try:
        _take_over(network, {layer.name: layer.get_weights() for layer in base.layers})
    except ValueError as error:
        label = catalog.MODELS[spec.model.name].label
        raise ValueError(f"The base run must have trained the same network, {label}: {error}") from None
    return Origin(network if backbone else fitting.fitted(network, shape), {"run": spec.base})


def _take_over(network: keras.Model, weights: Mapping[str, list[np.ndarray]]) -> None:
    """Gives the layers of a network, but for those `ANEW`, the weights that belong to their names.

    Raises:
        ValueError: if a layer with weights has none of its shapes there; then none is taken over.
    """
    wanted = [layer for layer in network.layers if layer.weights and layer.name not in ANEW]
    for layer in wanted:
        if [value.shape for value in weights.get(layer.name, [])] != [tuple(w.shape) for w in layer.weights]:
            raise ValueError(f'the weights of its layer "{layer.name}" are missing or of another shape')
    for layer in wanted:
        layer.set_weights(weights[layer.name])
