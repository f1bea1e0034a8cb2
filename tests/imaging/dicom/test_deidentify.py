"""De-identification: no marker survives anywhere, the image does, and what cannot be sure is refused."""

import io
import itertools
import re
import struct
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pydicom.data
import pytest
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom import allowed, leaks
from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.deidentify import deidentified
from medcore.imaging.dicom.describing import describe
from medcore.imaging.dicom.pseudonyms import Pseudonyms
from medcore.imaging.stack import assemble

from . import making

SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))
FOLDER = Path(pydicom.data.__file__).parent
MARKER = re.compile(rb"[Zz][Qq]\d{4}")

TEXTS = {  # one element of every kind of text, none of which the image needs
    "AE": "RetrieveAETitle",
    "CS": "BodyPartExamined",
    "LO": "InstitutionName",
    "LT": "PatientComments",
    "PN": "OperatorsName",
    "SH": "StationName",
    "ST": "InstitutionAddress",
    "UC": "LongDeviceDescription",
    "UR": "RetrieveURL",
    "UT": "TextValue",
}


class Markers:
    """Unique texts to look for."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1000)

    def __call__(self) -> str:
        return f"ZQ{next(self._numbers)}"


def seeded(pixels: np.ndarray, index: int, marker: Markers) -> bytes:
    """A slice with a marker in every place where one can be."""
    dataset = making.slice_of(pixels, position=(0, 0, 2.5 * index), number=index + 1)
    dataset.WindowCenter, dataset.WindowWidth = [40, -600], [400, 1500]
    dataset.WindowCenterWidthExplanation = ["LUNG", marker()]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", marker()]
    dataset.PatientName, dataset.PatientID = f"{marker()}^{marker()}", marker()
    dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyTime = "19480312", "20210405", "101112"
    dataset.PatientAge, dataset.PatientSex = "073Y", "F"
    dataset.AcquisitionDateTime = "20210405101112"
    dataset.SeriesDescription = dataset.StudyDescription = f"Kopf {marker()}"
    dataset.FrameOfReferenceUID = making.ROOT + "77.1"
    for keyword in TEXTS.values():
        setattr(dataset, keyword, marker())
    dataset.ReferencedImageSequence = Items(
        [making.item(ReferencedSOPClassUID=uid.CTImageStorage, ReferencedSOPInstanceUID=making.ROOT + "88.1")]
    )
    nested = making.item(PatientName=marker(), TextValue=marker(), RequestAttributesSequence=Items([]))
    nested.add_new(0x00110010, "LO", marker())
    dataset.RequestAttributesSequence = Items(
        [making.item(ScheduledProcedureStepID=marker(), ViewCodeSequence=Items([nested]))]
    )
    dataset.PixelMeasuresSequence = Items([making.item(PixelSpacing=[0.5, 0.25], ImageComments=marker())])
    block = dataset.private_block(0x0029, marker(), create=True)
    block.add_new(1, "UN", marker().encode())
    block.add_new(2, "OB", b"\0\1" + marker().encode() + b"\0\0")
    dataset.add_new(0x60000010, "US", 8)
    dataset.add_new(0x60000022, "LO", marker())
    dataset.add_new(0x60003000, "OW", marker().encode())
    dataset.add_new(0x50003000, "OB", marker().encode())
    dataset.add_new(0x40000010, "LT", marker())
    dataset.add_new(0xFFFCFFFC, "OB", marker().encode())
    file = bytearray(making.written(dataset))
    file[:12] = marker().encode() * 2
    return bytes(file) + marker().encode()


@pytest.fixture
def series() -> list[bytes]:
    marker = Markers()
    rng = np.random.default_rng(0)
    return [seeded(rng.integers(-1000, 3000, (8, 6)).astype(np.int16), index, marker) for index in range(3)]


def cleaned(data: bytes, secret: bytes = SECRET, looked: bool = False) -> bytes:
    return deidentified(memoryview(data), secret, 1, looked).data


def opened(data: bytes) -> tuple[object, list[np.ndarray]]:
    (found,) = describe(memoryview(data), "")
    return found, list(decode(memoryview(data), found, range(len(found.frames))))


def test_no_marker_is_left(series):
    assert all(len(set(MARKER.findall(data))) > 25 for data in series)
    for data in series:
        result = cleaned(data)
        assert MARKER.findall(result) == []
        for value in (b"19480312", b"20210405", b"101112", b"073Y", b"Kopf", making.ROOT.encode()):
            assert value not in result


def test_the_volume_opens_as_before(series):
    before, after = ([opened(data) for data in files] for files in (series, [cleaned(data) for data in series]))
    for (old, old_frames), (new, new_frames) in zip(before, after, strict=True):
        assert [replace(frame, moment="") for frame in new.frames] == [replace(f, moment="") for f in old.frames]
        assert [(w.centre, w.width) for w in new.windows] == [(w.centre, w.width) for w in old.windows]
        np.testing.assert_array_equal(new_frames, old_frames)
    (old,), (new,) = (assemble([(str(i), one[0]) for i, one in enumerate(files)]) for files in (before, after))
    np.testing.assert_array_equal(new.affine, old.affine)
    assert new.places == old.places
    assert new.unit == "HU"


def test_identifiers_are_replaced_alike_within_a_session_and_differ_between_sessions(series):
    old = [pydicom.dcmread(io.BytesIO(data)) for data in series]
    one, other = ([pydicom.dcmread(io.BytesIO(cleaned(d, secret))) for d in series] for secret in (SECRET, OTHER))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        assert len({file[keyword].value for file in one}) == 1
        assert one[0][keyword].value not in (other[0][keyword].value, old[0][keyword].value)
        assert one[0][keyword].value.is_valid
    assert len({file.SOPInstanceUID for file in one}) == 3
    assert one[0].file_meta.MediaStorageSOPInstanceUID == one[0].SOPInstanceUID
    assert len({file.ReferencedImageSequence[0].ReferencedSOPInstanceUID for file in one}) == 1
    assert len({str(file.ImageType[3]) for file in one}) == 3  # different words stay different


def test_a_reference_follows_the_image_it_points_to(series):
    target = pydicom.dcmread(io.BytesIO(series[0]))
    pointing = pydicom.dcmread(io.BytesIO(series[1]))
    pointing.ReferencedImageSequence[0].ReferencedSOPInstanceUID = target.SOPInstanceUID
    made = pydicom.dcmread(io.BytesIO(cleaned(bytes(making.written(pointing)))))
    assert (
        made.ReferencedImageSequence[0].ReferencedSOPInstanceUID
        == pydicom.dcmread(io.BytesIO(cleaned(series[0]))).SOPInstanceUID
    )


def test_dates_of_a_patient_move_together():
    def dates(patient: str, secret: bytes = SECRET) -> tuple[int, int]:
        dataset = making.slice_of(PatientID=patient, StudyDate="20210405", ContentDate="20210407")
        made = pydicom.dcmread(io.BytesIO(cleaned(bytes(making.written(dataset)), secret)))
        days = [np.datetime64(f"{d[:4]}-{d[4:6]}-{d[6:]}").astype(int) for d in (made.StudyDate, made.ContentDate)]
        return days[0], days[1]

    assert dates("one")[1] - dates("one")[0] == 2
    assert dates("one") == dates("ONE ")
    assert len({dates("one"), dates("two"), dates("one", OTHER)}) == 3


def test_it_says_what_was_done_and_claims_no_profile(series):
    made = pydicom.dcmread(io.BytesIO(cleaned(series[0])))
    assert made.PatientIdentityRemoved == "YES"
    assert made.DeidentificationMethod == allowed.METHOD
    assert "DeidentificationMethodCodeSequence" not in made
    assert made.file_meta.ImplementationVersionName == allowed.WRITER


def test_the_report_names_elements_and_no_values(series):
    lines = deidentified(memoryview(series[0]), SECRET, 1, False).lines
    by_name = Counter()
    for line, count in lines.items():
        by_name[line.name, line.action] += count
    assert by_name["PatientName", "replaced"] == 1
    assert by_name["PatientName", "removed"] == 1  # the nested one
    assert by_name["InstitutionName", "removed"] == 1
    assert by_name["StudyDate", "replaced"] == 1
    assert by_name["Rows", "kept"] == 1
    assert by_name["Preamble", "removed"] == 1
    assert by_name["Private", "removed"] >= 4
    assert not any(MARKER.search(str(line).encode()) for line in lines)


@pytest.mark.parametrize("keyword", ["PatientName", "PatientID", "InstitutionName", "StudyDescription"])
def test_the_check_finds_what_was_left(series, keyword, monkeypatch):
    """A mistake in the list of what is allowed is caught."""
    value = str(pydicom.dcmread(io.BytesIO(series[0]))[keyword].value)
    monkeypatch.setitem(allowed.TERMS, keyword, frozenset({value.upper()}))
    if keyword.startswith("Patient"):  # set anew after filtering
        monkeypatch.setattr(allowed, "METHOD", value[:64])
    with pytest.raises(ValueError, match=f"found a value of {keyword}") as caught:
        cleaned(series[0])
    assert not MARKER.search(str(caught.value).encode())


def test_the_check_finds_a_uid_that_was_left(series, monkeypatch):
    monkeypatch.setattr(Pseudonyms, "uid", lambda self, given: given)
    with pytest.raises(ValueError, match=r"found a value of \w+UID"):
        cleaned(series[0])


def test_the_check_finds_a_date_that_was_left(series, monkeypatch):
    monkeypatch.setattr(allowed, "DATES", frozenset())
    monkeypatch.setitem(allowed.TERMS, "StudyDate", frozenset({"20210405"}))
    with pytest.raises(ValueError, match="found a value of StudyDate"):
        cleaned(series[0])


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_what_is_de_identified_can_be_de_identified_again(series, secret):
    once = cleaned(series[0])
    twice = cleaned(once, secret)
    np.testing.assert_array_equal(opened(twice)[1], opened(once)[1])
    assert pydicom.dcmread(io.BytesIO(twice)).SOPInstanceUID != pydicom.dcmread(io.BytesIO(once)).SOPInstanceUID


def test_the_check_finds_a_text_that_hides_in_a_table_of_numbers():
    lut = making.item(LUTDescriptor=[8, 0, 16], LUTData=b"HANSEMANN\0\0\0\0\0\0\0")
    dataset = making.slice_of(PatientName="Hansemann^Erna", VOILUTSequence=Items([lut]))
    with pytest.raises(ValueError, match="found a value of PatientName"):
        cleaned(bytes(making.written(dataset)))


@pytest.mark.parametrize(
    "values",
    [
        {"PatientID": "1"},
        {"PatientID": "0"},
        {"PatientID": "1024", "PatientName": "A"},
        {"PatientName": "Axial^Lung"},  # words that any file may hold
        {"PatientName": "Medcore^Original", "PatientID": "MONOCHROME2"},
        {"StudyDescription": "CT thorax 0.5 mm -1024 HU", "PatientID": "000000"},
        {"PatientBirthDate": "20110405", "StudyDate": "20210405"},
        {"PatientName": "李^明", "SpecificCharacterSet": "ISO_IR 192"},
        {"PatientName": ""},
    ],
    ids=str,
)
def test_no_good_file_is_refused(values):
    data = bytes(making.written(making.slice_of(**values)))
    np.testing.assert_array_equal(opened(cleaned(data))[1], opened(data)[1])


@pytest.mark.parametrize("charset", ["ISO_IR 100", "ISO_IR 192", "ISO_IR 144"])
def test_names_in_other_characters_are_searched_in_every_encoding(charset):
    name = "Мюллер^Анна" if charset == "ISO_IR 144" else "Müller-Lüdenscheidt^Jürgen"
    values = leaks.identifying([making.item(SpecificCharacterSet=charset, PatientName=name)])
    word = "МЮЛЛЕР" if charset == "ISO_IR 144" else "LÜDENSCHEIDT"
    assert word in values
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert leaks._in_bytes(word, word.lower().encode(encoding).lower() + b"12")


@pytest.mark.parametrize(
    ("charset", "name", "hidden"),
    [
        ("ISO_IR 192", "MÜLLERÖ^ÄNNE", "MÜLLERÖ".encode()),
        ("ISO_IR 192", "MÜLLERÖ^ÄNNE", "müLLerö".encode()),
        ("ISO_IR 100", "MacÄnne^Öre", "MacÄnne".encode("latin-1")),
        ("ISO_IR 100", "Großstraß^Ida", "Großstraß".encode("latin-1")),
        ("ISO_IR 192", "MÜLLERÖ^ÄNNE", "MÜLLERÖ".encode("utf-16-be")),
        ("ISO_IR 144", "Мюллер^Анна", "Мюллер".encode("iso8859-5")),
        ("GB18030", "王小東", "王小東".encode("gb18030")),
        (["", "ISO 2022 IR 87"], "YAMADA^TAROU=山田小川^太郎", "山田小川".encode("iso2022_jp")),
    ],
)
def test_names_in_other_letters_are_found_in_a_table(charset, name, hidden):
    table = making.item(LUTDescriptor=[64, 0, 16], LUTData=hidden.ljust(128, b"\0"))
    dataset = making.slice_of(SpecificCharacterSet=charset, PatientName=name, VOILUTSequence=Items([table]))
    with pytest.raises(ValueError, match="found a value of PatientName"):
        cleaned(bytes(making.written(dataset)))


def with_jpeg(comment: bytes) -> bytes:
    """A gray JPEG with a comment, camera data, a thumbnail's place and something behind its end."""
    exif = Image.Exif()
    exif[0x010F] = comment.decode()
    buffer = io.BytesIO()
    image = Image.fromarray(np.add.outer(np.arange(16), np.arange(16)).astype(np.uint8) * 8)
    image.save(buffer, "JPEG", quality=90, comment=comment, exif=exif, progressive=True)
    return buffer.getvalue() + comment


