"""A mask as a DICOM segmentation (PS3.3 A.51): one binary segment a class, over the images that it was drawn on."""

from collections.abc import Mapping, Sequence

import numpy as np
from highdicom import UID, AlgorithmIdentificationSequence
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom.sr.codedict import codes

from medcore import __version__
from medcore.imaging.export import codes as meanings
from medcore.imaging.export.sources import Sources

MAKER = "Medcore"
FOR = "For teaching and research, not for diagnosis"
SERIES, REPORT_SERIES = 9001, 9002
"""Series numbers far beyond those that scanners give."""
LONGEST_LABEL = 64
"""Letters of a DICOM long string (LO)."""


def segmentation(
    sources: Sources, mask: np.ndarray, names: Sequence[str], model: str, run: str, settings: Mapping[str, str]
) -> Segmentation:
    """The segmentation.

    Args:
        sources: what lies under the mask.
        mask: (slices, rows, columns) uint8, classes in the order of the slices; 0 is nothing.
        names: of classes 1, 2, …; each becomes the segment of its number, also where no pixel is of it.
        model: what drew the mask.
        run: id of the run that it was trained in.
        settings: what else the mask depends on.
    """
    algorithm = AlgorithmIdentificationSequence(
        name=f"{MAKER} {model}"[:LONGEST_LABEL],
        family=codes.DCM.ArtificialIntelligence,
        version=__version__,
        source=MAKER,
        parameters={"run": run, **settings},
    )
    made = Segmentation(
        source_images=sources.images,
        pixel_array=mask,
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(number, name, algorithm) for number, name in enumerate(names, 1)],
        series_instance_uid=UID(),
        series_number=SERIES,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=f"{MAKER} {model}"[:LONGEST_LABEL],
        software_versions=__version__,
        device_serial_number=run[:LONGEST_LABEL],
        content_description=FOR,
        content_label="SEGMENTATION",
        series_description=f"{MAKER} segmentation",
        omit_empty_frames=len(mask) > 1,
    )
    if sources.frames is not None:
        _refer(made, sources.frames)
    for measures in made.SharedFunctionalGroupsSequence[0].get("PixelMeasuresSequence", ()):
        measures.setdefault("SliceThickness", None)  # of a radiograph it is unknown, and readers look for it
    return made


def label(name: str, number: int) -> str:
    """The name of a class as a long string of DICOM (PS3.5 6.2): no backslash, no control characters, never empty."""
    plain = " ".join("".join(letter if letter.isprintable() and letter != "\\" else " " for letter in name).split())
    return plain[:LONGEST_LABEL].strip() or f"class {number}"


def _described(number: int, name: str, algorithm: AlgorithmIdentificationSequence) -> SegmentDescription:
    meaning = meanings.meaning(name)
    return SegmentDescription(
        segment_number=number,
        segment_label=label(name, number),
        segmented_property_category=meaning.category,
        segmented_property_type=meaning.type,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        tracking_uid=UID(),
        tracking_id=label(name, number),
    )


def _refer(made: Segmentation, frames: Sequence[int]) -> None:
    """Frame numbers of the file itself: highdicom counts only the frames that it was told of.

    Segments share what they say of a frame that they are both drawn on, so each is counted anew once.
    """
    images = {
        id(image): image
        for group in made.PerFrameFunctionalGroupsSequence
        for derivation in group.get("DerivationImageSequence", ())
        for image in derivation.SourceImageSequence
    }
    for image in images.values():
        image.ReferencedFrameNumber = frames[int(image.ReferencedFrameNumber) - 1]
