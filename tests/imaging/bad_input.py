"""Hostile and damaged files, made by code: every class of them at least twice. Nothing here is a file of its own.

`CASES` names each: what makes it, and whether it has to be refused. What need not be may open, with a note; a series
that is cut off, for instance, shows as far as it goes.
"""

import gzip
import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

import nibabel
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.imaging import good_input
from tests.imaging.good_input import dicom, png, saved


class Case(NamedTuple):
    """One bad input.

    Args:
        make: makes its bytes; those of several files of one series.
        refused: nothing of it must be shown. False: it may open, and if it does not, there is a sentence.
        said: what a note or the sentence must say.
        name: of the file, which means nothing.
    """

    make: Callable[[], bytes | list[bytes]]
    refused: bool = True
    said: str = ""
    name: str = "upload.dcm"


MARKER = "code-from-a-file-has-run"


class Payload:
    """Writes a file where it is when it is unpickled."""

    def __reduce__(self):
        return (open, (MARKER, "w"))


def repeated(head: bytes, block: bytes, times: int) -> bytes:
    """Raw deflated data that becomes `head` and the block so many times; the block is packed once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begin = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + packed * times + b"\x03\x00"  # an empty last block


def checksum(head: bytes, block: bytes, times: int) -> int:
    """CRC-32 of what `repeated` becomes."""
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    return crc


# DICOM


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    """Explicit VR, little-endian; long form for those that have it."""
    if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return struct.pack("<HH2sHI", group, number, vr, 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def deflated(body: bytes, mutate: Callable[[bytes], bytes] = bytes) -> bytes:
    """A DICOM file in the deflated transfer syntax around these elements."""
    syntax = element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1.99")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(syntax))) + syntax + mutate(packed)


def deflated_zeros(megabytes: int) -> bytes:
    """A deflated file that becomes `megabytes`, most of it one element."""
    start = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OW", 0, megabytes * 2**20)
    packed = repeated(start, bytes(2**20), megabytes)
    syntax = element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1.99")
    return bytes(128) + b"DICM" + element(2, 0, b"UL", struct.pack("<I", len(syntax))) + syntax + packed


def nested(depth: int, defined: bool) -> bytes:
    """Sequences within sequences, before the pixels."""
    inside = b""
    if defined:
        for _ in range(depth):
            item = struct.pack("<HHI", 0xFFFE, 0xE000, len(inside)) + inside
            inside = element(8, 0x1140, b"SQ", item)
    else:
        begin = struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
            "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
        )
        inside = begin * depth
    plain = dicom()
    return plain[: plain.index(b"\x08\x00\x60\x00")] + inside + plain[plain.index(b"\x08\x00\x60\x00") :]


def wide(items: int) -> bytes:
    """A sequence of so many empty items."""
    plain = dicom()
    place = plain.index(b"\x08\x00\x60\x00")
    sequence = element(8, 0x1140, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 0) * items)
    return plain[:place] + sequence + plain[place:]


def encapsulated(syntax: str, frame: bytes, **attributes) -> bytes:
    """A DICOM file whose one compressed frame is `frame`."""
    fragment = frame + b"\0" * (len(frame) % 2)
    pixels = struct.pack("<HHI", 0xFFFE, 0xE000, 0) + struct.pack("<HHI", 0xFFFE, 0xE000, len(fragment)) + fragment
    return dicom(syntax=syntax, encapsulated=pixels + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0), **attributes)


JPEG, LOSSLESS, JPEG_LS, J2K, RLE = (
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
)


def jpeg_header(rows: int, columns: int, start: int = 0xC0) -> bytes:
    """A JPEG that says its size and holds no picture: SOI, SOFn, SOS, some bytes, EOI."""
    frame = struct.pack(">BBHBHHB3B", 0xFF, start, 11, 8, rows, columns, 1, 1, 0x11, 0)
    return b"\xff\xd8" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(200) + b"\xff\xd9"


def j2k_header(rows: int, columns: int, tile: int | None = None) -> bytes:
    """A JPEG 2000 codestream that says its size: SOC, SIZ, COD, QCD, SOT, SOD, EOC."""
    side = (tile or columns, tile or rows)
    siz = struct.pack(">HH8IH3B", 41, 0, columns, rows, 0, 0, *side, 0, 0, 1, 7, 1, 1)
    cod = struct.pack(">HBBHBBBBBB", 12, 0, 0, 1, 0, 5, 4, 4, 0, 1)
    qcd = struct.pack(">HB16B", 19, 0x40, *[8 << 3] * 16)
    sot = struct.pack(">HHIBB", 10, 0, 0, 0, 1)
    return (
        b"\xff\x4f\xff\x51" + siz + b"\xff\x52" + cod + b"\xff\x5c" + qcd + b"\xff\x90" + sot + b"\xff\x93"
        + bytes(64) + b"\xff\xd9"
    )  # fmt: skip


def rle(segments: list[int], body: bytes) -> bytes:
    """An RLE frame: how many segments, where they begin, and their bytes."""
    return struct.pack("<16I", len(segments), *segments, *[0] * (15 - len(segments))) + body


def palette(entries: int, said: int) -> bytes:
    """A palette with fewer entries than it says."""
    lut = {
        f"{colour}PaletteColorLookupTable{part}": value
        for colour in ("Red", "Green", "Blue")
        for part, value in (("Descriptor", [said, 0, 16]), ("Data", bytes(2 * entries)))
    }
    pixels = np.arange(64 * 64).reshape(64, 64).astype(np.uint8)
    return dicom(pixels, PhotometricInterpretation="PALETTE COLOR", **lut)


def series(positions: list[float]) -> list[bytes]:
    """Slices of one series at these heights."""
    return [
        dicom(
            np.full((32, 32), number, np.uint16),
            SeriesInstanceUID="1.2.3",
            SOPInstanceUID=f"1.2.3.{number + 1}",
            InstanceNumber=number + 1,
            ImagePositionPatient=[0, 0, z],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PixelSpacing=[1, 1],
        )
        for number, z in enumerate(positions)
    ]


def float_dicom(values: np.ndarray) -> bytes:
    """A parametric map of one frame."""
    return dicom(values.astype(np.float32), floating=True)


def with_bytes(data: bytes, tag: bytes, value: bytes) -> bytes:
    """The short element with this tag and VR gets other bytes, of the same length."""
    place = data.index(tag) + 8
    return data[:place] + value + data[place + len(value) :]


DICOM = {
    "deflated: 1 GB of pixels": Case(lambda: deflated_zeros(1024)),
    "deflated: 300 MB of pixels": Case(lambda: deflated_zeros(300)),
    "deflated: a thousand comments": Case(
        lambda: deflated(element(0x10, 0x4000, b"UT", b" " * 2**18) * 1100),
    ),
    "deflated: cut off": Case(lambda: deflated(dicom()[132:], lambda packed: packed[: len(packed) // 2])),
    "deflated: damaged": Case(lambda: deflated(dicom()[132:], lambda packed: packed[:9] + bytes(40) + packed[49:])),
    "RLE: 65535 x 32768 from nothing": Case(
        lambda: encapsulated(RLE, rle([64, 80], bytes(32)), Rows=65535, Columns=32768)
    ),
    "RLE: 16000 x 16000 from nothing": Case(
        lambda: encapsulated(
            RLE, rle([64], bytes(32)), Rows=16000, Columns=16000, BitsAllocated=8, BitsStored=8, HighBit=7
        )
    ),
    "RLE: segments outside of the frame": Case(lambda: encapsulated(RLE, rle([2**31, 2**32 - 1], bytes(300)))),
    "RLE: more segments than there may be": Case(
        lambda: encapsulated(RLE, struct.pack("<16I", 2**32 - 1, *[64] * 15) + bytes(300))
    ),
    **{
        f"{name}: 30000 x 30000 in {size} x {size}": Case(
            lambda syntax=syntax, frame=frame, size=size: encapsulated(
                syntax, frame, Rows=size, Columns=size, BitsAllocated=8, BitsStored=8, HighBit=7
            )
        )
        for name, syntax, frame in (
            ("JPEG", JPEG, jpeg_header(30000, 30000)),
            ("JPEG lossless", LOSSLESS, jpeg_header(30000, 30000, 0xC3)),
            ("JPEG-LS", JPEG_LS, jpeg_header(30000, 30000, 0xF7)),
            ("JPEG 2000", J2K, j2k_header(30000, 30000)),
        )
        for size in (64, 30000)
    },
    "JPEG 2000: a billion tiles": Case(
        lambda: encapsulated(
            J2K, j2k_header(15000, 15000, 1), Rows=15000, Columns=15000, BitsAllocated=8, BitsStored=8, HighBit=7
        )
    ),
    "JPEG: no picture after its header": Case(
        lambda: encapsulated(JPEG, jpeg_header(64, 64), Rows=64, Columns=64, BitsAllocated=8, BitsStored=8, HighBit=7),
        refused=False,
    ),
    "sequences: 3,000 deep, open ended": Case(lambda: nested(3000, defined=False)),
    "sequences: 3,000 deep": Case(lambda: nested(3000, defined=True), refused=False),
    "sequences: 100,000 deep": Case(lambda: nested(100_000, defined=False)),
    "sequences: a million items": Case(lambda: wide(1_000_000), refused=False),
    "slope 0": Case(lambda: dicom(RescaleSlope=0, RescaleIntercept=0), refused=False, said="makes no sense"),
    "slope NaN": Case(lambda: dicom(RescaleSlope="NaN", RescaleIntercept=0), refused=False, said="makes no sense"),
    "slope infinite": Case(
        lambda: dicom(RescaleSlope="1e400", RescaleIntercept=0), refused=False, said="makes no sense"
    ),
    "window of width 0": Case(lambda: dicom(WindowCenter=40, WindowWidth=0), refused=False),
    "window of width NaN": Case(lambda: dicom(WindowCenter="NaN", WindowWidth="NaN"), refused=False),
    "nothing but NaN": Case(lambda: float_dicom(np.full((32, 32), np.nan)), refused=False),
    "nothing but infinity": Case(lambda: float_dicom(np.full((32, 32), np.inf)), refused=False),
    "palette: 4 of 256 entries": Case(lambda: palette(4, 256)),
    "palette: none of 65,536 entries": Case(lambda: palette(0, 0)),
    "positions: two at one place": Case(lambda: series([0, 1, 1, 2]), refused=False, said="more than one slice"),
    "positions: all at one place": Case(lambda: series([5, 5, 5]), refused=False, said="same place"),
    "positions: not numbers": Case(lambda: series([float("nan"), float("inf"), 0]), refused=False),
    "frames: two billion": Case(lambda: dicom(NumberOfFrames=2**31 - 1), refused=False),
    "frames: below zero": Case(lambda: dicom(NumberOfFrames=-1), refused=False),
    "rows: 65535 x 65535 of nothing": Case(lambda: dicom(Rows=65535, Columns=65535)),
    "rows: none": Case(lambda: dicom(Rows=0)),
    "bits: 3 allocated": Case(lambda: dicom(BitsAllocated=3)),
    "samples: 200": Case(lambda: dicom(SamplesPerPixel=200)),
    "pixels: length beyond the file": Case(
        lambda: (
            lambda data: data[: (at := data.index(b"\xe0\x7f\x10\x00OW")) + 8] + b"\xfe\xff\xff\xff" + data[at + 12 :]
        )(dicom()),
        refused=False,
    ),
    "pixels: cut off": Case(lambda: dicom()[:-3000], refused=False),
    "header: cut off": Case(lambda: dicom()[:300]),
    "only the preamble": Case(lambda: bytes(128) + b"DICM"),
    "only DICM": Case(lambda: b"DICM"),
    "transfer syntax: unknown": Case(lambda: with_bytes(dicom(), b"\x02\x00\x10\x00UI", b"1.2.3.4")),
    "not a file: a value of 4 GB": Case(
        lambda: bytes(128) + b"DICM" + struct.pack("<HH2sHI", 8, 8, b"UT", 0, 2**32 - 2)
    ),
}


# ZIP


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int = 1) -> bytes:
    """An archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=level) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def zip_around(name: bytes, packed: bytes, crc: int, size: int, copies: int = 1) -> bytes:
    """An archive around data that are packed already, written so many times."""
    local = (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0) + name + packed
    )
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(packed), size, len(name), *[0] * 6)
    entries = b"".join(entry[:42] + struct.pack("<I", len(local) * number) + name for number in range(copies))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), copies * len(local), 0)
    return local * copies + entries + tail


