"""What is told of a DICOM file before its pixels are decoded."""

import math
import struct
import zlib

import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom import notes, reading
from medcore.imaging.dicom.describing import describe
from medcore.imaging.files import Found
from tests.imaging.dicom import making


def described(**values) -> Found:
    return describe(making.written(making.slice_of(**values)), "")[0]


def test_a_plain_slice():
    found = described(WindowCenter=[40, -600], WindowWidth=[400, 1500], WindowCenterWidthExplanation=["SOFT", "LUNG"])
    assert (found.rows, found.columns, found.samples, found.dtype, found.unit) == (8, 6, 1, "int16", "HU")
    assert [(window.name, window.centre, window.width) for window in found.windows] == [
        ("SOFT", 40, 400),
        ("LUNG", -600, 1500),
    ]
    (frame,) = found.frames
    assert (frame.position, frame.orientation, frame.spacing) == ((0, 0, 0), making.AXIAL, (0.5, 0.25))
    assert (frame.slope, frame.intercept, found.gap) == (1, -1024, 2)
    assert found.title == "Thorax"
    assert found.notes == ()
    assert found.burned_in == ""


def test_plain_values_survive_json():
    import json

    found = described()
    assert Found.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize("slope", [0, math.nan, math.inf, 1e300])
def test_a_rescale_without_sense_is_refused_and_the_image_kept(slope):
    found = described(RescaleSlope=slope)
    assert (found.frames[0].slope, found.frames[0].intercept, found.unit) == (1, 0, "")
    assert notes.rescale_refused(slope, -1024) in found.notes


def test_ct_without_rescale_has_no_unit():
    found = described(RescaleSlope=None, RescaleIntercept=None, RescaleType=None)
    assert found.unit == ""
    assert notes.stored_units() in found.notes


@pytest.mark.parametrize(("kind", "unit"), [("HU", "HU"), (None, "HU"), ("US", "")])
def test_hounsfield_units_only_where_they_are_meant(kind, unit):
    assert described(RescaleType=kind).unit == unit


def test_windows_without_width_are_left_out():
    found = described(WindowCenter=[40, 50, 60], WindowWidth=[0, 400, 0.5])
    assert [window.width for window in found.windows] == [400, 0.5]
    assert notes.window_ignored() in found.notes


def test_s_shaped_and_tabled_windows_are_said():
    found = described(WindowCenter=40, WindowWidth=400, VOILUTFunction="SIGMOID")
    assert notes.window_curve() in found.notes
    table = making.item(
        LUTDescriptor=[4, 100, 16], LUTData=np.array([0, 0, 500, 1000], "<u2").tobytes(), LUTExplanation="Film"
    )
    found = described(VOILUTSequence=Items([table]))
    assert [(window.name, window.centre, window.width) for window in found.windows] == [("Film", 102, 2)]
    assert notes.window_table() in found.notes


@pytest.mark.parametrize("values", [{"PhotometricInterpretation": "MONOCHROME1"}, {"PresentationLUTShape": "INVERSE"}])
def test_low_is_white(values):
    found = described(**values)
    assert found.inverted
    assert notes.inverted() in found.notes


def test_spacing_at_the_detector_or_missing_is_said():
    found = described(PixelSpacing=None, ImagerPixelSpacing=[0.1, 0.2], Modality="DX")
    assert found.frames[0].spacing == (0.1, 0.2)
    assert notes.spacing_at_detector() in found.notes
    found = described(PixelSpacing=[0, 0], PixelAspectRatio=[1, 2])
    assert found.frames[0].spacing is None
    assert {notes.spacing_missing(), notes.pixels_not_square(0.5)} <= set(found.notes)


def test_ultrasound_spacing_of_its_one_region():
    region = making.item(
        RegionSpatialFormat=1,
        PhysicalUnitsXDirection=3,
        PhysicalUnitsYDirection=3,
        PhysicalDeltaX=0.01,
        PhysicalDeltaY=0.02,
    )
    found = described(Modality="US", PixelSpacing=None, SequenceOfUltrasoundRegions=Items([region]))
    assert found.frames[0].spacing == pytest.approx((0.2, 0.1))
    found = described(Modality="US", PixelSpacing=None, SequenceOfUltrasoundRegions=Items([region, region]))
    assert found.frames[0].spacing is None


