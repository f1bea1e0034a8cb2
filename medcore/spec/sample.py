"""Which of the labelled images the network gets, and how good their labels are."""

from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import number, one_of, switch, whole

MAX_IMAGES = 10_000_000
MAX_IMBALANCE = 1000.0

Imbalanced = Literal["all", "train"]


@dataclass(frozen=True)
class SampleSpec:
    """Fewer images, wrong labels, rare classes. Applied in this order: imbalance, images, label noise, oversampling.

    Args:
        images: training images kept, the shares of the classes as they are; smaller samples lie within larger ones
            of the same seed. None keeps all.
        label_noise: share of the training labels that are replaced by another class, each as likely, 0 to 0.95.
        imbalance: how many images of the commonest class come on one of the rarest, which is thinned until then, 1 to
            1000; None leaves the classes as they are.
        imbalanced: where that happens: "all" splits, as if the disease were rare, or "train" alone.
        oversample: repeat training images of the rarer classes until all classes have as many as the commonest.
    """

    images: int | None = None
    label_noise: float = 0.0
    imbalance: float | None = None
    imbalanced: Imbalanced = "all"
    oversample: bool = False

    def __post_init__(self) -> None:
        if self.images is not None:
            object.__setattr__(self, "images", whole("Training images", self.images, 1, MAX_IMAGES))
        object.__setattr__(self, "label_noise", number("label_noise", self.label_noise, 0, 0.95))
        if self.imbalance is not None:
            object.__setattr__(self, "imbalance", number("imbalance", self.imbalance, 1, MAX_IMBALANCE))
        one_of("imbalanced", self.imbalanced, get_args(Imbalanced))
        switch("oversample", self.oversample)

    def check_masks(self) -> None:
        """Raises ValueError for what is of images with a label each, where masks are what is learned."""
        asked = {
            f"{self.label_noise:.0%} wrong labels": self.label_noise,
            f"an imbalance of {self.imbalance or 0:g}": self.imbalance is not None,
            "oversampling": self.oversample,
        }
        if any(asked.values()):
            received = ", ".join(words for words, there in asked.items() if there)
            raise ValueError(
                "Wrong labels, rare classes and oversampling are of images with a label each, and not of masks. "
                f"Received: {received}"
            )

    def __bool__(self) -> bool:
        """Whether anything differs from the images as they come."""
        return self != SampleSpec()
