"""What a de-identified file may hold: what is needed to show and measure the image, and cannot hide anything else.

A list of what is allowed does not end where the next edition of the standard begins, as a list of what is forbidden
does. No free text is on it: a text is kept only if it is one of the terms named here, so every kept value is a
number, a date or a UID that is replaced, a table of numbers, or a word of this file. Sex, age, size and weight are not
on it: together with a date they single people out, and no image needs them to be shown.
"""

NUMBERS = frozenset(
    (
        # Image Pixel, Multi-frame, Cine (PS3.3 C.7.6.3, C.7.6.5, C.7.6.6)
        *("SamplesPerPixel", "PlanarConfiguration", "Rows", "Columns", "NumberOfFrames", "PixelAspectRatio"),
        *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SmallestImagePixelValue"),
        *("LargestImagePixelValue", "PixelPaddingValue", "PixelPaddingRangeLimit", "LossyImageCompressionRatio"),
        *("FrameTime", "FrameTimeVector", "CineRate", "RecommendedDisplayFrameRate", "FrameDelay"),
        *("FrameIncrementPointer", "GridFrameOffsetVector"),
        # Place and size (C.7.6.2 and the functional groups of C.7.6.16.2)
        *("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
        *(
            "ImagePositionPatient",
            "ImageOrientationPatient",
            "SliceLocation",
            "EstimatedRadiographicMagnificationFactor",
        ),
        # Which image of a series
        *("SeriesNumber", "AcquisitionNumber", "InstanceNumber", "TemporalPositionIdentifier", "ImagesInAcquisition"),
        *("NumberOfTemporalPositions", "TemporalPositionIndex", "InStackPositionNumber", "DimensionIndexValues"),
        *("FrameAcquisitionNumber", "DimensionIndexPointer", "FunctionalGroupPointer", "TemporalPositionTimeOffset"),
        *("InConcatenationNumber", "InConcatenationTotalNumber", "ConcatenationFrameOffsetNumber"),
        # Values and windows (C.11)
        *("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "LUTDescriptor", "DoseGridScaling"),
        *("RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor"),
        *("BluePaletteColorLookupTableDescriptor",),
        *("RecommendedDisplayGrayscaleValue", "RecommendedDisplayCIELabValue", "MaximumFractionalValue"),
        # How it was acquired, coarsely
        *("KVP", "ExposureTime", "XRayTubeCurrent", "Exposure", "GantryDetectorTilt", "ReconstructionDiameter"),
        *("DataCollectionDiameter", "DistanceSourceToDetector", "DistanceSourceToPatient", "PositionerPrimaryAngle"),
        *("PositionerSecondaryAngle", "EchoTime", "EffectiveEchoTime", "RepetitionTime", "InversionTime", "FlipAngle"),
        *("EchoNumbers", "EchoTrainLength", "MagneticFieldStrength", "NumberOfAverages", "AcquisitionMatrix"),
        *("DiffusionBValue", "DiffusionGradientOrientation", "TriggerTime", "NominalCardiacTriggerDelayTime"),
        *("FrameReferenceTime", "ActualFrameDuration", "SpiralPitchFactor"),
        # Ultrasound regions (C.8.5.5)
        *("RegionSpatialFormat", "RegionDataType", "RegionFlags", "RegionLocationMinX0", "RegionLocationMinY0"),
        *("RegionLocationMaxX1", "RegionLocationMaxY1", "PhysicalUnitsXDirection", "PhysicalUnitsYDirection"),
        *("ReferencePixelX0", "ReferencePixelY0", "PhysicalDeltaX", "PhysicalDeltaY"),
        *("ReferencePixelPhysicalValueX", "ReferencePixelPhysicalValueY"),
        # Segments and references
        *("SegmentNumber", "ReferencedSegmentNumber", "ReferencedFrameNumber"),
    )
)
"""Kept if they are finite numbers, and not more than there may be."""

A_FRAME = frozenset(("FrameTimeVector", "GridFrameOffsetVector", "ReferencedFrameNumber"))
"""Numbers of which there is at most one a frame."""

MOST_NUMBERS = 32
"""How many there are of other numbers that the standard sets no limit to, such as windows."""

TABLES = frozenset(
    (
        *("RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData"),
        *("SegmentedRedPaletteColorLookupTableData", "SegmentedGreenPaletteColorLookupTableData"),
        *("SegmentedBluePaletteColorLookupTableData", "LUTData"),
    )
)
"""Kept as far as the image uses them: see `used_tables`."""

SEQUENCES = frozenset(
    (
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "PixelMeasuresSequence"),
        *("PlanePositionSequence", "PlaneOrientationSequence", "FrameContentSequence", "FrameVOILUTSequence"),
        *("PixelValueTransformationSequence", "CTImageFrameTypeSequence", "MRImageFrameTypeSequence"),
        *("PETFrameTypeSequence", "MREchoSequence", "MRDiffusionSequence", "DiffusionGradientDirectionSequence"),
        *("MRTimingAndRelatedParametersSequence", "CardiacSynchronizationSequence", "TemporalPositionSequence"),
        *("FrameAnatomySequence", "SegmentIdentificationSequence", "SegmentSequence", "DimensionOrganizationSequence"),
        *("DimensionIndexSequence", "ModalityLUTSequence", "VOILUTSequence", "SequenceOfUltrasoundRegions"),
        *("SourceImageSequence", "ReferencedImageSequence", "ReferencedSeriesSequence", "ReferencedInstanceSequence"),
        *("DerivationImageSequence",),
    )
)
"""Their items are filtered by the same lists."""

UIDS = frozenset(
    (
        *("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "ConcatenationUID"),
        *("DimensionOrganizationUID", "ReferencedSOPInstanceUID", "SynchronizationFrameOfReferenceUID"),
        *("SOPInstanceUIDOfConcatenationSource",),
    )
)
"""Replaced, the same one always by the same."""

CLASSES = frozenset(("SOPClassUID", "ReferencedSOPClassUID"))
"""Kept if the standard names them."""

DATES = frozenset(("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"))
"""Moved by the days of their patient."""

EMPTIED = ("AccessionNumber", "Manufacturer", "PatientBirthDate", "PatientSex", "ReferringPhysicianName", "StudyID")
"""Left empty, because images must have them (type 2 of PS3.3 C.7)."""


def _terms(words: str) -> frozenset[str]:
    return frozenset(words.split())


_YES_NO = frozenset(("YES", "NO"))
_SIDES = frozenset(("R", "L", "U", "B"))
_TYPES = _terms(
    "ORIGINAL DERIVED MIXED PRIMARY SECONDARY AXIAL LOCALIZER MPR REFORMATTED PROJECTION_IMAGE VOLUME "
    "NONE LABEL OVERVIEW OTHER M P R I PHASE MAGNITUDE REAL IMAGINARY ADC FA DIFFUSION TRACEW ND NORM "
    "DIS2D DIS3D MEAN MIP MINIP AVERAGE MAX MIN FLOW T1 T2 T2_STAR PROTON_DENSITY PERFUSION VELOCITY "
    "RESAMPLED SUBTRACTION ANGIO CINE STATIC DYNAMIC GATED WHOLE_BODY TOMO EMISSION TRANSMISSION RECON "
    "SINGLE_PLANE BIPLANE_A BIPLANE_B THUMBNAIL WATER FAT IN_PHASE OUT_OF_PHASE FFE SE W_FFE W_SE"
)

TERMS: dict[str, frozenset[str]] = {
    "ImageType": _TYPES,
    "FrameType": _TYPES,
    "PixelPresentation": frozenset(("COLOR", "MONOCHROME", "MIXED", "TRUE_COLOR")),
    "VolumetricProperties": frozenset(("VOLUME", "SAMPLED", "DISTORTED", "MIXED")),
    "Modality": _terms(
        "AR BDUS BI BMD CR CT CTPROTOCOL DG DMS DX ECG EPS ES FA FS FID GM HC HD IO IVOCT IVUS KER LEN LP LS "
        "MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS OT PA POS PT PX REG RESP RF RG RTDOSE RTIMAGE SEG "
        "SM SMR SRF ST TG US VA XA XC"
    ),
    "PhotometricInterpretation": frozenset(
        ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
    ),
    "PresentationLUTShape": frozenset(("IDENTITY", "INVERSE")),
    "VOILUTFunction": frozenset(("LINEAR", "LINEAR_EXACT", "SIGMOID")),
    "WindowCenterWidthExplanation": _terms(
        "WINDOW WINDOW1 WINDOW2 WINDOW3 NORMAL HARDER SOFTER DEFAULT LUNG LUNGS BONE BONES BRAIN ABDOMEN "
        "MEDIASTINUM LIVER SOFT TISSUE CHEST HEAD SPINE PELVIS"
    )
    | {"SOFT TISSUE", "LINEAR"},
    "RescaleType": frozenset(("HU", "US", "OD", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT", "UNSPECIFIED")),
    "ModalityLUTType": frozenset(("HU", "US", "OD", "MGML", "Z_EFF", "ED", "EDW", "HU_MOD", "PCT", "UNSPECIFIED")),
    "Units": _terms(
        "CNTS NONE CM2 CM2ML PCNT CPS BQML MGMINML UMOLMINML MLMING MLG 1CM UMOLML PROPCNTS PROPCPS MLMINML "
        "MLML GML STDDEV SUV"
    ),
    "DoseUnits": frozenset(("GY", "RELATIVE")),
    "DoseType": frozenset(("PHYSICAL", "EFFECTIVE", "ERROR")),
    "DoseSummationType": frozenset(("PLAN", "MULTI_PLAN", "FRACTION", "BEAM", "BRACHY", "CONTROL_POINT", "RECORD")),
    "PatientPosition": _terms("HFP HFS HFDR HFDL FFP FFS FFDR FFDL LFP LFS RFP RFS AFP AFS PFP PFS"),
    "Laterality": _SIDES,
    "ImageLaterality": _SIDES,
    "FrameLaterality": _SIDES,
    "ViewPosition": _terms("AP PA LL RL RLD LLD RLO LLO MLO ML CC LM LMO XCCL XCCM FB SIO ISO CV AT"),
    "BodyPartExamined": _terms(
        "ABDOMEN ANKLE ARM BRAIN BREAST CHEST CSPINE CTSPINE ELBOW FOOT HAND HEAD HEART HIP KNEE LEG LSPINE "
        "LIVER NECK PELVIS SHOULDER SKULL SPINE TSPINE WHOLEBODY WRIST"
    ),
    "ScanningSequence": frozenset(("SE", "IR", "GR", "EP", "RM")),
    "SequenceVariant": frozenset(("SK", "MTC", "SS", "TRSS", "SP", "MP", "OSP", "TOF", "NONE")),
    "MRAcquisitionType": frozenset(("2D", "3D")),
    "InPlanePhaseEncodingDirection": frozenset(("ROW", "COL", "COLUMN")),
    "DiffusionDirectionality": frozenset(("DIRECTIONAL", "BMATRIX", "ISOTROPIC", "NONE")),
    "PixelIntensityRelationship": frozenset(("LIN", "LOG", "DISP")),
    "LossyImageCompression": frozenset(("00", "01")),
    "LossyImageCompressionMethod": frozenset(("ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_13818_2")),
    "BurnedInAnnotation": _YES_NO,
    "RecognizableVisualFeatures": _YES_NO,
    "SegmentationType": frozenset(("BINARY", "FRACTIONAL", "LABELMAP")),
    "SegmentationFractionalType": frozenset(("PROBABILITY", "OCCUPANCY")),
    "SegmentAlgorithmType": frozenset(("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL")),
    "SegmentsOverlap": frozenset(("YES", "NO", "UNDEFINED")),
    "DimensionOrganizationType": frozenset(("3D", "3D_TEMPORAL", "TILED_FULL", "TILED_SPARSE")),
    "StackID": frozenset(str(number) for number in range(1, 100)),
}
"""By keyword: the texts that are kept."""

CODED = frozenset(("ImageType", "FrameType", "WindowCenterWidthExplanation", "StackID"))
"""Where a text that is none of the terms is replaced by a code, because the place of a value among others counts, or
whether two are the same; elsewhere it goes with its element."""

METHOD = "Medcore allow-list: only what shows and measures the image"
WRITER, WRITER_UID = "MEDCORE", "2.25.175009536363042975435515049928800631330"
"""Implementation Version Name and Implementation Class UID (PS3.10 section 7.1)."""

OWN_WORDS = frozenset((METHOD, WRITER, "DICM", "YES", "MODIFIED", "De-identified", "Patient", "Segment", "series"))
"""Texts that we write ourselves."""

VOCABULARY = frozenset(term for terms in TERMS.values() for term in terms) | OWN_WORDS
"""Every text that a de-identified file may hold beside numbers, dates and identifiers made here."""