def compressed(frames: list[bytes], syntax: str, fragments: int = 1, **values) -> bytes:
    side = 64 if "2000" in uid.UID(syntax).name else 16
    dataset = making.slice_of(np.zeros((side, side), np.uint8), NumberOfFrames=len(frames), **values)
    dataset.PixelData = encapsulate(frames, fragments_per_frame=fragments)
    return bytes(making.written(dataset, syntax))


@pytest.mark.parametrize("fragments", [1, 3])
@pytest.mark.parametrize("frames", [1, 2])
def test_comments_in_jpeg_go_and_its_pixels_stay(fragments, frames):
    data = compressed([with_jpeg(b"ZQ1234 Erna")] * frames, uid.JPEGBaseline8Bit, fragments)
    assert data.count(b"ZQ1234") == 3 * frames
    result = deidentified(memoryview(data), SECRET, 1, False)
    assert not MARKER.search(result.data)
    assert "Comments within the compressed image" in {line.name for line in result.lines}
    np.testing.assert_array_equal(opened(result.data)[1], opened(data)[1])


def test_comments_in_jpeg_2000_go_and_its_pixels_stay():
    from openjpeg.utils import encode_array

    stream = encode_array(np.arange(4096).astype(np.uint8).reshape(64, 64), photometric_interpretation=2)
    text = b"ZQ1234"
    comment = b"\xff\x64" + struct.pack(">HH", 4 + len(text), 1) + text
    size = 4 + struct.unpack_from(">H", stream, 4)[0]
    data = compressed([stream[:size] + comment + stream[size:] + text], uid.JPEG2000Lossless)
    assert data.count(text) == 2
    result = cleaned(data)
    assert text not in result
    np.testing.assert_array_equal(opened(result)[1], opened(data)[1])


