"""How large a run with a network for masks is, before it starts: counted from its options, no network is built.

The networks are those of `medcore.models`: a block is two convolutions of 3x3 with ReLU, a doubling a transposed
convolution of 2x2. Numbers of maps are those that their layers make of one image and keep until gradients are known.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from medcore.catalog.backbones import BACKBONES, IMAGENET_SIZE
from medcore.catalog.footprint import BYTES, COPIES, SPARE, TENSORFLOW, VALUES_AT_ONCE, WHOLE, Footprint

Shape = tuple[int, int, int]
_VGG16 = (64, 128, 256, 512, 512)
_VGG16_LAST_POOL = 512 * 7 * 7
"""Numbers of the backbone's last layer at ImageNet's size, which the encoder leaves out."""
_MOBILENETV2 = (16, 24, 32, 96, 320)
"""Filters of full width whose maps are handed over, six times as many; the last are the lowest."""
_LAST = 1280
"""Filters of MobileNetV2's last convolution, which the encoder leaves out."""


class Size(NamedTuple):
    """Parameters, and numbers in the maps of one image."""

    parameters: float = 0
    values: float = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.parameters + other.parameters, self.values + other.values)


def footprint(name: str, options: Mapping[str, Any], shape: Shape, classes: int, batch: int) -> Footprint:
    """Parameters and memory of a run that trains the whole network.

    Args:
        name: of `catalog.SEGMENTERS`.
        options: its options, every one of them, as `ModelSpec` has them.
        shape: (height, width, channels) of an image as the network gets it, neighbouring slices among the channels.
        classes: number of classes, the background among them.
        batch: images a step.
    """
    parameters, values = size(name, options, shape, classes)
    most = WHOLE if options.get("batch_norm") or name == "mobilenetv2_unet" else VALUES_AT_ONCE
    kept = max(values, min(values * batch, most))
    return Footprint(parameters, parameters, TENSORFLOW + BYTES * (COPIES * parameters + SPARE * kept))


def multiple(name: str, options: Mapping[str, Any]) -> int:
    """Pixels of the image, along a side, that one pixel of the lowest maps stands for."""
    return {"vgg16_unet": 16, "mobilenetv2_unet": 32}.get(name) or 2 ** int(options["depth"])


def size(name: str, options: Mapping[str, Any], shape: Shape, classes: int) -> Size:
    """Parameters of a network, and numbers in its maps of one image; arguments as of `footprint`."""
    height, width, channels = shape
    step = multiple(name, options)
    pixels = (height + -height % step) * (width + -width % step)
    first = int(options["width"])
    head = Size(first * classes + classes, classes * (pixels + height * width)) + Size(0, channels * pixels)
    if name == "unet":
        return _unet(options, channels, pixels) + head
    if name == "unetpp":
        return _unetpp(options, channels, pixels) + head
    return _encoded(name, options, channels, pixels) + head


def _unet(options: Mapping[str, Any], channels: int, pixels: int) -> Size:
    depth, norm = int(options["depth"]), int(options["batch_norm"])
    filters = [int(options["width"]) * 2**level for level in range(depth + 1)]
    whole, inside = Size(0, filters[-1] * pixels / 4**depth), channels
    for level, wide in enumerate(filters):
        whole += _block(inside, wide, pixels / 4**level, norm)
        whole += Size(0, wide * pixels / 4 ** (level + 1) if level < depth else 0)
        inside = wide
    beside = filters[:-1] if options["skips"] else [0] * depth
    return whole + _decoded(inside, beside, filters[:-1], pixels, norm, bool(options["attention"]))


def _unetpp(options: Mapping[str, Any], channels: int, pixels: int) -> Size:
    depth, norm = int(options["depth"]), int(options["batch_norm"])
    filters = [int(options["width"]) * 2**level for level in range(depth + 1)]
    whole, inside = Size(0, filters[-1] * pixels / 4**depth), channels
    for level, wide in enumerate(filters):
        here = pixels / 4**level
        whole += _block(inside, wide, here, norm) + Size(0, wide * here / 4 if level < depth else 0)
        for place in range(1, depth + 1 - level):
            joined = (place + 1) * wide
            whole += _doubled(2 * wide, wide, here) + Size(0, joined * here) + _block(joined, wide, here, norm)
        inside = wide
    return whole


def _encoded(name: str, options: Mapping[str, Any], channels: int, pixels: int) -> Size:
    """Backbone and decoder."""
    if name == "vgg16_unet":
        sizes, maps = BACKBONES["vgg16"].block_sizes({}), list(_VGG16)
        parameters, values = sum(sizes.parameters), sum(sizes.values) - _VGG16_LAST_POOL
    else:
        alpha = float(options["alpha"])
        sizes = BACKBONES["mobilenetv2"].block_sizes({"alpha": alpha})
        *expanded, lowest = (_eighths(alpha * filters) for filters in _MOBILENETV2)
        maps = [3, *(6 * filters for filters in expanded), lowest]
        parameters = sum(sizes.parameters) - _LAST * (lowest + 4)
        values = sum(sizes.values) - 3 * _LAST * (IMAGENET_SIZE // 32) ** 2
    whole = Size(parameters, values * pixels / IMAGENET_SIZE**2)
    colours = Size(3 * channels, 3 * pixels) if channels not in (1, 3) else Size()
    whole += colours + Size(3 * (channels if channels in (1, 3) else 3) + 3, 3 * pixels)
    filters = [int(options["width"]) * 2**level for level in range(len(maps) - 1)]
    beside = maps[:-1] if options["skips"] else [0] * len(filters)
    return whole + _decoded(maps[-1], beside, filters, pixels, int(options["batch_norm"]))


def _decoded(
    inside: int, beside: Sequence[int], filters: Sequence[int], pixels: int, norm: int, attention: bool = False
) -> Size:
    """The way up from maps of so many channels; `beside` are those handed over, from the finest on, 0 for none."""
    whole = Size()
    for level in reversed(range(len(filters))):
        wide, fine, here = filters[level], beside[level], pixels / 4**level
        whole += _doubled(inside, wide, here)
        if fine:
            whole += _gate(fine, wide, here) if attention else Size()
            whole += Size(0, (fine + wide) * here)
        whole += _block(fine + wide, wide, here, norm)
        inside = wide
    return whole


def _block(inside: int, wide: int, pixels: float, norm: int) -> Size:
    """Two convolutions; with batch normalisation four numbers a map take the place of a bias."""
    return Size(9 * wide * (inside + wide) + (8 if norm else 2) * wide, 2 * (2 + norm) * wide * pixels)


def _doubled(inside: int, wide: int, pixels: float) -> Size:
    return Size(4 * inside * wide, wide * pixels)


def _gate(fine: int, coarse: int, pixels: float) -> Size:
    """An attention gate."""
    inner = max(1, fine // 2)
    return Size((fine + coarse + 2) * inner + 1, (4 * inner + 1 + fine) * pixels)


def _eighths(filters: float) -> int:
    """Filters rounded as MobileNetV2 does: to eights, and never down by more than a tenth."""
    rounded = max(8, int(filters + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * filters else rounded
