"""Stored values are those that were written, whatever their bits, order and compression."""

import io

import highdicom
import numpy as np
import pytest
from PIL import Image
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as Items

from medcore.imaging.dicom.decoding import decode
from medcore.imaging.dicom.describing import describe
from tests.imaging.dicom import making


def decoded(data: memoryview) -> np.ndarray:
    (found,) = describe(data, "")
    return np.stack(list(decode(data, found, range(len(found.frames)))))


def pixels(dtype: str, low: int, high: int, shape: tuple[int, ...] = (8, 6)) -> np.ndarray:
    return np.random.default_rng(0).integers(low, high, shape, endpoint=True).astype(dtype)


@pytest.mark.parametrize(
    ("stored", "bits", "high", "dtype"),
    [
        (pixels("uint8", 0, 255), 8, 7, "uint8"),
        (pixels("int8", -128, 127), 8, 7, "int16"),
        (pixels("uint16", 0, 4095), 12, 11, "uint16"),
        (pixels("uint16", 0, 65535), 16, 15, "uint16"),
        (pixels("int16", -2048, 2047), 12, 11, "int16"),
        (pixels("int16", -32768, 32767), 16, 15, "int16"),
        (pixels("uint16", 0, 4095), 12, 15, "uint16"),
        (pixels("int16", -2048, 2047), 12, 13, "int16"),
        (pixels("uint32", 0, 2**24), 32, 31, "float32"),
        (pixels("int32", -(2**24), 2**24), 32, 31, "float32"),
    ],
)
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian])
def test_bits(stored, bits, high, dtype, syntax):
    unsigned = stored.astype(f"u{stored.itemsize}")
    low = high + 1 - bits
    noise = np.random.default_rng(1).integers(0, 2**31, stored.shape).astype(unsigned.dtype)  # in the unused bits
    used = np.array(((1 << bits) - 1) << low, np.uint64).astype(unsigned.dtype)
    packed = ((unsigned << low) & used) | (noise & ~used)
    dataset = making.slice_of(stored, BitsStored=bits, HighBit=high, PixelData=packed.tobytes())
    frame = decoded(making.written(dataset, syntax))[0]
    assert frame.dtype == dtype
    np.testing.assert_array_equal(frame, stored)


def test_one_bit_frames_that_end_within_a_byte():
    stored = pixels("uint8", 0, 1, (3, 5, 5))
    dataset = making.slice_of(stored[0], BitsAllocated=1, BitsStored=1, HighBit=0, NumberOfFrames=3)
    dataset.PixelData = np.packbits(stored.ravel(), bitorder="little").tobytes()
    np.testing.assert_array_equal(decoded(making.written(dataset)), stored)


@pytest.mark.parametrize(("keyword", "dtype"), [("FloatPixelData", "float32"), ("DoubleFloatPixelData", "float64")])
def test_floats(keyword, dtype):
    stored = np.linspace(-1, 1, 48, dtype=dtype).reshape(8, 6)
    dataset = making.slice_of(PixelData=None)
    setattr(dataset, keyword, stored.tobytes())
    np.testing.assert_array_equal(decoded(making.written(dataset))[0], stored.astype("float32"))


def test_colours_by_pixel_and_by_plane():
    stored = pixels("uint8", 0, 255, (8, 6, 3))
    np.testing.assert_array_equal(decoded(making.written(making.slice_of(stored)))[0], stored)
    planes = making.slice_of(stored, PlanarConfiguration=1, PixelData=stored.transpose(2, 0, 1).tobytes())
    np.testing.assert_array_equal(decoded(making.written(planes))[0], stored)


