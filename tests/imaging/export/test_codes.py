"""What classes are called in SNOMED CT."""

import pytest
from pydicom.sr.codedict import codes

from medcore.imaging.export.codes import KNOWN, UNKNOWN, meaning


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("liver", codes.SCT.Liver),
        ("Left kidney", codes.SCT.Kidney),
        ("kidneys", codes.SCT.Kidney),
        ("nuclei", codes.SCT.Nucleus),
        ("hippocampus_anterior", codes.SCT.Hippocampus),
        ("liver lesion", codes.SCT.Lesion),
        ("Tumour", codes.SCT.Neoplasm),
    ],
)
def test_a_class_is_known_by_a_word_of_its_name(name, code):
    assert meaning(name).type == code


@pytest.mark.parametrize("name", ["", "class 1", "livery", "s"])
def test_other_classes_are_tissue(name):
    assert meaning(name) == UNKNOWN


def test_what_is_abnormal_is_of_that_kind():
    abnormal = {name for name, found in KNOWN.items() if found.category != codes.SCT.AnatomicalStructure}
    assert abnormal == {"lesion", "tumor", "cyst", "edema"}
