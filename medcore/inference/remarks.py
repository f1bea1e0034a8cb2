"""What a person must know of how an upload was brought to what a network learned from, one sentence each."""

from medcore.data.own_volume import OwnVolume
from medcore.inference.gray import not_numbers
from medcore.inference.network import Network
from medcore.inference.spacing import Scale
from medcore.spec import SegmentationSpec

ALIKE = 0.1
"""Spacings that differ by less than this share are alike."""


def remarks(
    volume: OwnVolume, asked: Network, scale: Scale, wanted: SegmentationSpec, gray: tuple[float, float]
) -> list[str]:
    """The sentences.

    Args:
        volume: the upload.
        asked: the network.
        scale: of its slices.
        wanted: how it was asked.
        gray: the values that became black and white.
    """
    values = (_gray(volume, gray), *volume.notes, _missing(not_numbers(volume)))
    size = (_pixels(volume, scale, wanted), _size(scale, asked), _field(volume, scale, asked))
    return [sentence for sentence in (*values, *size, _neighbours(volume)) if sentence]


def _gray(volume: OwnVolume, gray: tuple[float, float]) -> str:
    if volume.values.ndim == 4:
        return "Colours as they are in the file."
    if volume.seen.percentiles is None:
        return ""  # whoever chose the window says so
    low, high = volume.seen.percentiles
    return (
        f"Gray values as in the images learned from: the {low:g} and {high:g} percentiles of the volume, "
        f"{gray[0]:,.4g} and {gray[1]:,.4g}, are black and white."
    )


def _missing(count: int) -> str:
    if not count:
        return ""
    said = "1 voxel is no number (NaN) in the file and was" if count == 1 else f"{count:,} voxels are no numbers (NaN)"
    return f"{said}{'' if count == 1 else ' in the file and were'} taken as the lowest value."


def _pixels(volume: OwnVolume, scale: Scale, wanted: SegmentationSpec) -> str:
    own, learned = volume.seen.spacing, volume.learned.spacing
    if learned is None:
        return "The images learned from have no known pixel size: each pixel was taken as one of theirs."
    if own is None:
        return (
            "The file does not say how large its pixels are: each was taken as one of the images learned from, "
            f"{_mm(_unprepared(learned, scale))}, and areas are in pixels."
        )
    if not wanted.resample:
        taken = _mm(_unprepared(learned, scale))
        return f"Not resampled: pixels of {_mm(own)} were taken as those learned from, of {taken}."
    if not scale.resampled:
        return ""
    return (
        f"Resampled from pixels of {_mm(own)} to the {_mm(learned)} that the network learned at "
        f"({_by(scale.own)} to {_by(scale.made)} pixels), and the mask back."
    )


def _unprepared(learned: tuple[float, float], scale: Scale) -> tuple[float, float]:
    """Pixels of the images learned from before a recipe made them smaller, as it made this one."""
    rows, columns = (mm * made / own for mm, made, own in zip(learned, scale.made, scale.own, strict=True))
    return rows, columns


def _size(scale: Scale, asked: Network) -> str:
    sentences = []
    if scale.padded:
        sentences.append(f"Smaller than what the network takes, {_by(asked.window)} pixels: there is black around it.")
    if scale.framed != asked.window:
        sentences.append(f"Larger than what the network takes: seen through windows of {_by(asked.window)} pixels.")
    return " ".join(sentences)


def _field(volume: OwnVolume, scale: Scale, asked: Network) -> str:
    """Of slices smaller than those learned from, which had no more around them."""
    if min(scale.made) >= min(volume.learned.field, *asked.window):
        return ""
    return (
        f"The slice, {_by(scale.made)} pixels as the network sees it, is smaller than what an answer may depend on "
        f"({volume.learned.field} pixels): the network counts on surroundings that are not there."
    )


def _neighbours(volume: OwnVolume) -> str:
    context = volume.learned.spec["segmentation"]["context"]
    if not context:
        return ""
    if volume.plane[0] == 1:
        return (
            "The network looks at neighbouring slices, too; this image has none, so it saw itself again in their place."
        )
    own, learned = volume.seen.step, volume.learned.step
    if own is None or learned is None or abs(own / learned - 1) <= ALIKE:
        return ""
    return (
        f"The network looks at neighbouring slices, too: here they lie {own:.3g} mm apart, in the images learned from "
        f"{learned:.3g} mm."
    )


def _mm(spacing: tuple[float, float]) -> str:
    return " x ".join(f"{side:.3g}" for side in reversed(spacing)) + " mm"


def _by(size: tuple[int, int]) -> str:
    return f"{size[1]:,} x {size[0]:,}"
