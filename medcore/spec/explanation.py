"""Which image a finished run is asked about, and what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import one_of, switch, whole

MAX_INDEX = 10_000_000

Method = Literal["gradcam", "gradcampp", "integrated_gradients", "occlusion"]
Split = Literal["train", "val", "test"]
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True)
class ExplanationSpec:
    """What is to be explained.

    Args:
        split: of the run's data set.
        index: of the image in that split, from 0.
        methods: heatmaps to compute, in this order.
        target: number of the class that is asked for; None takes the one that the network says.
        layer: the layer whose maps Grad-CAM weighs; "" takes the last one that has maps.
        randomised: compute the maps with randomised weights, too: a map that stays the same says nothing of the
            network (Adebayo et al., arXiv:1810.03292).
        maps: keep feature maps and filters of every convolution.
        nearest: training images nearest by their features, 0 to 50.
    """

    split: Split = "test"
    index: int = 0
    methods: Sequence[str] = METHODS
    target: int | None = None
    layer: str = ""
    randomised: bool = True
    maps: bool = False
    nearest: int = 8

    def __post_init__(self) -> None:
        one_of("Split", self.split, get_args(Split))
        object.__setattr__(self, "index", whole("Number of the image", self.index, 0, MAX_INDEX))
        if isinstance(self.methods, str) or not isinstance(self.methods, Sequence):
            raise ValueError(f"Methods of explanation must be a list of names. Received: {self.methods!r}")
        for name in self.methods:
            one_of("Method of explanation", name, METHODS)
        object.__setattr__(self, "methods", tuple(dict.fromkeys(self.methods)))
        if self.target is not None:
            object.__setattr__(self, "target", whole("Class asked for", self.target, 0, 10_000))
        if not isinstance(self.layer, str) or len(self.layer) > 200:
            raise ValueError(f"Layer must be a name of up to 200 characters. Received: {self.layer!r}")
        for name in ("randomised", "maps"):
            switch(name, getattr(self, name))
        object.__setattr__(self, "nearest", whole("Nearest images", self.nearest, 0, 50))