def zip_of_zeros(megabytes: int, members: int = 1, name: bytes = b"0.dcm", head: bytes = b"") -> bytes:
    """An archive that becomes `megabytes` a member."""
    packed = repeated(head, bytes(2**20), megabytes)
    crc = checksum(head, bytes(2**20), megabytes)
    return zip_around(name, packed, crc, len(head) + megabytes * 2**20, members)


def overlapping(copies: int, shift: int = 0) -> bytes:
    """One member, listed `copies` times: each says that it begins in the same bytes (D. Fifield, 2019)."""
    one = zipped(("0.dcm", bytes(2**20)))
    directory = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    entry = one[directory:end]
    entries = b"".join(
        entry[:42] + struct.pack("<I", shift * number) + entry[46:-5] + f"{number % 10}.dcm".encode()
        for number in range(copies)
    )
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), directory, 0)
    return one[:directory] + entries + tail


def said(size: int, place: int, data: bytes | None = None) -> bytes:
    """An archive of one member whose list says another number at a place of its entry."""
    plain = bytearray(data or zipped(("a.dcm", dicom())))
    directory = plain.index(b"PK\x01\x02")
    plain[directory + place : directory + place + 4] = struct.pack("<I", size)
    return bytes(plain)


def encrypted() -> bytes:
    """An archive whose member says that it needs a password."""
    plain = bytearray(zipped(("a.dcm", dicom())))
    plain[6] |= 1
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    return bytes(plain)


