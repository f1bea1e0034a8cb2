"""Transfer syntaxes: one named decoder each, so that no other is ever tried on bytes that made the first one fail."""

from collections.abc import Callable
from typing import NamedTuple

from pydicom import uid

from medcore.imaging.dicom import codestream


class Codec(NamedTuple):
    """How pixels are compressed.

    Args:
        name: for people.
        plugin: of pydicom, that decodes it.
        size: reads the size that the compressed bytes claim; None where they do not say.
        lossy: told by the transfer syntax alone; JPEG 2000 and others may be either.
    """

    name: str
    plugin: str
    size: Callable[[bytes], codestream.Size | None] | None
    lossy: bool = False


JPEG_EXTENDED = uid.JPEGExtended12Bit

NATIVE = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
)

CODECS: dict[str, Codec] = {
    uid.JPEGBaseline8Bit: Codec("JPEG", "pillow", codestream.jpeg, lossy=True),
    uid.JPEGExtended12Bit: Codec("JPEG Extended", "pillow", codestream.jpeg, lossy=True),
    uid.JPEGLossless: Codec("JPEG Lossless", "gdcm", codestream.jpeg),
    uid.JPEGLosslessSV1: Codec("JPEG Lossless", "gdcm", codestream.jpeg),
    uid.JPEGLSLossless: Codec("JPEG-LS", "pyjpegls", codestream.jpeg),
    uid.JPEGLSNearLossless: Codec("JPEG-LS", "pyjpegls", codestream.jpeg, lossy=True),
    uid.JPEG2000Lossless: Codec("JPEG 2000", "pylibjpeg", codestream.jpeg2000),
    uid.JPEG2000: Codec("JPEG 2000", "pylibjpeg", codestream.jpeg2000),
    uid.HTJ2KLossless: Codec("High-Throughput JPEG 2000", "pylibjpeg", codestream.jpeg2000),
    uid.HTJ2KLosslessRPCL: Codec("High-Throughput JPEG 2000", "pylibjpeg", codestream.jpeg2000),
    uid.HTJ2K: Codec("High-Throughput JPEG 2000", "pylibjpeg", codestream.jpeg2000),
    uid.RLELossless: Codec("RLE", "pydicom", None),
}


def name(syntax: str) -> str:
    """What people call it; for an unknown one its number, cut to a bearable length."""
    return str(uid.UID(syntax).name)[:70] if syntax else "none"


def twelve_bits(bits: int) -> str:
    """Why JPEG of more than 8 bits with loss is refused: no permissively licensed decoder reads it."""
    return f"The pixels are compressed as JPEG with loss and {bits} bits, for which there is no decoder here."
