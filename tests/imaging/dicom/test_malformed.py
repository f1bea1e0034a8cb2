"""The 117 malformed files: each is decoded, or refused in one sentence."""

import warnings

import pytest

from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.describing import describe
from medcore.imaging.dicom.listing import rows
from tests.imaging.dicom import making

REFUSED = {
    "TC0233": "no DICOM file",  # nothing behind "DICM"
    "TC0285": "cut off",
    "TC0293": "cut off",
    "TC0297": "rows and columns",
    "TC0305": "bits",
    "TC0309": "bits",
    "TC0313": "bits",
    "TC0317": "bits",
    "TC0321": "compressed as JPEG",  # not JPEG
    "TC0325": "compressed as JPEG",
    "TC0345": "no DICOM file",  # all behind "DICM" is compressed, the file meta information too
    "TC0393": "no DICOM file",  # an element of the file meta information is overwritten
    "TC0397": "no DICOM file",
    "TC0401": "not known here",
}


def test_each_opens_or_is_refused_in_one_sentence(shared_data):
    files = sorted((shared_data / "dicom" / "malformed").rglob("*.dcm"))
    assert len(files) == 117
    outcome = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing is warned of, all is said in notes
        for path in files:
            data = memoryview(path.read_bytes())
            try:
                (found,) = describe(data, path.name)
                frames = list(decode(data, found, range(len(found.frames))))
            except ValueError as error:
                outcome[path.name[:6]] = str(error)
                continue
            assert frames
            assert frames[0].shape == (found.rows, found.columns)
    assert outcome.keys() == REFUSED.keys()
    for name, sentence in outcome.items():
        assert REFUSED[name] in sentence
        assert "\n" not in sentence
        assert len(sentence) < 200


def test_their_headers_are_listed(shared_data):
    for path in (shared_data / "dicom" / "malformed").rglob("*.dcm"):
        try:
            listed = rows(memoryview(path.read_bytes()))
        except ValueError:
            continue
        assert all(isinstance(text, str) and len(text) <= 201 for row in listed for text in (row["value"], row["name"]))


def test_what_is_nested_too_deeply_is_skipped_where_its_length_is_known():
    (found,) = describe(making.nested(3000, undefined=False), "")
    assert found.rows == 8
    assert rows(making.nested(3000, undefined=False))[-2]["value"] == "What is nested deeper is not listed."


def test_what_is_nested_too_deeply_is_refused_where_its_end_must_be_sought():
    with pytest.raises(ValueError, match="too deeply"):
        describe(making.nested(3000), "")
    with pytest.raises(ValueError, match="too deeply"):
        rows(making.nested(3000))
