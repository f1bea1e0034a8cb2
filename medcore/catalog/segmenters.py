"""The networks that say of every pixel what it is."""

from medcore.catalog.choices import Parameter
from medcore.catalog.model_choice import ModelChoice

_DEPTH = Parameter(
    "Depth",
    3,
    1,
    5,
    "How often the image is halved on the way down: each level lets the network see twice as far.",
    integer=True,
)
_WIDTH = Parameter(
    "Width",
    16,
    4,
    64,
    "Filters of the first level; each level below has twice as many.",
    integer=True,
    steps=(4, 8, 16, 24, 32, 48, 64),
)
_BATCH_NORM = Parameter(
    "Batch normalisation",
    1,
    0,
    1,
    "1 shifts and scales each map by mean and spread of its batch (Ioffe & Szegedy 2015).",
    integer=True,
)
_DROPOUT = Parameter(
    "Dropout",
    0.0,
    0.0,
    0.8,
    "Share of whole maps that are silent at the lowest level, drawn anew at every update (Tompson et al. 2015).",
    steps=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
)
_SKIPS = Parameter(
    "Skip connections",
    1,
    0,
    1,
    "1 hands the fine maps of the way down to the way up; 0 leaves only what came through the lowest level.",
    integer=True,
)
_DECODER = Parameter(
    "Decoder width",
    16,
    4,
    64,
    "Filters of the last level of the decoder; each level below has twice as many.",
    integer=True,
    steps=(4, 8, 16, 24, 32, 48, 64),
)
_IMAGENET = Parameter(
    "ImageNet weights",
    0,
    0,
    1,
    "1 starts the encoder from weights learned on ImageNet, if their file is on this machine; 0 from random ones.",
    integer=True,
)

SEGMENTERS: dict[str, ModelChoice] = {
    "unet": ModelChoice(
        "U-Net",
        "medcore.models.unet:unet",
        "Down to see far, up to see fine, with skip connections between (Ronneberger et al. 2015).",
        {
            "depth": _DEPTH,
            "width": _WIDTH,
            "batch_norm": _BATCH_NORM,
            "dropout": _DROPOUT,
            "skips": _SKIPS,
            "attention": Parameter(
                "Attention gates",
                0,
                0,
                1,
                "1 weighs each skip connection pixel by pixel by what the way up looks for (Oktay et al. 2018).",
                integer=True,
            ),
        },
        size="large",
        family="segmentation",
    ),
    "unetpp": ModelChoice(
        "U-Net++",
        "medcore.models.unetpp:unetpp",
        "A U-Net whose skip connections pass through convolutions of their own (Zhou et al. 2018).",
        {"depth": _DEPTH, "width": _WIDTH, "batch_norm": _BATCH_NORM, "dropout": _DROPOUT},
        size="large",
        family="segmentation",
    ),
    "vgg16_unet": ModelChoice(
        "VGG16 encoder",
        "medcore.models.encoders:vgg16_unet",
        "The articles' VGG16, from whose five levels a decoder goes back up, with skip connections.",
        {"width": _DECODER, "batch_norm": _BATCH_NORM, "skips": _SKIPS, "imagenet": _IMAGENET},
        size="large",
        family="segmentation",
    ),
    "mobilenetv2_unet": ModelChoice(
        "MobileNetV2 encoder",
        "medcore.models.encoders:mobilenetv2_unet",
        "A light encoder made for small machines, with the same decoder.",
        {
            "alpha": Parameter(
                "Alpha",
                0.35,
                0.35,
                1.0,
                "Width of the encoder, as a share of the full one.",
                steps=(0.35, 0.5, 0.75, 1.0),
            ),
            "width": _DECODER,
            "batch_norm": _BATCH_NORM,
            "skips": _SKIPS,
            "imagenet": _IMAGENET,
        },
        size="large",
        family="segmentation",
    ),
}

ENCODERS = {"vgg16_unet": "vgg16", "mobilenetv2_unet": "mobilenetv2"}
"""The backbone that an encoder is, by the network's name: whose ImageNet weights it may start from."""
