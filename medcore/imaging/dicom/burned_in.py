"""Whether the pixels themselves may say who the patient is: text that was burned into the picture."""

from pydicom.dataset import Dataset

from medcore.imaging.dicom import elements

LIKELY = {
    "US": "Ultrasound images",
    "IVUS": "Ultrasound images",
    "XA": "Angiography images",
    "RF": "Fluoroscopy images",
    "SC": "Captured screens",
    "OT": "Images of no known kind",
    "ES": "Endoscopy images",
    "XC": "Photographs",
    "GM": "Microscopy images",
    "SM": "Microscope slides, whose label may be in the picture,",
    "DOC": "Scanned documents",
    "ECG": "Electrocardiograms",
}

SLICED = ("CT", "MR", "PT", "NM")
"""Modalities whose original slices carry no text, even where the file does not say so."""

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def risk(header: Dataset) -> str:
    """Why the image may carry text about the patient, one sentence; "" where that need not be feared.

    (0028,0301) Burned In Annotation saying NO is believed only of kinds that rarely carry text: devices set it
    without looking.
    """
    modality = elements.text(header, "Modality").upper()
    said = elements.text(header, "BurnedInAnnotation").upper()
    if said == "YES":
        return "The file says that text is burned into the picture."
    if str(elements.value(header, "SOPClassUID") or "").startswith(_SECONDARY_CAPTURE):
        return "Captured screens often carry text in the picture, such as the patient's name."
    if modality in LIKELY:
        return f"{LIKELY[modality]} often carry text in the picture, such as the patient's name."
    if said == "NO":
        return ""
    if modality in SLICED and elements.words(header, "ImageType")[:2] == ("ORIGINAL", "PRIMARY"):
        return ""
    return "The file does not say whether text is burned into the picture."