def method(number: int) -> bytes:
    """An archive packed in this way."""
    plain = bytearray(zipped(("a.dcm", dicom())))
    plain[8:10] = struct.pack("<H", number)
    place = plain.index(b"PK\x01\x02") + 10
    plain[place : place + 2] = struct.pack("<H", number)
    return bytes(plain)


def named(*names: str) -> bytes:
    """Good files under names that are no names; each different, so that none is there twice."""
    return zipped(*((name, dicom(PatientID=str(number))) for number, name in enumerate(names)))


ZIP = {
    "zip: 1 GB of zeros": Case(lambda: zip_of_zeros(1024)),
    "zip: ten times 200 MB": Case(lambda: zip_of_zeros(200, 10)),
    "zip: 30,000 files": Case(lambda: zipped(*((f"{number}.dcm", b"") for number in range(30_000)))),
    "zip: 20,001 files of a byte": Case(lambda: zipped(*((f"{number}", b"x") for number in range(20_001)))),
    "zip: a zip in it": Case(lambda: zipped(("inner.zip", zipped(("a.dcm", dicom()))))),
    "zip: forty within each other": Case(lambda: nest(40)),
    "zip: one member listed a thousand times": Case(lambda: overlapping(1000)),
    "zip: members that overlap": Case(lambda: overlapping(40, 1)),
    "zip: names that lead out": Case(
        lambda: named("../../out.dcm", "/etc/out.dcm", "C:\\windows\\out.dcm", "..\\..\\out.dcm"), refused=False
    ),
    "zip: names with NUL, bells and right-to-left": Case(
        lambda: named("a\x07b.dcm", "a\u202egnp.dcm", "a\x00b.dcm", "x" * 60_000, "\x1b[2J"), refused=False
    ),
    "zip: encrypted": Case(encrypted),
    "zip: packed in an unknown way": Case(lambda: method(9)),
    "zip: packed in another way than it says": Case(lambda: method(14)),
    "zip: says 4 GB": Case(lambda: said(2**32 - 2, 24)),
    "zip: says fewer bytes than it has": Case(lambda: said(100, 24)),
    "zip: another checksum": Case(lambda: said(1, 16)),
    "zip: begins outside": Case(lambda: said(2**31, 42)),
    "zip: cut off": Case(lambda: zipped(("a.dcm", dicom()))[:-40]),
    "zip: only its beginning": Case(lambda: b"PK\x03\x04" + bytes(26)),
    "zip: empty": Case(lambda: zipped()),
    "zip: says 65,535 files": Case(lambda: struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**20, 0, 0)),
}