def test_deep_colours_keep_their_upper_bits():
    stored = pixels("uint16", 0, 4095, (8, 6, 3))
    dataset = making.slice_of(stored, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(decoded(making.written(dataset))[0], stored >> 4)


def test_ybr_becomes_rgb():
    stored = np.full((8, 6, 3), (76, 85, 255), np.uint8)  # red by ITU-R BT.601
    dataset = making.slice_of(stored, PhotometricInterpretation="YBR_FULL")
    np.testing.assert_allclose(decoded(making.written(dataset))[0][0, 0], (254, 0, 0), atol=1)


@pytest.mark.parametrize("deep", [True, False])
def test_a_palette_becomes_rgb(deep):
    colours = pixels("uint8", 1, 255, (4, 3))
    values = {"PhotometricInterpretation": "PALETTE COLOR"}
    for index, channel in enumerate(("Red", "Green", "Blue")):
        values[f"{channel}PaletteColorLookupTableDescriptor"] = [4, 10, 16 if deep else 8]
        table = colours[:, index].astype("<u2") * 257 if deep else colours[:, index]
        values[f"{channel}PaletteColorLookupTableData"] = table.tobytes()
    stored = np.array([[0, 10, 11], [12, 13, 255]], np.uint8)
    data = making.written(making.slice_of(stored, **values))
    np.testing.assert_array_equal(decoded(data)[0], colours[[[0, 0, 1], [2, 3, 3]]])


@pytest.mark.parametrize("vr", ["US", "OW"])
def test_a_modality_table_is_applied(vr):
    table = making.item(LUTDescriptor=[3, -1, 16], ModalityLUTType="OD")
    entries = np.array([7, 500, 60000], "<u2")
    table.add_new("LUTData", vr, entries.tobytes() if vr == "OW" else entries.tolist())
    stored = np.array([[-5, -1], [0, 9]], np.int16)
    dataset = making.slice_of(stored, RescaleSlope=None, RescaleIntercept=None, RescaleType=None)
    dataset.ModalityLUTSequence = Items([table])
    (found,) = describe(making.written(dataset), "")
    assert (found.dtype, found.unit, found.frames[0].slope) == ("uint16", "", 1)
    np.testing.assert_array_equal(decoded(making.written(dataset))[0], [[7, 7], [500, 60000]])


@pytest.mark.parametrize("shared", [True, False])
def test_rescale_of_enhanced_objects_is_that_of_highdicom(shared):
    stored = pixels("uint16", 0, 4000, (3, 8, 6))
    rescale = [(1.0, -1024.0)] * 3 if shared else [(1.0, -1024.0), (2.0, 0.0), (0.5, 3.0)]
    dataset = making.enhanced(stored, [(0, 0, 2 * k) for k in range(3)], rescale, shared_rescale=shared)
    data = making.written(dataset)
    (found,) = describe(data, "")
    reference = highdicom.imread(io.BytesIO(bytes(data)))
    for index, frame in enumerate(decode(data, found, range(3))):
        values = frame * found.frames[index].slope + found.frames[index].intercept
        np.testing.assert_allclose(values, reference.get_frame(index + 1, apply_voi_transform=False))
    assert found.unit == "HU"
    assert [frame.position for frame in found.frames] == [(0, 0, 0), (0, 0, 2), (0, 0, 4)]


def test_a_frame_costs_a_frame():
    stored = pixels("uint16", 0, 4000, (50, 64, 64))
    dataset = making.slice_of(stored[0], NumberOfFrames=50, PixelData=stored.tobytes())
    data = making.written(dataset)
    (found,) = describe(data, "")
    np.testing.assert_array_equal(next(iter(decode(data, found, [49]))), stored[49])
    with pytest.raises(ValueError, match="50 frames"):
        next(iter(decode(data, found, [50])))


def jpeg(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.mark.parametrize("offsets", [True, False])
def test_compressed_frames_in_several_pieces(offsets):
    images = np.stack([np.full((16, 16), 40 * k, np.uint8) for k in range(3)])
    frames = encapsulate([jpeg(image) for image in images], fragments_per_frame=2, has_bot=offsets)
    dataset = making.slice_of(images[0], NumberOfFrames=3, PixelData=frames)
    np.testing.assert_array_equal(decoded(making.written(dataset, uid.JPEGBaseline8Bit)), images)


def test_a_codestream_of_another_size_is_refused_before_it_is_decoded():
    small = np.zeros((16, 16), np.uint8)
    huge = bytearray(jpeg(small))
    place = huge.find(b"\xff\xc0")
    huge[place + 5 : place + 9] = b"\x75\x30\x75\x30"  # 30,000 x 30,000
    dataset = making.slice_of(small, PixelData=encapsulate([bytes(huge)]))
    with pytest.raises(ValueError, match="30000 x 30000"):
        decoded(making.written(dataset, uid.JPEGBaseline8Bit))


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEG2000, uid.JPEGLSLossless, uid.JPEGLosslessSV1])
def test_noise_is_no_codestream(syntax):
    noise = np.random.default_rng(0).bytes(500)
    dataset = making.slice_of(np.zeros((16, 16), np.uint8), PixelData=encapsulate([noise]))
    with pytest.raises(ValueError, match="must be compressed as"):
        decoded(making.written(dataset, syntax))


def test_a_damaged_frame_says_so():
    good = jpeg(pixels("uint8", 0, 255, (64, 64)))
    dataset = making.slice_of(np.zeros((64, 64), np.uint8), PixelData=encapsulate([good[:200]]))
    with pytest.raises(ValueError, match="damaged"):
        decoded(making.written(dataset, uid.JPEGBaseline8Bit))


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
@pytest.mark.parametrize(
    ("stored", "bits"),
    [
        (pixels("uint8", 0, 255, (3, 64, 70)), 8),
        (pixels("uint16", 0, 4095, (3, 64, 70)), 12),
        (pixels("int16", -2048, 2047, (3, 64, 70)), 12),
        (pixels("int16", -32768, 32767, (3, 64, 70)), 16),
        (pixels("uint8", 0, 255, (3, 64, 70, 3)), 8),
    ],
)
def test_lossless_compression_gives_back_what_was_stored(stored, bits, syntax):
    dataset = making.slice_of(stored[0], BitsStored=bits, HighBit=bits - 1, NumberOfFrames=3)
    dataset.PixelData = stored.tobytes()
    making.written(dataset)
    dataset.compress(syntax, generate_instance_uid=False)
    data = making.written(dataset, syntax)
    (found,) = describe(data, "")
    for index in (2, 0, 1):
        np.testing.assert_array_equal(next(iter(decode(data, found, [index]))), stored[index])


def test_jpeg_with_loss_and_more_than_eight_bits_says_so():
    deep = bytearray(jpeg(np.zeros((16, 16), np.uint8)))
    deep[deep.find(b"\xff\xc0") + 4] = 12
    dataset = making.slice_of(np.zeros((16, 16), np.uint8), PixelData=encapsulate([bytes(deep)]))
    with pytest.raises(ValueError, match="12 bits"):
        decoded(making.written(dataset, uid.JPEGBaseline8Bit))
