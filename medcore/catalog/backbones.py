"""The backbones of Keras Applications: deep networks whose first weights may come from ImageNet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from medcore.catalog.choices import Parameter
from medcore.catalog.model_choice import ModelChoice

SMALLEST = 32
"""Pixels a side below which no backbone works."""


@dataclass(frozen=True)
class BackboneChoice(ModelChoice):
    """A deep network of `keras.applications`, with a small head of ours.

    Args:
        preprocessing: how ImageNet's images were brought to numbers: "caffe" (blue, green, red less their means), "tf"
            (-1 to 1), "torch" (less the mean, by the deviation, of each colour), or "inside" the network.
        features: channels of its last feature maps; by alpha where it has one.
        weights: by alpha ("" where it has none) the file of the ImageNet weights without the top.
        gains_by_bfloat16: whether it is faster in bfloat16 where the hardware is; depthwise convolutions are slower.
    """

    preprocessing: Literal["caffe", "tf", "torch", "inside"] = "inside"
    features: Mapping[float, int] = field(default_factory=dict)
    gains_by_bfloat16: bool = True


_SIZE = Parameter(
    "Size of the images",
    96,
    SMALLEST,
    512,
    "Pixels a side that images are brought to before the network sees them. ImageNet's networks learned from 224.",
    integer=True,
    steps=(32, 64, 96, 128, 160, 192, 224),
)
_HEAD = {
    "size": _SIZE,
    "dense": Parameter(
        "Dense units",
        0,
        0,
        1024,
        "Units between features and classes; 0 for none.",
        integer=True,
        steps=(0, 32, 64, 128, 256),
    ),
    "dropout": Parameter(
        "Dropout",
        0.2,
        0.0,
        0.9,
        "Share of the features that are silent in an update.",
        steps=(0.0, 0.1, 0.2, 0.3, 0.5, 0.7),
    ),
}
_ALPHA = Parameter(
    "Alpha",
    0.35,
    0.35,
    1.4,
    "Width: how many filters each layer has, against the original.",
    steps=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
)
_MODELS = "medcore.models.backbones"

BACKBONES: dict[str, BackboneChoice] = {
    "vgg16": BackboneChoice(
        "VGG16",
        f"{_MODELS}:vgg16",
        "13 convolutions of 3x3 in five blocks, 14.7 million weights (Simonyan & Zisserman 2014); the articles' own.",
        _HEAD,
        size="large",
        blocks={f"block{i}": f"block{i}_pool" for i in range(1, 6)},
        preprocessing="caffe",
        features={1.0: 512},
    ),
    "resnet50": BackboneChoice(
        "ResNet50",
        f"{_MODELS}:resnet50",
        "50 layers with shortcuts around every three, 23.6 million weights (He et al. 2015).",
        _HEAD,
        size="large",
        blocks={
            "conv1": "pool1_pool",
            "conv2": "conv2_block3_out",
            "conv3": "conv3_block4_out",
            "conv4": "conv4_block6_out",
            "conv5": "conv5_block3_out",
        },
        preprocessing="caffe",
        features={1.0: 2048},
    ),
    "resnet50v2": BackboneChoice(
        "ResNet50V2",
        f"{_MODELS}:resnet50v2",
        "ResNet50 with normalisation before each convolution, 23.6 million weights (He et al. 2016).",
        _HEAD,
        size="large",
        blocks={
            "conv1": "pool1_pool",
            "conv2": "conv2_block3_out",
            "conv3": "conv3_block4_out",
            "conv4": "conv4_block6_out",
            "conv5": "post_relu",
        },
        preprocessing="tf",
        features={1.0: 2048},
    ),
    "densenet121": BackboneChoice(
        "DenseNet121",
        f"{_MODELS}:densenet121",
        "Each layer sees all before it in its block, 7.0 million weights (Huang et al. 2017): CheXNet's backbone.",
        _HEAD,
        size="large",
        blocks={
            "conv1": "pool1",
            "conv2": "pool2_pool",
            "conv3": "pool3_pool",
            "conv4": "pool4_pool",
            "conv5": "relu",
        },
        preprocessing="torch",
        features={1.0: 1024},
    ),
    "mobilenetv2": BackboneChoice(
        "MobileNetV2",
        f"{_MODELS}:mobilenetv2",
        "Depthwise convolutions in narrow bottlenecks, 0.4 to 4.4 million weights by alpha (Sandler et al. 2018).",
        {"alpha": _ALPHA, **_HEAD},
        size="large",
        blocks={
            "stem": "expanded_conv_project_BN",
            "blocks 1-2": "block_2_add",
            "blocks 3-5": "block_5_add",
            "blocks 6-9": "block_9_add",
            "blocks 10-12": "block_12_add",
            "blocks 13-15": "block_15_add",
            "block 16 and last": "out_relu",
        },
        preprocessing="tf",
        features={0.35: 1280, 0.5: 1280, 0.75: 1280, 1.0: 1280, 1.3: 1664, 1.4: 1792},
        gains_by_bfloat16=False,
    ),
    "efficientnetv2b0": BackboneChoice(
        "EfficientNetV2B0",
        f"{_MODELS}:efficientnetv2b0",
        "Found by a search for fast training, 5.9 million weights (Tan & Le 2021).",
        _HEAD,
        size="large",
        blocks={
            "block1": "block1a_project_activation",
            "block2": "block2b_add",
            "block3": "block3b_add",
            "block4": "block4c_add",
            "block5": "block5e_add",
            "block6 and top": "top_activation",
        },
        features={1.0: 1280},
        gains_by_bfloat16=False,
    ),
    "convnexttiny": BackboneChoice(
        "ConvNeXtTiny",
        f"{_MODELS}:convnexttiny",
        "A convolutional network built like a vision transformer, 27.8 million weights (Liu et al. 2022).",
        _HEAD,
        size="large",
        blocks={
            "stage 1": "convnext_tiny_stage_0_block_2_add",
            "stage 2": "convnext_tiny_stage_1_block_2_add",
            "stage 3": "convnext_tiny_stage_2_block_8_add",
            "stage 4": "norm",
        },
        features={1.0: 768},
        gains_by_bfloat16=False,
    ),
}