def nest(depth: int) -> bytes:
    """Archives within archives."""
    inner = zipped(("a.dcm", dicom()))
    for _ in range(depth):
        inner = zipped(("inner.zip", inner))
    return inner


# Pictures


def chunk(kind: bytes, body: bytes) -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(columns: int, rows: int, bits: int, colours: int, packed: bytes, *others: bytes) -> bytes:
    """A PNG that says this size, around any bytes."""
    header = chunk(b"IHDR", struct.pack(">2I5B", columns, rows, bits, colours, 0, 0, 0))
    body = b"".join(others) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + body


def zeros(size: int) -> bytes:
    """So many zeros, deflated."""
    whole, rest = divmod(size, 2**20)
    adler = (size % 65521) << 16 | 1  # of zeros: the lower sum stays 1, the upper counts
    return b"\x78\xda" + repeated(bytes(rest), bytes(2**20), whole) + struct.pack(">I", adler)


def tiff(*pages: dict[int, tuple[int, int, int]], loop: bool = False, data: bytes = b"") -> bytes:
    """A little-endian TIFF of pages, each {tag: (type, count, value)}; `data` stands before them, at byte 8."""
    stream, place = [b"II*\0", struct.pack("<I", 8 + len(data)), data], 8 + len(data)
    for number, page in enumerate(pages):
        size = 2 + 12 * len(page) + 4
        last = number == len(pages) - 1
        following = (8 + len(data) if loop else 0) if last else place + size
        entries = b"".join(struct.pack("<HHII", tag, *page[tag]) for tag in sorted(page))
        stream += [struct.pack("<H", len(page)), entries, struct.pack("<I", following)]
        place += size
    return b"".join(stream)