@pytest.mark.parametrize(
    ("values", "risk"),
    [
        ({}, False),
        ({"BurnedInAnnotation": "NO", "ImageType": ["DERIVED", "SECONDARY"]}, False),
        ({"BurnedInAnnotation": "YES"}, True),
        ({"ImageType": ["DERIVED", "SECONDARY"]}, True),
        ({"Modality": "US", "BurnedInAnnotation": "NO"}, True),
        ({"Modality": "DX"}, True),
        ({"SOPClassUID": uid.SecondaryCaptureImageStorage, "BurnedInAnnotation": "NO"}, True),
    ],
)
def test_text_in_the_picture(values, risk):
    assert bool(described(**values).burned_in) is risk


def test_compression_with_loss_is_said():
    assert notes.lossy() in described(LossyImageCompression="01").notes


def test_mosaics_and_tiles_are_said():
    assert notes.mosaic() in described(ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"]).notes
    assert notes.tiles(900, 700) in described(TotalPixelMatrixColumns=900, TotalPixelMatrixRows=700).notes


def test_bombs_in_the_header_are_cut_short():
    found = described(SeriesDescription="A\nB\x07" + "x" * 60)
    assert "\n" not in found.title
    assert len(found.title) <= 64
    found = described(WindowCenter=[40] * 1000, WindowWidth=[400] * 1000)
    assert len(found.windows) <= 12


def test_a_deflated_file_is_measured_while_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(reading, "MAX_INFLATED", 2**24)
    plain = bytes(making.written(making.slice_of(), uid.DeflatedExplicitVRLittleEndian))
    assert describe(memoryview(plain), "")[0].rows == 8
    meta = plain[: plain.index(uid.DeflatedExplicitVRLittleEndian.encode())]
    start = 132 + 12 + struct.unpack_from("<I", plain, 140)[0]
    assert start > len(meta)
    packer = zlib.compressobj(9, wbits=-15)
    bomb = packer.compress(bytes(2**24 + 2**20)) + packer.flush()
    assert len(bomb) < 2**19
    with pytest.raises(ValueError, match="unpack to more than"):
        describe(memoryview(plain[:start] + bomb), "")
    with pytest.raises(ValueError, match="cut off"):
        describe(memoryview(plain[: start + 30]), "")


def test_sizes_that_the_bytes_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="cut off"):
        described(Rows=60000)
    rle = making.slice_of(Rows=2000, Columns=2000, PixelData=encapsulate([bytes(64 + 200)]))
    with pytest.raises(ValueError, match="too short"):
        describe(making.written(rle, uid.RLELossless), "")
    with pytest.raises(ValueError, match="at most 256 MB"):
        described(Rows=65535, Columns=65535)


def test_frames_are_counted_by_what_is_there():
    found = described(NumberOfFrames=2_000_000_000)
    assert len(found.frames) == 1
    assert notes.frames_missing(2_000_000_000, 1) in found.notes
    jpeg = making.slice_of(NumberOfFrames=2_000_000_000, PixelData=encapsulate([b"\xff\xd8" + bytes(50)] * 2))
    assert len(describe(making.written(jpeg, uid.JPEG2000), "")[0].frames) == 2


@pytest.mark.parametrize(
    ("syntax", "sentence"),
    [("1.2.840.10008.1.2.4.99", "not known here"), (uid.JPEGExtended12Bit, "16 bits")],
)
def test_what_has_no_decoder_is_refused_with_its_name(syntax, sentence):
    dataset = making.slice_of(PixelData=encapsulate([bytes(100)]))
    known = bytes(making.written(dataset, uid.JPEGBaseline8Bit))
    with pytest.raises(ValueError, match=sentence):
        describe(memoryview(known.replace(uid.JPEGBaseline8Bit.encode(), syntax.encode())), "")


def test_a_palette_that_is_too_short_is_refused():
    values = {"PhotometricInterpretation": "PALETTE COLOR", "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    for channel in ("Red", "Green", "Blue"):
        values[f"{channel}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        values[f"{channel}PaletteColorLookupTableData"] = bytes(512 if channel != "Blue" else 100)
    with pytest.raises(ValueError, match="256 entries"):
        describe(making.written(making.slice_of(np.zeros((8, 6), np.uint8), **values)), "")


def test_nothing_is_copied_that_is_not_needed():
    import tracemalloc

    data = making.written(making.slice_of(np.zeros((2048, 2048), np.int16)))
    tracemalloc.start()
    describe(data, "")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
