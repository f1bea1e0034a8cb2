"""Networks for masks whose way down is a backbone of Keras Applications, with skip connections to the way up.

As in `medcore.models.backbones`, "preprocess" brings images with values in 0..1 to the numbers that the weights of
ImageNet know, and the network lies inside as "backbone". Images of other than 1 or 3 channels, such as a slice with its
neighbours, are first mixed to three by "colours", which learns.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import applications, layers

from medcore.data.published import backbone_weights
from medcore.models import pretrained
from medcore.models.backbones import hasten_normalisation, kind_of, preprocessing
from medcore.models.blocks import BACKBONE, backbone
from medcore.models.decoder import decoded
from medcore.models.padding import Shape, enlarged, logits, padded
from medcore.spec import ModelSpec

VGG16 = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
"""Last convolution of each block, from the finest on; the poolings halve between them."""
MOBILENETV2 = (
    "block_1_expand_relu",
    "block_3_expand_relu",
    "block_6_expand_relu",
    "block_13_expand_relu",
    "block_16_project_BN",
)
"""Last maps before each halving, from half the image's side on, and the last ones before the classifier's."""
BACKBONES = {"vgg16_unet": "vgg16", "mobilenetv2_unet": "mobilenetv2"}
"""The backbone of each network of this file."""


def vgg16_unet(
    shape: Shape, classes: int, width: int = 16, batch_norm: int = 1, skips: int = 1, imagenet: int = 0
) -> keras.Model:
    """The five blocks of VGG16 (arXiv:1409.1556), one pixel of the lowest for 16x16; see `_assemble`."""
    network = _network("vgg16")
    return _assemble("vgg16_unet", network, VGG16, 16, shape, classes, width, batch_norm, skips, imagenet)


def mobilenetv2_unet(
    shape: Shape,
    classes: int,
    alpha: float = 0.35,
    width: int = 16,
    batch_norm: int = 1,
    skips: int = 1,
    imagenet: int = 0,
) -> keras.Model:
    """MobileNetV2 (arXiv:1801.04381), one pixel of the lowest for 32x32; see `_assemble`.

    The finest maps of the encoder have half the image's side; at the image's own size its pixels are handed over.
    """
    network = _network("mobilenetv2", alpha)
    return _assemble("mobilenetv2_unet", network, MOBILENETV2, 32, shape, classes, width, batch_norm, skips, imagenet)


def load_imagenet(model: keras.Model, spec: ModelSpec, report: pretrained.Report = lambda _: None) -> dict[str, Any]:
    """Gives the encoder of a model its ImageNet weights; the decoder stays as it is.

    Args:
        model: as built from `spec`.
        spec: "vgg16_unet" or "mobilenetv2_unet".
        report: hears of a download, once a second.

    Returns:
        {"file": its name, "sha256": of its content}.

    Raises:
        OSError: if they are not on this machine and cannot be downloaded, or if the file is damaged.
        ValueError: if the file holds the weights of another network.
    """
    whole = published(spec)
    path = pretrained.find(whole, report)
    source = _network(whole.name, whole.options.get("alpha", 1.0))
    pretrained.read(source, path, backbone_weights.title(whole))
    for layer in backbone(model).layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def published(spec: ModelSpec) -> ModelSpec:
    """The backbone whose published weights an encoder takes, for `backbone_weights`: where they are, how to get them.

    Raises:
        ValueError: if the network has no encoder with published weights.
    """
    if spec.name not in BACKBONES:
        raise ValueError(f"ImageNet weights are there for {', '.join(BACKBONES)}. Received: {spec.name!r}")
    alpha = {"alpha": spec.options["alpha"]} if "alpha" in spec.options else {}
    return ModelSpec(BACKBONES[spec.name], {"size": backbone_weights.ROWS[-1], **alpha})


def _network(name: str, alpha: float = 1.0) -> keras.Model:
    """A backbone without its top, for images (any, any, 3), with random weights; MobileNetV2 `alpha` times as wide."""
    if name == "vgg16":
        return applications.VGG16(include_top=False, weights=None, input_shape=(None, None, 3))
    return applications.MobileNetV2((None, None, 3), alpha, include_top=False, weights=None)


def _assemble(
    name: str,
    network: keras.Model,
    ends: Sequence[str],
    multiple: int,
    shape: Shape,
    classes: int,
    width: int,
    batch_norm: int,
    skips: int,
    imagenet: int,
) -> keras.Model:
    """The whole model around a backbone.

    Args:
        name: of the choice in the catalog.
        network: a backbone without its top, for images (any, any, 3).
        ends: its layers whose maps are handed over, from the finest on; the last are the lowest.
        multiple: pixels of the image, along a side, that one pixel of the lowest maps stands for.
        shape: (height, width, channels) of an image, at least `multiple` pixels a side; values in 0..1.
        classes: number of classes, at least 2; class 0 is the background.
        width: filters of the decoder's last level; each level below has twice as many.
        batch_norm: 1 normalises each map of the decoder over the batch, before its ReLU.
        skips: 1 hands the encoder's maps over; 0 leaves what came through the lowest level.
        imagenet: 1 prepares images as the published weights know them, and leaves these to `load_imagenet`; 0 for
            weights drawn at random, which want small numbers.

    Returns:
        A model from (n, height, width, channels) to logits (n, height, width, classes) in float32.

    Raises:
        ValueError: if the images are too small.
    """
    hasten_normalisation(network)
    maps = [network.get_layer(end).output for end in ends]
    # Of one size, so that the values it makes are known before they are made.
    sized = keras.Input((*enlarged(shape[:2], multiple), 3))
    encoder = keras.models.clone_model(keras.Model(network.inputs[0], maps, name=BACKBONE), sized)
    if not imagenet:
        _draw(encoder)
    image, pixels = padded(shape, multiple, dtype="float32")
    colour = _preprocessed(pixels, kind_of(BACKBONES[name]) if imagenet else "tf")
    *fine, lowest = encoder(colour)
    if multiple == 2 ** len(ends):
        fine = [colour, *fine]
    filters = [width * 2**level for level in range(len(fine))]
    found = decoded(lowest, fine, filters, bool(batch_norm), bool(skips))
    return keras.Model(image, logits(found, shape, multiple, classes), name=name)


def _preprocessed(pixels: Any, kind: str) -> Any:
    """Three channels, as the backbone knows them."""
    channels = pixels.shape[-1]
    if channels not in (1, 3):
        colours = layers.Conv2D(3, 1, use_bias=False, dtype="float32", name="colours")
        pixels = colours(pixels)
        colours.set_weights([_thirds(channels)])
    preprocess = layers.Conv2D(3, 1, trainable=False, dtype="float32", name="preprocess")
    colour = preprocess(pixels)
    preprocess.set_weights(preprocessing(kind, pixels.shape[-1]))
    return colour


def _thirds(channels: int) -> np.ndarray:
    """First weights (1, 1, channels, 3) of "colours": the means of the first, middle and last channels."""
    place = np.arange(channels) * 3 // channels
    kernel = (place[:, None] == np.arange(3)).astype(np.float32)
    return (kernel / np.maximum(kernel.sum(axis=0), 1))[None, None]


def _draw(network: keras.Model) -> None:
    """First weights as ReLU wants them: with Keras' own, what VGG16 says fades from block to block."""
    for layer in network.layers:
        if isinstance(layer, layers.Conv2D) and not isinstance(layer, layers.DepthwiseConv2D):
            layer.kernel.assign(keras.initializers.HeNormal()(layer.kernel.shape))