def page(columns: int, rows: int, compression: int = 1, start: int = 8, length: int = 0, **more) -> dict:
    """Tags of a gray page of 8 bits in one strip."""
    tags = {256: columns, 257: rows, 258: 8, 259: compression, 262: 1, 273: start, 277: 1, 278: rows, 279: length}
    return {tag: (4, 1, value) for tag, value in tags.items()} | {int(tag[1:]): value for tag, value in more.items()}


def exif(body: bytes) -> bytes:
    """A JPEG with these bytes as its EXIF."""
    segment = b"Exif\0\0" + body
    plain = saved(Image.new("L", (16, 16), 90), "JPEG")
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]


def exif_loop() -> bytes:
    """EXIF whose directory points to itself, and says 65,535 entries of 4 GB."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x9286, 7, 2**32 - 1, 8)
    return exif(b"II*\0" + struct.pack("<IH", 8, 65535) + entry * 10)


def text_bomb() -> bytes:
    """A PNG with a text chunk that becomes 200 MB."""
    info = PngInfo()
    info.add_text("Comment", "x")
    plain = saved(Image.new("L", (8, 8)), "PNG", pnginfo=info)
    place = plain.index(b"IDAT") - 4
    return plain[:place] + chunk(b"zTXt", b"Comment\0\0" + zeros(200 * 2**20)) + plain[place:]


PICTURES = {
    "PNG: 169 million pixels": Case(lambda: png_of(13000, 13000, 8, 0, zeros(13001 * 13000))),
    "PNG: 169 million pixels in colour": Case(lambda: png_of(13000, 13000, 1, 3, zeros(1626 * 13000), PALETTE)),
    "PNG: 9900 x 9900 from nothing": Case(lambda: png_of(9900, 9900, 16, 6, zeros(100))),
    "PNG: two billion rows": Case(lambda: png_of(1, 2**31 - 1, 8, 0, zeros(100))),
    "PNG: a bomb in a text": Case(text_bomb, refused=False),
    "PNG: a bomb in a colour profile": Case(
        lambda: png_of(8, 8, 8, 0, zlib.compress(bytes(72)), chunk(b"iCCP", b"p\0\0" + zeros(200 * 2**20))),
        refused=False,
    ),
    "PNG: no pixels": Case(lambda: png_of(0, 0, 8, 0, zeros(0))),
    "PNG: cut off": Case(lambda: png(64)[:200], said="The picture is damaged"),
    "PNG: cut off in its header": Case(lambda: png(64)[:20]),
    "TIFF: 30000 x 30000": Case(lambda: tiff(page(30000, 30000, 8, 8, 100), data=zeros(10000))),
    "TIFF: 9900 x 9900 from nothing": Case(lambda: tiff(page(9900, 9900, 8, 8, 100), data=zeros(10000)), refused=False),
    "TIFF: a billion strips": Case(
        lambda: tiff(page(64, 64, 5, 8, 100, t273=(4, 2**30, 8), t279=(4, 2**30, 8)), data=bytes(5000)), refused=False
    ),
    "TIFF: pages in a circle": Case(
        lambda: tiff(page(32, 32, 1, 8, 1024), page(32, 32, 1, 8, 1024), loop=True, data=bytes(1024)), refused=False
    ),
    "TIFF: 50,000 pages": Case(lambda: tiff(*[page(8, 8, 1, 8, 64)] * 50_000, data=bytes(64))),
    "TIFF: 5,000 pages of 5,000 sizes": Case(lambda: tiff(*[page(8 + n, 8, 1, 8, 64) for n in range(5000)])),
    "TIFF: a tile of 4 GB": Case(
        lambda: tiff(
            page(64, 64, 5, 8, 100, t322=(4, 1, 65520), t323=(4, 1, 65520), t324=(4, 1, 8), t325=(4, 1, 99)),
            data=bytes(500),
        ),
        refused=False,
    ),
    "TIFF: cut off": Case(lambda: saved(Image.new("L", (64, 64)), "TIFF")[:40]),
    "JPEG: 65500 x 65500": Case(lambda: jpeg_header(65500, 65500)),
    "JPEG: 9990 x 9990 of nothing": Case(lambda: jpeg_header(9990, 9990), refused=False),
    "JPEG: cut off": Case(lambda: saved(Image.new("L", (64, 64)), "JPEG")[:300]),
    "JPEG: ten thousand scans": Case(lambda: scans(10_000), refused=False),
    "EXIF: in a circle": Case(exif_loop, refused=False),
    "EXIF: orientation 99": Case(
        lambda: exif(b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x112, 3, 1, 99, 0)), refused=False
    ),
    "EXIF: nothing but bytes": Case(lambda: exif(bytes(range(256)) * 200), refused=False),
}
PALETTE = chunk(b"PLTE", bytes(6))


def scans(count: int) -> bytes:
    """A progressive JPEG whose one scan is repeated."""
    plain = saved(Image.new("L", (512, 512), 90), "JPEG", progressive=True)
    place = plain.rindex(b"\xff\xda")
    return plain[:-2] + plain[place:-2] * count + b"\xff\xd9"


# NIfTI


def nifti(shape: tuple[int, ...], kind: int = 2, bytes_after: int = 0, **fields) -> bytes:
    """A header that says this, and zeros."""
    header = nibabel.Nifti1Header()
    header["dim"] = [len(shape), *shape, *[1] * (7 - len(shape))]
    header["datatype"], header["bitpix"], header["vox_offset"], header["magic"] = kind, 8, 352, b"n+1"
    for name, value in fields.items():
        header[name] = value
    return header.binaryblock + bytes(4) + bytes(bytes_after)


def gzipped(head: bytes, megabytes: int, block: bytes = bytes(2**20)) -> bytes:
    """A gzip file of `head` and a megabyte again and again."""
    size = (len(head) + megabytes * 2**20) % 2**32
    tail = struct.pack("<2I", checksum(head, block, megabytes), size)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + repeated(head, block, megabytes) + tail


NIFTI = {
    "NIfTI: 32767 x 32767 x 32767": Case(lambda: nifti((32767, 32767, 32767))),
    "NIfTI: seven dimensions of 32767": Case(lambda: nifti((32767,) * 7)),
    "NIfTI: 32767 x 32767 in gzip": Case(lambda: gzip.compress(nifti((32767, 32767, 1), bytes_after=99999))),
    "NIfTI: half of it in gzip": Case(
        lambda: gzip.compress(nifti((64, 64, 64), bytes_after=64 * 64 * 32)), refused=False
    ),
    "NIfTI: 1.5 GB of zeros in gzip": Case(lambda: gzipped(nifti((1024, 1024, 1536)), 1536), refused=False),
    "NIfTI: 1 GB of zeros that have to be looked at": Case(
        lambda: gzipped(nifti((1024, 1024, 256), 8), 1024), refused=False
    ),
    "NIfTI: a gigabyte behind its end": Case(lambda: gzipped(nifti((8, 8, 8)), 1024), refused=False),
    "NIfTI: 600 MB of NaN": Case(
        lambda: gzipped(nifti((512, 512, 600), 16), 600, np.full(2**18, np.nan, np.float32).tobytes())
    ),
    "NIfTI: dimensions below zero": Case(lambda: nifti((-5, -5, 5), bytes_after=125)),
    "NIfTI: dimensions of zero": Case(lambda: nifti((0, 5, 5), bytes_after=125)),
    "NIfTI: no dimensions": Case(lambda: nifti((), bytes_after=125)),
    "NIfTI: 30,000 slices of a pixel": Case(lambda: nifti((1, 1, 30_000), bytes_after=30_000), refused=False),
    "NIfTI: 30,000 x 30,000 slices": Case(lambda: nifti((1, 1, 30_000, 30_000))),
    "NIfTI: type 12345": Case(lambda: nifti((5, 5, 5), 12345, bytes_after=125)),
    "NIfTI: complex numbers": Case(lambda: nifti((5, 5, 5), 32, bytes_after=1000)),
    "NIfTI: begins at infinity": Case(lambda: nifti((5, 5, 5), bytes_after=125, vox_offset=np.inf)),
    "NIfTI: begins at NaN": Case(lambda: nifti((5, 5, 5), bytes_after=125, vox_offset=np.nan)),
    "NIfTI: begins before the file": Case(lambda: nifti((5, 5, 5), bytes_after=125, vox_offset=-1e30), refused=False),
    "NIfTI: slope infinite": Case(
        lambda: nifti((5, 5, 5), bytes_after=125, scl_slope=np.inf, scl_inter=np.nan), refused=False
    ),
    "NIfTI: lies nowhere": Case(
        lambda: nifti((5, 5, 5), bytes_after=125, sform_code=1, srow_x=np.nan, qform_code=1, quatern_b=9), refused=False
    ),
    "NIfTI: axes that fall together": Case(
        lambda: nifti((5, 5, 5), bytes_after=125, sform_code=1, srow_x=1, srow_y=1, srow_z=1), refused=False
    ),
    "NIfTI: header of a pair": Case(lambda: nifti((5, 5, 5), magic=b"ni1")),
    "NIfTI: cut off": Case(lambda: nifti((5, 5, 5), bytes_after=80)),
    "NIfTI: cut off in its header": Case(lambda: nifti((5, 5, 5))[:300]),
    "gzip: cut off": Case(lambda: gzip.compress(nifti((5, 5, 5), bytes_after=125))[:40]),
    "gzip: something else": Case(lambda: gzip.compress(b"hello " * 1000)),
    "gzip: within gzip": Case(lambda: gzip.compress(gzip.compress(nifti((5, 5, 5), bytes_after=125)))),
}


# Arrays


def npy(text: str, data: bytes = b"", version: int = 1) -> bytes:
    """A `.npy` with this text as its header."""
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + data


def shaped(shape: str, descr: str = "'|u1'") -> str:
    """The header of an array."""
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"


def npz(**arrays: np.ndarray) -> bytes:
    """An archive of arrays, as NumPy writes it: object arrays are pickled."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def objects() -> np.ndarray:
    """An array that runs code when it is unpickled."""
    return np.array([Payload()] * 4, dtype=object)


