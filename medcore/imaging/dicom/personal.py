"""Why an element of a DICOM header may tell who the patient is.

Rules over groups, kinds of value and words in keywords rather than a list of tags: a list ends where the next edition
of the standard begins. They mark all that PS3.15 Table E.1-1 (Basic Application Level Confidentiality Profile)
removes, empties or replaces and that holds a value of its own, and more. They are no promise that a file without
marked elements is anonymous: the pixels may show a name or a face.
"""

import re

NAME = "Name of a person"
PATIENT = "About the patient"
NUMBER = "Number that can be looked up where the image was made"
MOMENT = "Date or time, which narrows down who it was"
PLACE = "Place or institution"
DEVICE = "Device that can be traced to a place"
TEXT = "Free text, which may hold anything"
PRIVATE = "Private to the manufacturer, which may hold anything"
DRAWING = "Drawing, sound or document, which may hold anything"
SIGNATURE = "Signature or earlier values"

_GROUPS = {
    0x0010: PATIENT,
    0x0012: "About a clinical trial and its subject",
    0x0016: "About the camera and where it was",
    0x0032: "About the request for the examination",
    0x0038: "About the patient's visit",
    0x0400: SIGNATURE,
    0x2200: TEXT,
    0x4000: TEXT,
    0x4008: "About the report",
    0xFFFA: SIGNATURE,
    0xFFFC: DRAWING,
}

_KINDS = {"PN": NAME, "DA": MOMENT, "TM": MOMENT, "DT": MOMENT, "AS": PATIENT, "AE": PLACE}

_WORDS = (
    (re.compile(r"Physician|Operator|Author|Observer|Performer|Recipient|Interpreter|Person|Reviewer|EnteredBy"), NAME),
    (
        re.compile(r"Institution|Department|Station|Address|Telephone|Telecom|Phone|Location|Residence|Organization"),
        PLACE,
    ),
    (re.compile(r"Time[zZ]one|Timestamp|TimeStamp|FunctionalSyncPulse"), MOMENT),
    (re.compile(r"AccessionNumber|OrderNumber|ScheduledProcedure|RequestedProcedure|PerformedProcedure"), NUMBER),
    (
        re.compile(
            r"Serial|UniqueDevice|^(Detector|Device|ModifyingDevice|Gantry|Generator|Cassette|Plate|XRay\w+)(ID|Label)$"
        ),
        DEVICE,
    ),
    (re.compile(r"DeviceDescription|DeviceAlternateIdentifier|MachineName|SourceManufacturer|ModifyingSystem"), DEVICE),
)

_TEXT_WORDS = re.compile(
    r"Comment|Description|Label$|LongLabel|Note|Narrative|Reason|Histor|Diagnos|Title|Subject|Keywords|TextString|"
    r"TextValue|Text$|ProtocolName|PlanName|ROIName|SetName|EntityName|TemplateName|Premedication|PreMedication|Service|"
    r"ContrastBolusAgent|RequestedContrastAgent|TreatmentSite|Purpose|Selector\w\wValue|BarcodeValue|Version$|Arbitrary"
)
_NUMBER_WORDS = re.compile(r"(ID|IDs|Identifier|Locator|Number)$")
_TEXTS = ("LO", "SH", "ST", "LT", "UT", "UC", "UR", "CS", "AE")
_HARMLESS = ("StackID", "CodingSchemeVersion", "SoftwareVersions")

_STANDARD_UIDS = re.compile(
    r"(SOPClass|TransferSyntax|CodingScheme|MappingResource|Context|RelatedGeneral|Implementation)"
)
_DRAWINGS = ("EncapsulatedDocument", "AudioSampleData", "OverlayData", "OverlayComments", "CurveData", "WaveformData")


def why(tag: int, keyword: str, vr: str) -> str:
    """Why an element that is not empty may identify a person; "" where it hardly can.

    Args:
        tag: group and element, such as 0x00100010.
        keyword: of the data dictionary; "" where it is not known there.
        vr: the kind of value.
    """
    group = tag >> 16
    if group % 2:
        return PRIVATE
    if vr == "SQ":
        return ""  # its elements are judged each for itself
    if vr in ("PN", "DA", "TM", "DT"):
        return _KINDS[vr]
    if group in _GROUPS:
        return _GROUPS[group]
    if 0x5000 <= group <= 0x50FF or keyword in _DRAWINGS:
        return DRAWING
    if vr == "UI":
        return "" if _STANDARD_UIDS.search(keyword) else NUMBER
    if vr in _KINDS:
        return _KINDS[vr]
    return _by_words(keyword, vr)


def _by_words(keyword: str, vr: str) -> str:
    if not keyword:
        return TEXT
    if keyword in _HARMLESS:
        return ""
    for pattern, reason in _WORDS:
        if pattern.search(keyword):
            return reason
    if vr in ("LT", "ST", "UT"):
        return TEXT
    if vr in _TEXTS and vr != "CS" and _TEXT_WORDS.search(keyword):
        return TEXT
    return NUMBER if vr in _TEXTS and vr != "CS" and _NUMBER_WORDS.search(keyword) else ""