def test_boxes_around_jpeg_2000_go():
    from openjpeg.utils import encode_array

    stream = encode_array(np.arange(4096).astype(np.uint8).reshape(64, 64), photometric_interpretation=2)

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), kind) + content

    header = box(b"ihdr", struct.pack(">IIHBBBB", 64, 64, 1, 7, 7, 0, 0)) + box(b"colr", b"\1\0\0\0\0\0\x11")
    boxes = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", header)
    boxes += box(b"xml ", b"<name>ZQ1234</name>") + box(b"uuid", b"ZQ1235" * 4) + box(b"jp2c", stream)
    data = compressed([boxes], uid.JPEG2000Lossless)
    result = cleaned(data)
    assert len(MARKER.findall(data)) == 5
    assert not MARKER.search(result)
    np.testing.assert_array_equal(opened(result)[1], opened(data)[1])


def test_overlays_in_unused_bits_go():
    pixels = np.arange(48, dtype=np.uint16).reshape(8, 6)
    hidden = (pixels | 0x8000) + 0  # an overlay plane in bit 15 (retired, PS3.5-2004 8.1.2)
    dataset = making.slice_of(hidden, BitsStored=12, HighBit=11, RescaleIntercept=0)
    result = deidentified(making.written(dataset), SECRET, 1, False)
    made = pydicom.dcmread(io.BytesIO(result.data))
    np.testing.assert_array_equal(np.frombuffer(made.PixelData, np.uint16).reshape(8, 6), pixels)
    assert "Bits beside the stored ones" in {line.name for line in result.lines}