def pickled_npy() -> bytes:
    """A `.npy` that runs code when it is unpickled."""
    stream = io.BytesIO()
    np.save(stream, objects(), allow_pickle=True)
    return stream.getvalue()


ARRAYS = {
    "npy: a pickle": Case(pickled_npy, name="x.npy"),
    "npz: a pickle": Case(lambda: npz(x_train=objects()), name="x.npz"),
    "npz: a pickle beside images": Case(lambda: npz(x_train=np.zeros((3, 9, 9)), y_train=objects())),
    "npz: a pickle by another name": Case(lambda: zipped(("x.npy", pickle.dumps(Payload())))),
    "a pickle": Case(lambda: pickle.dumps(Payload()), name="x.npz"),
    "an old pickle": Case(lambda: pickle.dumps(Payload(), protocol=0), name="x.npy"),
    "npy: says an exabyte": Case(lambda: npy(shaped("(1000000000, 1000000, 1000)"))),
    "npz: says an exabyte": Case(lambda: zipped(("x.npy", npy(shaped("(1000000000, 1000000, 1000)"))))),
    "npz: 1 GB of zeros": Case(lambda: npz_of_zeros(1024), refused=False),
    "npz: 1 GB of zeros that have to be looked at": Case(lambda: npz_of_zeros(1024, "'<i8'"), refused=False),
    "npy: below zero": Case(lambda: npy(shaped("(-4, -4)"), bytes(16))),
    "npy: a header nested 4,000 deep": Case(lambda: npy("(" * 4000 + ")" * 4000)),
    "npy: a header of 4 GB": Case(lambda: b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b"(" * 1000),
    "npy: a date divided by zero": Case(lambda: npy(shaped("(9, 9)", "'<M8[7ns/0]'"), bytes(648))),
    "npy: a header that is code": Case(lambda: npy(f"__import__('os').system('touch {MARKER}')")),
    "npy: nothing but NaN": Case(lambda: saved_npy(np.full((9, 9), np.nan))),
    "npz: nothing but NaN": Case(lambda: npz(images=np.full((2, 9, 9), np.nan, np.float32))),
    "npz: fewer labels than images": Case(
        lambda: npz(train_images=np.zeros((9, 9, 9), np.uint8), train_labels=np.zeros((8, 1), np.uint8))
    ),
    "npz: more labels than images": Case(
        lambda: npz(x_train=np.zeros((9, 9, 9), np.uint8), y_train=np.zeros(10, np.uint8))
    ),
    "npy: text": Case(lambda: saved_npy(np.array([["a", "b"]] * 9))),
    "npy: a record": Case(lambda: saved_npy(np.zeros((9, 9), [("a", "i4"), ("b", "f8")]))),
    "npy: cut off": Case(lambda: saved_npy(np.zeros((9, 9)))[:-8]),
    "npz: cut off": Case(lambda: npz(x=np.arange(900.0).reshape(30, 30))[:-60]),
    "npy: 300,000 images": Case(lambda: saved_npy(np.zeros((300_000, 5, 5), np.uint8))),
}


