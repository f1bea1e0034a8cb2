"""What was measured on a mask as a DICOM structured report (PS3.16, TID 1500): volumes, or areas of a single image."""

from collections.abc import Sequence

from highdicom import UID
from highdicom.seg import Segmentation
from highdicom.sr import (
    AlgorithmIdentification,
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    ReferencedSegment,
    ReferencedSegmentationFrame,
    SourceImageForSegmentation,
    SourceSeriesForSegmentation,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from medcore import __version__
from medcore.imaging.export import codes as meanings
from medcore.imaging.export.segment_file import LONGEST_LABEL, MAKER, REPORT_SERIES
from medcore.imaging.export.sources import Sources

MILLILITRE = Code("mL", "UCUM", "milliliter")
SQUARE_MILLIMETRE = Code("mm2", "UCUM", "square millimeter")
PROCEDURES = {
    "CT": codes.LN.CTUnspecifiedBodyRegion,
    "MR": codes.LN.MRIUnspecifiedBodyRegion,
    "PT": codes.LN.PETUnspecifiedBodyRegion,
    "NM": codes.LN.NMUnspecifiedBodyRegion,
    "DX": codes.LN.XRUnspecifiedBodyRegion,
    "CR": codes.LN.XRUnspecifiedBodyRegion,
}
OTHER_PROCEDURE = Code("363679005", "SCT", "Imaging procedure")


def report(
    sources: Sources, segmented: Segmentation, names: Sequence[str], sizes: Sequence[float], model: str
) -> Comprehensive3DSR:
    """The report.

    Args:
        sources: what was measured on.
        segmented: the segments that were measured.
        names: of classes 1, 2, …, the numbers of their segments.
        sizes: of each class: the volume in ml, of a single slice the area in mm².
        model: what drew the mask.
    """
    observer = ObserverContext(
        codes.DCM.Device,
        DeviceObserverIdentifyingAttributes(
            uid=UID(), name=f"{MAKER} {model}", manufacturer_name=MAKER, model_name=f"{MAKER} {model}"
        ),
    )
    algorithm = AlgorithmIdentification(f"{MAKER} {model}", __version__, manufacturer=MAKER)
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=observer),
        procedure_reported=PROCEDURES.get(sources.images[0].Modality, OTHER_PROCEDURE),
        imaging_measurements=[
            _measured(sources, segmented, number, name, size, algorithm)
            for number, (name, size) in enumerate(zip(names, sizes, strict=True), 1)
        ],
    )
    return Comprehensive3DSR(
        evidence=[*sources.images, segmented],
        content=content[0],
        series_instance_uid=UID(),
        series_number=REPORT_SERIES,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=f"{MAKER} {model}"[:LONGEST_LABEL],
        software_versions=__version__,
        device_serial_number=segmented.DeviceSerialNumber,
        series_description=f"{MAKER} measurements",
        is_complete=True,
        specific_character_set="ISO_IR 192",
    )


def _slices(sources: Sources) -> int:
    return len(sources.images) if sources.frames is None else len(sources.frames)


def _measured(
    sources: Sources, segmented: Segmentation, number: int, name: str, size: float, algorithm: AlgorithmIdentification
) -> VolumetricROIMeasurementsAndQualitativeEvaluations | PlanarROIMeasurementsAndQualitativeEvaluations:
    """The volume of a segment, or its area where there is one slice."""
    meaning = meanings.meaning(name)
    said = {
        "tracking_identifier": _tracking(segmented, number),
        "finding_category": meaning.category,
        "finding_type": meaning.type,
        "algorithm_id": algorithm,
    }
    if _slices(sources) == 1:
        area = Measurement(codes.SCT.Area, size, SQUARE_MILLIMETRE)
        return PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_segment=_frame(sources, segmented, number), measurements=[area], **said
        )
    volume = Measurement(codes.SCT.Volume, size, MILLILITRE)
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        referenced_segment=_segment(sources, segmented, number), measurements=[volume], **said
    )


def _segment(sources: Sources, segmented: Segmentation, number: int) -> ReferencedSegment:
    return ReferencedSegment(
        segmented.SOPClassUID,
        segmented.SOPInstanceUID,
        number,
        source_series=SourceSeriesForSegmentation(sources.images[0].SeriesInstanceUID),
    )


def _frame(sources: Sources, segmented: Segmentation, number: int) -> ReferencedSegmentationFrame:
    """Of a single slice every segment has one frame, empty or not: that of its number."""
    image = sources.images[0]
    return ReferencedSegmentationFrame(
        segmented.SOPClassUID,
        segmented.SOPInstanceUID,
        frame_number=number,
        segment_number=number,
        source_image=SourceImageForSegmentation(image.SOPClassUID, image.SOPInstanceUID, sources.frames),
    )


def _tracking(segmented: Segmentation, number: int) -> TrackingIdentifier:
    """The same as of the segment, so that both are known to be one thing."""
    segment = segmented.SegmentSequence[number - 1]
    return TrackingIdentifier(segment.TrackingUID, segment.TrackingID)