def test_signed_values_of_12_bits_stay_as_they_are():
    pixels = np.arange(-24, 24, dtype=np.int16).reshape(8, 6)
    data = bytes(making.written(making.slice_of(pixels, BitsStored=12, HighBit=11)))
    assert pydicom.dcmread(io.BytesIO(cleaned(data))).PixelData == pixels.tobytes()


@pytest.mark.parametrize("values", [{"Modality": "US"}, {"BurnedInAnnotation": "YES"}, {"ImageType": ["DERIVED"]}])
def test_images_that_may_carry_text_wait_for_a_person(values):
    data = making.written(making.slice_of(**values))
    with pytest.raises(ValueError, match="Look at the images first"):
        deidentified(data, SECRET, 1, looked=False)
    assert deidentified(data, SECRET, 1, looked=True).data


def test_functional_groups_are_filtered_frame_by_frame():
    frames = np.arange(3 * 48, dtype=np.int16).reshape(3, 8, 6)
    dataset = making.enhanced(frames, [(0, 0, z) for z in (0, 3, 6)], [(1, 0), (2, -5), (0.5, 7)])
    for group in dataset.PerFrameFunctionalGroupsSequence:
        group.FrameContentSequence = Items(
            [making.item(FrameComments="ZQ1234", InStackPositionNumber=1, FrameAcquisitionDateTime="20210405101112")]
        )
        group.FrameAnatomySequence = Items([making.item(FrameLaterality="U", AnatomicRegionSequence=Items([]))])
    data = bytes(making.written(dataset))
    result = cleaned(data)
    assert not MARKER.search(result)
    assert b"20210405" not in result
    assert opened(result)[0].frames == opened(data)[0].frames
    np.testing.assert_array_equal(opened(result)[1], opened(data)[1])
    kept = pydicom.dcmread(io.BytesIO(result)).PerFrameFunctionalGroupsSequence[1]
    assert kept.FrameContentSequence[0].InStackPositionNumber == 1
    assert kept.FrameAnatomySequence[0].FrameLaterality == "U"