def saved_npy(array: np.ndarray) -> bytes:
    """A plain `.npy`."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def npz_of_zeros(megabytes: int, descr: str = "'|u1'") -> bytes:
    """An archive of one array of zeros."""
    columns = {"'|u1'": 1024, "'<i8'": 128}[descr]
    return zip_of_zeros(megabytes, name=b"x.npy", head=npy(shaped(f"({megabytes}, 1024, {columns})", descr)))


# Something else, under the name of a medical image

OTHERS = {
    "empty": Case(lambda: b""),
    "one byte": Case(lambda: b"\0"),
    "zeros": Case(lambda: bytes(10_000)),
    "ones": Case(lambda: b"\xff" * 10_000),
    "random": Case(lambda: np.random.default_rng(0).bytes(100_000)),
    "SVG": Case(lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "SVG with XML entities": Case(lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "a">]><svg>&a;</svg>'),
    "HTML": Case(lambda: b"\n  <!DOCTYPE html><script>alert(1)</script>" * 100),
    "PDF": Case(lambda: b"%PDF-1.7\n" + bytes(1000)),
    "Windows program": Case(lambda: b"MZ" + bytes(1000)),
    "Linux program": Case(lambda: b"\x7fELF" + bytes(1000)),
    "shell script": Case(lambda: f"#!/bin/sh\ntouch {MARKER}\n".encode()),
    "GIF": Case(lambda: saved(Image.new("L", (8, 8)), "GIF")),
    "WebP": Case(lambda: saved(Image.new("RGB", (8, 8)), "WEBP")),
    "PostScript": Case(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n" + bytes(100)),
    "JSON": Case(lambda: b'{"a": ' * 5000),
    "a PNG by the name of a NIfTI": Case(lambda: png(32), refused=False, name="scan.nii.gz"),
    "a NIfTI by the name of a PNG": Case(lambda: good_input.nifti(), refused=False, name="picture.png"),
    "a name that leads out": Case(lambda: dicom(), refused=False, name="../../../etc/passwd\x00.dcm"),
    "a name of 100,000 letters": Case(lambda: dicom(), refused=False, name="x" * 100_000),
}

CASES: dict[str, Case] = DICOM | ZIP | PICTURES | NIFTI | ARRAYS | OTHERS
