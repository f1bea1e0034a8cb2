"""What the class of a mask is called in SNOMED CT, for DICOM segments and reports."""

from typing import NamedTuple

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code


class Meaning(NamedTuple):
    """What a segment is: its kind, as in CID 7150 of PS3.16, and what it is of this kind."""

    category: Code
    type: Code


_ANATOMY = codes.SCT.AnatomicalStructure
_ABNORMAL = codes.SCT.MorphologicallyAbnormalStructure
_TISSUE = codes.SCT.Tissue

UNKNOWN = Meaning(_TISSUE, _TISSUE)
"""Of a class that nobody has coded: its name is the label of the segment."""

KNOWN = {
    "liver": Meaning(_ANATOMY, codes.SCT.Liver),
    "spleen": Meaning(_ANATOMY, codes.SCT.Spleen),
    "kidney": Meaning(_ANATOMY, codes.SCT.Kidney),
    "stomach": Meaning(_ANATOMY, codes.SCT.Stomach),
    "pancreas": Meaning(_ANATOMY, codes.SCT.Pancreas),
    "aorta": Meaning(_ANATOMY, codes.SCT.Aorta),
    "vertebra": Meaning(_ANATOMY, codes.SCT.Vertebra),
    "bone": Meaning(_ANATOMY, codes.SCT.Bone),
    "lung": Meaning(_ANATOMY, codes.SCT.Lung),
    "heart": Meaning(_ANATOMY, codes.SCT.Heart),
    "brain": Meaning(_ANATOMY, codes.SCT.Brain),
    "prostate": Meaning(_ANATOMY, codes.SCT.Prostate),
    "hippocampus": Meaning(_ANATOMY, codes.SCT.Hippocampus),
    "nucleus": Meaning(_ANATOMY, codes.SCT.Nucleus),
    "vessel": Meaning(_ANATOMY, codes.SCT.BloodVessel),
    "lesion": Meaning(_ABNORMAL, codes.SCT.Lesion),
    "tumor": Meaning(_ABNORMAL, codes.SCT.Neoplasm),
    "cyst": Meaning(_ABNORMAL, codes.SCT.Cyst),
    "edema": Meaning(_ABNORMAL, codes.SCT.Edema),
}

_ALSO = {
    "tumour": "tumor",
    "oedema": "edema",
    "nuclei": "nucleus",
    "vertebrae": "vertebra",
    "hippocampal": "hippocampus",
}


def meaning(name: str) -> Meaning:
    """The codes of a class by its name: "liver", "left kidney", "Lesions"; `UNKNOWN` where no word of it is known.

    What is abnormal goes before where it lies: a "liver lesion" is a lesion.
    """
    words = [_singular(word) for word in name.lower().replace("_", " ").replace("-", " ").split()]
    found = [KNOWN[word] for word in words if word in KNOWN]
    return next((one for one in found if one.category == _ABNORMAL), found[0] if found else UNKNOWN)


def _singular(word: str) -> str:
    word = _ALSO.get(word, word)
    return word[:-1] if word.endswith("s") and word[:-1] in KNOWN else word