@pytest.mark.parametrize("file", ["CT_small.dcm", "JPEG2000.dcm", "SC_rgb_jpeg_dcmtk.dcm", "MR_small_RLE.dcm"])
def test_damaged_files_are_refused_in_a_sentence_or_come_out_whole(file):
    data, rng = (FOLDER / "test_files" / file).read_bytes(), np.random.default_rng(0)
    refused = []
    for _ in range(40):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data) if rng.random() < 0.5 else 2000, 8):
            damaged[place] = rng.integers(256)
        try:
            opened(cleaned(bytes(damaged), looked=True))
        except ValueError as error:
            refused.append(str(error))
    assert len(refused) < 40
    assert all(sentence[0].isupper() and "\n" not in sentence for sentence in refused)


def test_what_is_no_image_is_refused():
    report = (FOLDER / "test_files" / "reportsi.dcm").read_bytes()
    with pytest.raises(ValueError, match="holds no image"):
        cleaned(report, looked=True)
    document = Dataset()
    document.SOPClassUID, document.SOPInstanceUID = uid.EncapsulatedPDFStorage, making.ROOT + "5"
    document.EncapsulatedDocument = b"%PDF-1.4"
    with pytest.raises(ValueError, match="holds no image"):
        cleaned(bytes(making.written(document)), looked=True)


def test_all_images_of_pydicoms_wheel_stay_as_they_are():
    done = 0
    for path in sorted(FOLDER.rglob("*.dcm")):
        data = path.read_bytes()
        try:
            before = opened(data)[1]
        except ValueError:
            continue  # does not open: test_pydicom_files.py says why
        after = opened(cleaned(data, looked=True))[1]
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(old, new, err_msg=path.name)
        done += 1
    assert done > 65


def test_a_real_series_loses_its_patient_and_keeps_its_volume(shared_data):
    files = sorted((shared_data / "dicom" / "t1_series").rglob("*.dcm"))[::16]
    assert len(files) >= 8
    for path in files:
        data = path.read_bytes()
        old = pydicom.dcmread(io.BytesIO(data))
        result = cleaned(data, looked=True)  # "DERIVED"
        identifying = [
            str(old[keyword].value) for keyword in ("PatientName", "PatientBirthDate", "StudyDate", "SOPInstanceUID")
        ]
        assert all(len(value) > 3 and value.encode() in data and value.encode() not in result for value in identifying)
        (one,), (other,) = (opened(file)[0].frames for file in (data, result))
        np.testing.assert_allclose(other.position + other.orientation, one.position + one.orientation, rtol=1e-9)
        np.testing.assert_allclose(other.spacing, one.spacing, rtol=1e-9)  # a decimal string has 16 characters
        np.testing.assert_array_equal(opened(result)[1], opened(data)[1])
