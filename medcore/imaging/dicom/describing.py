"""What a DICOM file is, without decoding its pixels."""

from pydicom.dataset import Dataset
from pydicom.tag import Tag

from medcore.imaging.dicom import burned_in, elements, frames, layout, notes, syntaxes, tables, values, voi
from medcore.imaging.dicom.reading import DAMAGE, Document, RefusedError, quietly, read
from medcore.imaging.files import Found

OVERLAY = 0x60003000
"""Overlay Data of the first overlay plane."""

WANTED = tuple(
    int(Tag(keyword))
    for keyword in (
        *("SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality", "Units"),
        *("StudyDescription", "SeriesDescription", "ProtocolName", "SeriesInstanceUID", "SeriesNumber"),
        *("InstanceNumber", "AcquisitionNumber", "TemporalPositionIdentifier", "EchoTime", "TriggerTime"),
        *("DiffusionBValue", "FrameReferenceTime", "SliceThickness", "SpacingBetweenSlices", "PixelSpacing"),
        *("ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio", "SequenceOfUltrasoundRegions"),
        *("ImagePositionPatient", "ImageOrientationPatient", "GridFrameOffsetVector", "DoseGridScaling", "DoseUnits"),
        *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns"),
        *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "BurnedInAnnotation"),
        *("RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence", "PresentationLUTShape"),
        *("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction", "VOILUTSequence"),
        *("LossyImageCompression", "TotalPixelMatrixColumns", "TotalPixelMatrixRows"),
        *("RedPaletteColorLookupTableDescriptor", "SegmentedRedPaletteColorLookupTableData"),
        *("GreenPaletteColorLookupTableDescriptor", "SegmentedGreenPaletteColorLookupTableData"),
        *("BluePaletteColorLookupTableDescriptor", "SegmentedBluePaletteColorLookupTableData"),
        *("RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData"),
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
        *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
        OVERLAY,
    )
)


def describe(data: memoryview, name: str) -> list[Found]:
    """What a DICOM file holds: one image, of one or more frames.

    Args:
        data: the whole file.
        name: of the file; nothing is told by it.

    Raises:
        ValueError: with one sentence, if it is no DICOM file, is damaged, or holds no image that can be shown.
    """
    del name
    with quietly():
        document = read(data, WANTED)
        try:
            return [_found(document)]
        except RefusedError:
            raise
        except DAMAGE as error:
            raise RefusedError("The DICOM file is damaged: its header makes no sense.") from error


def _found(document: Document) -> Found:
    header = document.header
    pixels = layout.of(document)
    if document.syntax in syntaxes.CODECS:
        _check_codec(document, pixels)
    groups = frames.Groups(header)
    carriers = [groups.carrier(index, "PixelValueTransformationSequence") for index in range(pixels.frames)]
    meaning = values.meaning(header, pixels, carriers)
    placed, where = frames.frames(groups, meaning.lines)
    windows, about_windows = voi.windows(groups.carrier(0, "FrameVOILUTSequence"))
    coloured = pixels.samples == 3 or pixels.photometric == "PALETTE COLOR"
    if pixels.photometric == "PALETTE COLOR":
        tables.palette(header, pixels.signed)
    inverted = not coloured and _inverted(header, pixels)
    dtype = values.stored_type(pixels, meaning.table)
    odd = (
        *((notes.inverted(),) if inverted else ()),
        *((notes.lossy(),) if _lossy(document) else ()),
        *_pieces(header, pixels),
        *pixels.notes,
        *values.type_notes(pixels, meaning.table),
        *meaning.notes,
        *(() if coloured else about_windows),
        *where,
        *((notes.overlay(),) if OVERLAY in header else ()),
    )
    return Found(
        kind="dicom",
        group=_group(header, pixels, dtype, placed[0].position is None, inverted),
        title=_title(header),
        modality=elements.text(header, "Modality").upper()[:16],
        rows=pixels.rows,
        columns=pixels.columns,
        samples=3 if coloured else 1,
        dtype=dtype,
        unit=meaning.unit,
        frames=placed,
        windows=() if coloured else windows,
        inverted=inverted,
        burned_in=burned_in.risk(header),
        notes=odd,
        gap=frames.gap(groups),
        details={"instance": elements.text(header, "SOPInstanceUID"), "syntax": document.syntax},
    )


def _check_codec(document: Document, pixels: layout.Layout) -> None:
    if document.syntax == syntaxes.JPEG_EXTENDED and pixels.stored > 8:
        raise RefusedError(syntaxes.twelve_bits(pixels.stored))


def _inverted(header: Dataset, pixels: layout.Layout) -> bool:
    """MONOCHROME1, or what means the same to newer X-ray objects (PS3.3 C.7.6.3.1.2 and C.11.6)."""
    shape = elements.text(header, "PresentationLUTShape").upper()
    return pixels.photometric == "MONOCHROME1" or shape == "INVERSE"


def _lossy(document: Document) -> bool:
    codec = syntaxes.CODECS.get(document.syntax)
    return elements.text(document.header, "LossyImageCompression") == "01" or bool(codec and codec.lossy)


def _pieces(header: Dataset, pixels: layout.Layout) -> tuple[str, ...]:
    """Pictures that are made of, or part of, others."""
    columns, rows = (elements.whole(header, f"TotalPixelMatrix{side}") or 0 for side in ("Columns", "Rows"))
    tiles = (notes.tiles(columns, rows),) if columns > pixels.columns or rows > pixels.rows else ()
    return (*tiles, *((notes.mosaic(),) if "MOSAIC" in elements.words(header, "ImageType") else ()))


def _group(header: Dataset, pixels: layout.Layout, dtype: str, placeless: bool, inverted: bool) -> str:
    """Files of one series whose images have the same size and kind; several frames without a place stand alone."""
    series = elements.text(header, "SeriesInstanceUID")
    if not series or (placeless and pixels.frames > 1):
        return ""
    kind = f"{pixels.rows}x{pixels.columns}x{pixels.samples} {pixels.photometric} {dtype} {inverted}"
    return f"{series} {kind}"


def _title(header: Dataset) -> str:
    """What somebody called it; "" if nobody did."""
    for keyword in ("SeriesDescription", "ProtocolName", "StudyDescription"):
        if found := elements.text(header, keyword):
            return found
    return ""
