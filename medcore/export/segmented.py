"""Runs of segmentation as settings of a script, and what a script cannot do of them."""

from collections.abc import Mapping
from typing import Any

from medcore.data.published import backbone_weights
from medcore.spec import ModelSpec, RunSpec

TASK = "segment"
ENCODERS = {"vgg16_unet": "vgg16", "mobilenetv2_unet": "mobilenetv2"}
"""Networks whose encoder is a backbone: which one."""


def check(label: str, spec: RunSpec) -> None:
    """Raises ValueError for what a script does not do."""
    if spec.regularization:
        raise ValueError(f'A script of segmentation takes runs without penalties. Received: "{label}" with one')


def segmenting(runs: Mapping[str, RunSpec]) -> bool:
    """Whether a network says of every pixel what it is."""
    return any(spec.task == TASK for spec in runs.values())


def pretrained(spec: RunSpec) -> bool:
    """Whether the encoder starts from ImageNet weights."""
    return spec.model.name in ENCODERS and bool(spec.model.options.get("imagenet"))


def settings(spec: RunSpec) -> dict[str, Any]:
    """What a run has beside the settings of every training."""
    if not pretrained(spec):
        return {}
    width = {"alpha": spec.model.options["alpha"]} if "alpha" in spec.model.options else {}
    whole = ModelSpec(ENCODERS[spec.model.name], {"size": backbone_weights.ROWS[-1], **width})
    published = backbone_weights.remote(whole)
    return {"imagenet": (published.url, published.digest.partition(":")[2] or None)}
