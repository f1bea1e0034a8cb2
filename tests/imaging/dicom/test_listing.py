"""The header as a table: everything is there, what may identify a person is marked, nothing grows without bound."""

import re
import struct

import numpy as np
import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom import personal
from medcore.imaging.dicom.listing import MAX_ROWS, rows
from tests.imaging.dicom import making


def listed(**values) -> dict[str, dict[str, str]]:
    return {row["tag"]: row for row in rows(making.written(making.slice_of(**values)))}


def test_elements_with_their_names_and_values():
    table = listed(PatientName="Roe^Jane", StudyDate="20200102", PatientID="")
    assert table["(0010,0010)"] == {
        "tag": "(0010,0010)",
        "name": "PatientName",
        "vr": "PN",
        "value": "Roe^Jane",
        "personal": personal.NAME,
    }
    assert table["(0028,0030)"]["value"] == "0.5\\0.25"
    assert table["(0002,0010)"]["name"] == "TransferSyntaxUID"
    assert table["(0010,0020)"]["personal"] == ""  # empty: it tells nothing
    assert table["(7FE0,0010)"]["value"] == "binary, 96 bytes"


def test_nested_elements_by_their_path():
    inner = making.item(CodeValue="1", PersonName="Roe")
    table = listed(
        RequestAttributesSequence=Items([making.item(), making.item(ConceptNameCodeSequence=Items([inner]))])
    )
    assert table["(0040,0275)"]["value"] == "2 items"
    assert table["(0040,0275)[2] > (0040,A043)[1] > (0040,A123)"]["personal"] == personal.NAME


def test_private_elements_with_their_creator():
    dataset = making.slice_of()
    block = dataset.private_block(0x0029, "ACME 1.1", create=True)
    block.add_new(0x08, "LO", "Roe")
    table = {row["tag"]: row for row in rows(making.written(dataset))}
    assert table["(0029,0010)"]["name"] == "Private creator"
    assert table["(0029,1008)"]["name"] == "Private: ACME 1.1"
    assert table["(0029,1008)"]["personal"] == personal.PRIVATE


def test_long_values_and_many_elements_are_cut():
    table = listed(ImageComments="x" * 9000, PixelSpacing=[1.0] * 2)
    assert len(table["(0020,4000)"]["value"]) == 200
    many = Items([making.item(CodeValue=str(index)) for index in range(MAX_ROWS + 100)])
    found = rows(making.written(making.slice_of(RequestAttributesSequence=many)))
    assert len(found) == MAX_ROWS + 1
    assert "more elements are not listed" in found[-1]["value"]


def test_a_damaged_element_does_not_hide_the_others():
    data = bytes(making.written(making.slice_of(SmallestImagePixelValue=1)))
    whole = struct.pack("<HH2sHH", 0x0028, 0x0106, b"SS", 2, 1)
    assert whole in data
    short = struct.pack("<HH2sHB", 0x0028, 0x0106, b"SS", 1, 1)
    found = {row["tag"]: row for row in rows(memoryview(data.replace(whole, short)))}
    assert found["(0028,0106)"]["value"] == "damaged"
    assert found["(0028,1052)"]["value"] == "-1024.0"


PERSONAL = re.findall(
    r"\w+",
    """
    PatientName PatientID PatientBirthDate PatientSex PatientAge PatientWeight PatientAddress OtherPatientIDs
    EthnicGroup Occupation PatientComments AccessionNumber StudyID StudyDate StudyTime SeriesDate ContentDate
    ContentTime AcquisitionDateTime InstitutionName InstitutionAddress InstitutionalDepartmentName StationName
    ReferringPhysicianName PerformingPhysicianName OperatorsName NameOfPhysiciansReadingStudy StudyDescription
    SeriesDescription ProtocolName DeviceSerialNumber DeviceUID DetectorID PlateID GantryID StudyInstanceUID
    SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID ReferencedSOPInstanceUID IrradiationEventUID ImageComments
    FrameComments DerivationDescription RequestedProcedureDescription RequestedProcedureID PerformedProcedureStepID
    PerformedProcedureStepDescription PerformedStationName PerformedStationAETitle RequestingPhysician
    ReasonForStudy AdmissionID AdmittingDate AdmittingDiagnosesDescription ClinicalTrialSubjectID
    ClinicalTrialSponsorName RetrieveAETitle TimezoneOffsetFromUTC EncapsulatedDocument LabelText BarcodeValue
    ContrastBolusAgent ContentCreatorName VerifyingObserverName VerifyingOrganization StructureSetLabel ROIName
    RTPlanLabel TreatmentMachineName AcquisitionComments SpecimenIdentifier ContainerIdentifier SlideIdentifier
    TrackingUID CurrentPatientLocation MedicalRecordLocator PersonAddress PersonTelephoneNumbers OrderEnteredBy
    PlacerOrderNumberImagingServiceRequest TextComments SourceSerialNumber ReviewerName MAC UniqueDeviceIdentifier
    GPSLatitude LensSerialNumber ModifyingDeviceID NetworkID SelectorPNValue TopicTitle InterpretationText
    ServiceEpisodeDescription PreMedication CassetteID GeneratorID AcquisitionProtocolDescription XRayDetectorLabel
    InstanceOriginStatus IssuerOfPatientID TransducerIdentificationSequence
    """,
)

HARMLESS = re.findall(
    r"\w+",
    """
    Rows Columns BitsStored PixelSpacing SliceThickness ImagePositionPatient ImageOrientationPatient Modality
    RescaleSlope RescaleIntercept RescaleType WindowCenter KVP PatientPosition SOPClassUID TransferSyntaxUID
    ImageType PhotometricInterpretation InstanceNumber SeriesNumber EchoTime FlipAngle Manufacturer BodyPartExamined
    Laterality CodeValue CodingSchemeDesignator CodeMeaning StackID FrameIncrementPointer LossyImageCompression
    """,
)


@pytest.mark.parametrize("keyword", PERSONAL)
def test_what_the_standard_removes_is_marked(keyword):
    tag = tag_for_keyword(keyword)
    assert tag is not None
    assert keyword_for_tag(tag) == keyword
    if dictionary_VR(tag) == "SQ":
        assert personal.why(tag, keyword, "SQ") == ""  # its elements are marked instead
    else:
        assert personal.why(tag, keyword, dictionary_VR(tag))


@pytest.mark.parametrize("keyword", HARMLESS)
def test_what_only_describes_the_image_is_not(keyword):
    assert personal.why(tag_for_keyword(keyword), keyword, dictionary_VR(tag_for_keyword(keyword))) == ""


def test_a_name_in_disguise_is_marked():
    dataset = making.slice_of(np.zeros((2, 2), np.int16))
    dataset.add_new(0x00100010, "LO", "Roe")
    dataset.add_new(0x00080090, "OB", b"Roe ")
    table = {row["tag"]: row for row in rows(making.written(dataset))}
    assert table["(0010,0010)"]["personal"]
    assert table["(0008,0090)"]["personal"] == personal.NAME


def test_drawings_over_the_picture_are_marked():
    assert personal.why(0x60023000, "OverlayData", "OW") == personal.DRAWING
    assert personal.why(0x50003000, "CurveData", "OW") == personal.DRAWING
