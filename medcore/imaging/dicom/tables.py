"""Tables in a file that turn stored numbers into values (modality LUT) or colours (palette)."""

from typing import NamedTuple

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from medcore.imaging.dicom import elements
from medcore.imaging.dicom.reading import DAMAGE, RefusedError

_CHANNELS = ("Red", "Green", "Blue")


class Table(NamedTuple):
    """A lookup table (PS3.3 C.11.1.1.1): values below `first` become the first entry, those beyond it the last.

    Args:
        first: the stored number of the first entry.
        entries: (n,) uint8 or uint16, or (n, 3) uint8 for colours.
    """

    first: int
    entries: np.ndarray

    def applied(self, stored: np.ndarray) -> np.ndarray:
        """The entry of every stored number."""
        index = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return self.entries[index]


def modality(header: Dataset, signed: bool) -> Table | None:
    """The Modality LUT (PS3.3 C.11.1); None where there is none.

    Raises:
        ValueError: if it is damaged.
    """
    return lookup(elements.item(header, "ModalityLUTSequence"), signed)


def lookup(item: Dataset | None, signed: bool) -> Table | None:
    """The table of a LUT sequence's item; None without item.

    Raises:
        ValueError: if it is damaged.
    """
    if item is None:
        return None
    length, first, bits = _descriptor(item, "LUTDescriptor", signed)
    raw = elements.value(item, "LUTData")
    little = item.original_encoding[1] is not False
    entries = np.frombuffer(raw, "<u2" if little else ">u2") if isinstance(raw, bytes) else np.atleast_1d(raw)
    if raw is None or entries.dtype.kind not in "ui" or len(entries) < length:
        raise RefusedError(f"A table of the DICOM file must have {length:,} entries. Received: fewer")
    return Table(first, entries[:length].astype(np.uint8 if bits <= 8 and entries.max() < 256 else np.uint16))


def palette(header: Dataset, signed: bool) -> Table:
    """The colours of a PALETTE COLOR image (PS3.3 C.7.9), as 8 bits each.

    Raises:
        ValueError: if there are none, or they are damaged.
    """
    try:
        length, first, _ = _descriptor(header, "RedPaletteColorLookupTableDescriptor", signed)
        if "RedPaletteColorLookupTableData" in header:
            channels = [_channel(header, channel, length) for channel in _CHANNELS]
            colours = np.stack(channels, axis=1)
        else:
            colours = apply_color_lut(np.arange(first, first + length), header)[:, :3]
    except RefusedError:
        raise
    except DAMAGE as error:
        raise RefusedError("The colour palette of the DICOM file is missing or damaged.") from error
    deep = colours.dtype != np.uint8 and colours.max() > 255
    return Table(first, (colours >> 8 if deep else colours).astype(np.uint8))


def _descriptor(dataset: Dataset, keyword: str, signed: bool) -> tuple[int, int, int]:
    """Number of entries, first stored number, bits of an entry; 0 entries mean 65,536."""
    found = elements.numbers(dataset, keyword, 3)
    if found is None:
        raise RefusedError("A table of the DICOM file is damaged: it does not say how long it is.")
    length, first, bits = (int(part) for part in found)
    if not (0 <= length <= 65536 and 0 < bits <= 16):
        raise RefusedError(
            f"A table of the DICOM file must have up to 65,536 entries of up to 16 bits. Received: {length}, {bits}"
        )
    return length or 65536, first - 65536 if signed and first >= 32768 else first, bits


def _channel(header: Dataset, channel: str, length: int) -> np.ndarray:
    raw = elements.value(header, f"{channel}PaletteColorLookupTableData") or b""
    little = header.original_encoding[1] is not False
    if len(raw) >= 2 * length:
        return np.frombuffer(raw[: 2 * length], "<u2" if little else ">u2")
    if len(raw) >= length:
        return np.frombuffer(raw[:length], np.uint8)
    raise RefusedError(
        f"The colour palette of the DICOM file must have {length:,} entries. Received: {len(raw):,} bytes"
    )
