"""Deep networks of Keras Applications, each behind its own preprocessing and before a small head.

Every model takes images as the data set has them, (height, width, 1 or 3) with values in 0..1. Layers inside it bring
them to the size and to the numbers that its weights of ImageNet know: "resize", then "preprocess", a frozen convolution
of 1x1 that turns gray into colour, or red, green, blue into blue, green, red, and shifts and scales. So a saved model
needs nothing beside it. Then come the network, "backbone", and the articles' head (004): the mean of each feature map,
"features"; dropout; dense units if asked for; "logits". The head computes in float32.

First weights are drawn at random; `medcore.models.pretrained` loads those of ImageNet.
"""

from itertools import pairwise

import keras
import numpy as np
from keras import applications, layers

from medcore.catalog import BACKBONES
from medcore.catalog.backbones import SMALLEST
from medcore.models.mlp import MOMENTUM

BLUE_GREEN_RED = (103.939, 116.779, 123.68)
"""Means of ImageNet's colours, 0..255, that Caffe's networks subtract."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's red, green and blue, 0..1, that Torch's networks standardise with."""

Shape = tuple[int, int, int]


def vgg16(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """VGG16 (Simonyan & Zisserman 2014, arXiv:1409.1556); see `_assemble`."""
    network = applications.VGG16(include_top=False, weights=None, input_shape=_input(size))
    return _assemble("vgg16", network, shape, classes, dense, dropout)


def resnet50(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """ResNet50 (He et al. 2015, arXiv:1512.03385); see `_assemble`."""
    network = applications.ResNet50(include_top=False, weights=None, input_shape=_input(size))
    return _assemble("resnet50", network, shape, classes, dense, dropout)


def resnet50v2(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """ResNet50V2 (He et al. 2016, arXiv:1603.05027); see `_assemble`."""
    network = applications.ResNet50V2(include_top=False, weights=None, input_shape=_input(size))
    return _assemble("resnet50v2", network, shape, classes, dense, dropout)


def densenet121(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """DenseNet121 (Huang et al. 2017, arXiv:1608.06993); see `_assemble`."""
    network = applications.DenseNet121(include_top=False, weights=None, input_shape=_input(size))
    return _assemble("densenet121", network, shape, classes, dense, dropout)


def mobilenetv2(
    shape: Shape, classes: int, alpha: float = 0.35, size: int = 96, dense: int = 0, dropout: float = 0.2
) -> keras.Model:
    """MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), `alpha` times as wide; see `_assemble`."""
    check_alpha(alpha)
    network = applications.MobileNetV2(_input(size), alpha, include_top=False, weights=None)
    return _assemble("mobilenetv2", network, shape, classes, dense, dropout)


def efficientnetv2b0(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """EfficientNetV2B0 (Tan & Le 2021, arXiv:2104.00298); see `_assemble`."""
    network = applications.EfficientNetV2B0(include_top=False, weights=None, input_shape=_input(size))
    return _assemble("efficientnetv2b0", network, shape, classes, dense, dropout)


def convnexttiny(shape: Shape, classes: int, size: int = 96, dense: int = 0, dropout: float = 0.2) -> keras.Model:
    """ConvNeXtTiny (Liu et al. 2022, arXiv:2201.03545); see `_assemble`."""
    network = applications.ConvNeXtTiny(include_top=False, weights=None, input_shape=_input(size))
    _name_sums(network)
    return _assemble("convnexttiny", network, shape, classes, dense, dropout)


def kind_of(name: str) -> str:
    """How ImageNet's images were brought to numbers for this network, see `catalog.BackboneChoice`."""
    return BACKBONES[name].preprocessing


def check_alpha(alpha: float) -> None:
    """Raises ValueError for a width of MobileNetV2 that was never trained on ImageNet."""
    BACKBONES["mobilenetv2"].block_sizes({"alpha": alpha})


def _input(size: int) -> Shape:
    if size < SMALLEST:
        raise ValueError(
            f"The network needs images of at least {SMALLEST}x{SMALLEST} pixels. Received: {size}x{size} pixels"
        )
    return size, size, 3


def _assemble(name: str, network: keras.Model, shape: Shape, classes: int, dense: int, dropout: float) -> keras.Model:
    """The whole model around a network without its top.

    Args:
        name: of the choice in the catalog.
        network: takes images (size, size, 3) as Keras preprocesses them.
        shape: (height, width, channels) of an image of the data set; values in 0..1.
        classes: number of classes, at least 2.
        dense: units between features and logits, 0 for none.
        dropout: share of the features that are silent in an update.

    Returns:
        A model from (n, height, width, channels) to logits (n, classes) in float32.

    Raises:
        ValueError: if images have neither 1 nor 3 channels.
    """
    height, width, channels = shape
    if channels not in (1, 3):
        raise ValueError(f"The network takes gray or colour images. Received: {channels} channels")
    size = network.input_shape[1]
    network.name = "backbone"
    hasten_normalisation(network)
    # Where images shrink, pixels are averaged: skipped ones would leave a pattern.
    resize = layers.Resizing(size, size, antialias=max(height, width) > size, dtype="float32", name="resize")
    preprocess = layers.Conv2D(3, 1, trainable=False, dtype="float32", name="preprocess")
    image = keras.Input(shape, name="image")
    # Without the word, Resizing would note training=True and pass it on to all layers behind it.
    maps = network(preprocess(resize(image, training=False)))
    preprocess.set_weights(preprocessing(kind_of(name), channels))
    units = layers.GlobalAveragePooling2D(dtype="float32", name="features")(maps)
    units = layers.Dropout(dropout, dtype="float32", name="dropout")(units)
    if dense:
        units = layers.Dense(dense, activation="relu", dtype="float32", name="dense")(units)
    return keras.Model(image, layers.Dense(classes, dtype="float32", name="logits")(units), name=name)


def preprocessing(kind: str, channels: int) -> list[np.ndarray]:
    """Kernel (1, 1, channels, 3) and bias (3,) that do what `preprocess_input` of Keras does, for values in 0..1.

    Gray stands for red, green and blue alike.
    """
    order = np.eye(3)[:, ::-1] if kind == "caffe" else np.eye(3)
    scale, bias = {
        "caffe": (np.full(3, 255.0), -np.array(BLUE_GREEN_RED)),
        "tf": (np.full(3, 2.0), np.full(3, -1.0)),
        "torch": (1 / np.array(DEVIATION), -np.array(MEAN) / np.array(DEVIATION)),
        "inside": (np.full(3, 255.0), np.zeros(3)),
    }[kind]
    kernel = order * scale if channels == 3 else scale[None]
    return [kernel[None, None].astype(np.float32), bias.astype(np.float32)]


def _name_sums(network: keras.Model) -> None:
    """Names the sums that end ConvNeXt's blocks, and the last layer, which Keras only numbers through a process."""
    for before, operation in pairwise(network.operations):
        if not isinstance(operation, layers.Layer):
            operation.name = before.name.replace("identity", "add")
    network.layers[-1].name = "norm"


def hasten_normalisation(network: keras.Model) -> None:
    """Lets batch normalisation forget faster than with ImageNet's millions of updates, see `mlp.MOMENTUM`."""
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = MOMENTUM
