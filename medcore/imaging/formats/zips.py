"""ZIP archives from strangers: what they say of themselves is judged before anything is unpacked."""

import lzma
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from medcore.imaging.formats.memory import Memory

MAX_MEMBERS = 20_000
"""A large study has some thousand files."""
MAX_BYTES = 2**32
"""Of all members together, whatever the session may still take."""
MAX_RATIO = 200
"""Times its size that an archive may become, if that is more than `FREE_BYTES`: images pack to a half or a tenth,
empty masks to a thousandth, but those are small."""
FREE_BYTES = 2**27
LOCAL_HEADER = 30
"""Bytes that stand before a member's data, at least."""
MAX_NAME = 120
ENCRYPTED = 0x1
SKIPPED = {".ds_store", "thumbs.db", "desktop.ini", "dicomdir"}
"""What systems and PACS add; a DICOMDIR lists files and holds no image."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    RuntimeError,
)
"""What `zipfile` raises over damaged bytes."""


class Member(NamedTuple):
    """One file of an archive.

    Args:
        name: to be shown; never a path to anything.
        content: its bytes, or why it is refused, one sentence.
    """

    name: str
    content: bytes | bytearray | str


def unpack(data: memoryview, limit: int = MAX_BYTES) -> Iterator[Member]:
    """The files in an archive, one after the other; folders and what systems add are passed over.

    Args:
        data: the whole archive.
        limit: bytes that they may have together.

    Raises:
        ValueError: with one sentence, if the archive as a whole is refused.
    """
    try:
        archive = zipfile.ZipFile(Memory(data))
    except NotImplementedError as error:
        raise ValueError("The ZIP archive was written by a program too new to be read here.") from error
    except DAMAGE as error:
        raise ValueError("The ZIP archive is damaged or cut off: its list of files cannot be read.") from error
    with archive:
        members = [member for member in archive.infolist() if not _passed_over(member)]
        _check(members, len(data), limit)
        for member in members:
            yield Member(shown(member.filename), _content(archive, member))


def shown(name: str) -> str:
    """A member's name for people: no control characters, no way out of a folder, not too long."""
    plain = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    parts = [part.strip() for part in plain.replace("\\", "/").split("/")]
    clean = "/".join(part for part in parts if part not in ("", ".", ".."))
    return clean if len(clean) <= MAX_NAME else f"…{clean[-MAX_NAME:]}"


def _passed_over(member: zipfile.ZipInfo) -> bool:
    folders = member.filename.replace("\\", "/").split("/")
    name = folders[-1].lower()
    return not name or name in SKIPPED or name.startswith("._") or "__MACOSX" in folders


def _check(members: list[zipfile.ZipInfo], size: int, limit: int) -> None:
    """Raises ValueError for what should not be unpacked."""
    if len(members) > MAX_MEMBERS:
        raise ValueError(f"A ZIP archive may hold {MAX_MEMBERS:,} files at most. Received: {len(members):,}")
    total = sum(member.file_size for member in members)
    most = min(limit, MAX_BYTES)
    if total > most:
        raise ValueError(f"The ZIP archive would unpack to {_mb(total)}, but there is room for {_mb(most)}.")
    if total > FREE_BYTES and total > MAX_RATIO * size:
        raise ValueError(
            f"The ZIP archive would unpack to {total // max(size, 1):,} times its size; "
            f"images do not pack so well, and it is not opened."
        )
    placed = sorted(members, key=lambda member: member.header_offset)
    ends = [member.header_offset + LOCAL_HEADER + member.compress_size for member in placed]
    starts = [member.header_offset for member in placed[1:]]
    if any(end > start for end, start in zip(ends, [*starts, size], strict=False)):
        raise ValueError("The ZIP archive is damaged: its files overlap or lie outside of it.")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytearray | str:
    """The bytes of a member, counted while they are unpacked, or why it is refused."""
    if member.flag_bits & ENCRYPTED:
        return "It is encrypted; unpack it with its password first."
    content = bytearray(member.file_size)
    try:
        with archive.open(member) as stream:
            length = _fill(stream, memoryview(content))
            if length < len(content) or stream.read(1):
                return "It is damaged: the archive says another size than it has."
    except NotImplementedError:
        return "It is packed in a way that is not known here; pack it again as an ordinary ZIP archive."
    except DAMAGE:
        return "It is damaged: it cannot be unpacked."
    return content


def _fill(stream: zipfile.ZipExtFile, place: memoryview) -> int:
    filled = 0
    while filled < len(place) and (count := stream.readinto(place[filled : filled + 2**20])):
        filled += count
    return filled


def _mb(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
