"""What a run of segmentation is beside its network and its loss, and how an image of one's own is segmented."""

from dataclasses import dataclass
from typing import Literal, get_args

from medcore.spec.checks import number, one_of, switch, whole

MAX_CONTEXT, MAX_WATCHED = 3, 12

Variants = Literal["none", "mild", "flips"]


@dataclass(frozen=True)
class SegmentationSpec:
    """How masks are learned, and what is asked of an upload.

    Args:
        context: neighbouring slices of the volume to each side that the network sees as further channels, 0 to 3; 0
            takes each slice by itself.
        watched: validation images whose masks are kept after every epoch, 0 to 12.
        variants: of an upload, which others of the same image are asked, too: "mild" are slightly turned, moved and
            brightened ones, "flips" mirrored ones; where they disagree the network is unsure. Of the task
            "segment_image".
        overlap: of the windows that a large slice is seen through, as a share of their side, 0 to 0.75; likewise.
        resample: bring an upload to the pixel size that the network learned at, and its mask back; likewise.
    """

    context: int = 0
    watched: int = 6
    variants: Variants = "none"
    overlap: float = 0.5
    resample: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", whole("Neighbouring slices", self.context, 0, MAX_CONTEXT))
        object.__setattr__(self, "watched", whole("Images watched", self.watched, 0, MAX_WATCHED))
        one_of("Variants of the image", self.variants, get_args(Variants))
        object.__setattr__(self, "overlap", number("Overlap of windows", self.overlap, 0, 0.75))
        switch("Resample", self.resample)
