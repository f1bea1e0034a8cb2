"""The backbones of Keras Applications: deep networks whose first weights may come from ImageNet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from medcore.catalog.choices import Parameter
from medcore.catalog.model_choice import ModelChoice

SMALLEST = 32
"""Pixels a side below which no backbone works."""
IMAGENET_SIZE = 224
"""Pixels a side of the images that the published weights were learned from."""


class BlockSizes(NamedTuple):
    """What the blocks of a backbone hold, from the image on.

    Args:
        parameters: all numbers of its layers.
        normalising: those of them that belong to batch normalisation: scale and shift, which are learned, as many means
            and variances, which are not.
        values: numbers in the outputs of its layers, of one image of `IMAGENET_SIZE`; other sizes have nearly as many
            per pixel.
    """

    parameters: tuple[int, ...]
    normalising: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True)
class BackboneChoice(ModelChoice):
    """A deep network of `keras.applications`, with a small head of ours.

    Args:
        preprocessing: how ImageNet's images were brought to numbers: "caffe" (blue, green, red less their means), "tf"
            (-1 to 1), "torch" (less the mean, by the deviation, of each colour), or "inside" the network.
        features: channels of its last feature maps, by alpha; 1.0 where it has none.
        sizes: of its blocks, by alpha, too.
        gains_by_bfloat16: whether it is faster in bfloat16 where the hardware is; depthwise convolutions are slower.
    """

    preprocessing: Literal["caffe", "tf", "torch", "inside"] = "inside"
    features: Mapping[float, int] = field(default_factory=dict)
    sizes: Mapping[float, BlockSizes] = field(default_factory=dict)
    gains_by_bfloat16: bool = True

    def units(self, options: Mapping[str, Any]) -> int:
        """Features of an image, with these options."""
        return self.features[self._alpha(options)]

    def block_sizes(self, options: Mapping[str, Any]) -> BlockSizes:
        """What its blocks hold, with these options.

        Raises:
            ValueError: if ImageNet's network was never made with this alpha.
        """
        return self.sizes[self._alpha(options)]

    def _alpha(self, options: Mapping[str, Any]) -> float:
        alpha = float(options.get("alpha", 1.0))
        if alpha not in self.sizes:
            raise ValueError(
                f"Alpha of {self.label} must be one of {', '.join(map(str, self.sizes))}. Received: {alpha:g}"
            )
        return alpha


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
        sizes={
            1.0: BlockSizes(
                (38_720, 221_440, 1_475_328, 5_899_776, 7_079_424),
                (0, 0, 0, 0, 0),
                (7_225_344, 3_612_672, 2_609_152, 1_304_576, 326_144),
            )
        },
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
        sizes={
            1.0: BlockSizes(
                (9728, 220_032, 1_230_336, 7_129_088, 14_998_528),
                (256, 5632, 14_336, 40_960, 45_056),
                (3_599_596, 14_852_096, 9_633_792, 7_024_640, 1_856_512),
            )
        },
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
        sizes={
            1.0: BlockSizes(
                (9472, 217_856, 1_226_240, 7_119_872, 14_991_360),
                (0, 3840, 11_264, 34_816, 40_960),
                (1_993_964, 12_035_840, 8_564_224, 6_652_672, 1_980_928),
            )
        },
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
        sizes={
            1.0: BlockSizes(
                (9664, 372_096, 1_063_168, 3_402_240, 2_190_336),
                (256, 7552, 22_784, 76_288, 60_416),
                (3_599_596, 18_665_472, 13_848_576, 11_440_128, 2_220_288),
            )
        },
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
        sizes={
            0.35: BlockSizes(
                (864, 3232, 11_568, 33_936, 42_000, 107_520, 211_088),
                (160, 832, 2112, 4608, 4608, 7584, 8256),
                (1_404_928, 3_899_440, 1_723_952, 922_752, 671_104, 403_840, 297_920),
            ),
            0.5: BlockSizes(
                (864, 6800, 14_304, 53_408, 84_288, 212_640, 333_920),
                (160, 1280, 2496, 5888, 6720, 10_944, 9600),
                (1_404_928, 4_928_048, 2_444_384, 1_109_344, 978_432, 590_080, 344_960),
            ),
            0.75: BlockSizes(
                (1504, 15_024, 28_368, 111_216, 179_424, 461_808, 584_720),
                (256, 2112, 3744, 8832, 10_080, 16_416, 11_840),
                (2_207_744, 8_827_488, 3_666_576, 1_664_016, 1_467_648, 885_120, 423_360),
            ),
            1.0: BlockSizes(
                (1984, 15_024, 42_000, 189_760, 309_888, 806_208, 893_120),
                (320, 2112, 4608, 11_776, 13_440, 21_888, 14_080),
                (2_809_856, 8_827_488, 4_168_336, 2_218_688, 1_956_864, 1_180_160, 501_760),
            ),
            1.3: BlockSizes(
                (2816, 26_320, 64_128, 289_040, 528_864, 1_354_368, 1_500_512),
                (416, 2944, 5856, 14_720, 17_664, 28_608, 18_304),
                (3_612_672, 12_726_928, 5_390_528, 2_773_360, 2_571_520, 1_552_640, 652_288),
            ),
            1.4: BlockSizes(
                (3360, 26_320, 84_288, 351_184, 600_528, 1_560_240, 1_737_792),
                (480, 2944, 6720, 16_384, 18_912, 30_720, 19_712),
                (4_214_784, 12_726_928, 5_892_288, 3_141_440, 2_753_408, 1_661_440, 702_464),
            ),
        },
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
        sizes={
            1.0: BlockSizes(
                (5664, 53_248, 136_832, 235_068, 961_224, 4_527_276),
                (192, 1024, 1664, 8832, 28_352, 81_152),
                (2_107_392, 2_408_448, 978_432, 1_846_908, 4_883_272, 3_789_772),
            )
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
        sizes={
            1.0: BlockSizes(
                (242_784, 992_256, 11_112_960, 15_472_128), (0, 0, 0, 0), (13_095_936, 6_472_704, 9_558_528, 1_655_808)
            )
        },
        features={1.0: 768},
        gains_by_bfloat16=False,
    ),
}
