"""Looks for what identified the patient in the file to be given out: independent of what was meant to be removed.

What identifies is taken from the input by other rules than those that decide what stays: every text, date, UID and
readable run of bytes of every element that is not a plain number or a term of the standard. Numbers and pixels are not
searched; terms that any file may hold are not searched for.

How long a value must be to count: six characters anywhere in the bytes, three as a word of a text. A shorter one, such
as the id "1" or the sex "M", is in every file, so finding it says nothing; the element that held it is gone either way.
Numbers count from six digits on, where no digit or point adjoins them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from pydicom import charset
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import UID_dictionary

from medcore.imaging.dicom import allowed, elements
from medcore.imaging.dicom.allowing import MAX_DEPTH, keyword_of
from medcore.imaging.dicom.reading import DAMAGE, Document

ANYWHERE, WORD = 6, 3
MAX_RUNS = 2**16
"""Bytes of a binary element that are looked through for texts."""

_PLAIN_KINDS = ("DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "UV", "SV", "AT", "OF", "OD", "OL", "OV", "TM", "AS")
_NOT_IDENTIFYING = allowed.NUMBERS | allowed.TABLES | frozenset(allowed.TERMS) | allowed.CLASSES
_SPLIT = re.compile(r"[\s^=\\,;:/()\[\]{}<>\"'_\-.&+|]+")
_RUN = re.compile(rb"[\x21-\x7e][\x20-\x7e]{4,}[\x21-\x7e]")
_NUMERIC = re.compile(r"[-+]?[\d.]+([eE][-+]?\d+)?")
_UID = re.compile(r"[0-2](\.\d+){3,}")
_VOCABULARY = tuple(sorted(term.upper() for term in allowed.VOCABULARY))
_WIDE = ("utf-16-le", "utf-16-be")
_ENCODINGS = ("utf-8", "latin-1", *_WIDE)
_CODECS = {"iso_ir_58": "gb2312"}
_ESCAPE = re.compile(rb"\x1b[ -/]*[0-~]")
"""Switches from one set of characters to another (ISO 2022)."""


def identifying(datasets: Iterable[Dataset]) -> dict[str, str]:
    """The values that identify, each with the keyword of an element that held it.

    They are in capitals, those whose capitals are other letters also as they were given.

    Args:
        datasets: file meta information and header of the input, and what followed its pixels.
    """
    found: dict[str, str] = {}
    for dataset in datasets:
        for element, name in _elements(dataset):
            for text in _texts(element):
                for value in (text, *_SPLIT.split(text)):
                    clean = " ".join(value.upper().split())
                    if _tells(clean):
                        found.setdefault(clean, name)
                        as_given = " ".join(value.split())
                        if len(as_given) != len(clean):  # of a sharp s, capitals make two letters
                            found.setdefault(as_given, name)
    return found


def encodings(header: Dataset) -> tuple[str, ...]:
    """Codecs in which a text may hide: the usual ones and those that the file uses itself (PS3.3 C.12.1.1.2)."""
    named = elements.value(header, "SpecificCharacterSet") or ()
    found = [
        _CODECS.get(known, known)
        for part in ([named] if isinstance(named, str) else named)
        if (known := charset.python_encoding.get(str(part).strip(), ""))
    ]
    return tuple(dict.fromkeys((*_ENCODINGS, *found)))


def find(
    document: Document,
    head: memoryview,
    values: dict[str, str],
    own: frozenset[str],
    encodings: Sequence[str] = _ENCODINGS,
) -> str:
    """The keyword of an element whose value is in the output; "" if there is none.

    Args:
        document: the output, read anew.
        head: its bytes up to the pixels; compressed pixels with their comments as well.
        values: from `identifying`.
        own: values made here, in capitals, such as moved dates: no leak even where they are equal by chance.
        encodings: codecs in which values are searched for.
    """
    raw = bytes(head).lower()
    for value, name in values.items():
        if _long(value) and value not in own and _in_bytes(value, raw, encodings):
            return name
    words = {word for text in _output_texts(document) if text not in own for word in _words(text)}
    return next((name for value, name in values.items() if value in words and value not in own), "")


def _elements(dataset: Dataset, depth: int = 0) -> Iterator[tuple[DataElement, str]]:
    """Elements that may identify, at any depth; one that cannot be read as what its bytes are."""
    for tag in sorted(dataset.keys()):
        keyword = keyword_of(tag)
        raw = dataset.get_item(tag)
        try:
            element = dataset[tag]
            nested = list(element.value or ()) if element.VR == "SQ" else []
        except DAMAGE:
            if isinstance(raw, RawDataElement):
                yield DataElement(tag, "UN", raw.value or b""), keyword or "Unknown"
            continue
        for item in nested if depth < MAX_DEPTH else ():
            if isinstance(item, Dataset):
                yield from _elements(item, depth + 1)
        if keyword not in _NOT_IDENTIFYING and element.VR not in (*_PLAIN_KINDS, "SQ"):
            yield element, keyword or ("Private" if element.tag.is_private else "Unknown")


def _texts(element: DataElement) -> Iterator[str]:
    value = element.value
    if value is None:
        return
    for part in value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else (value,):
        if isinstance(part, bytes | bytearray):
            yield from (run.decode("ascii") for run in _RUN.findall(part[:MAX_RUNS]) if _readable(run))
        else:
            yield str(part).strip("\0 ")


def _readable(run: bytes) -> bool:
    """A text rather than numbers that happen to be letters."""
    return sum(chr(sign).isalnum() or sign in b" .^-_" for sign in run) > 0.8 * len(run)


def _tells(value: str) -> bool:
    """Whether finding the value would say something."""
    if len(value) < WORD or value in UID_dictionary:
        return False
    if _UID.fullmatch(value):
        return len(value) >= ANYWHERE
    if _NUMERIC.fullmatch(value):
        return value.isdigit() and len(value) >= ANYWHERE and len(set(value)) > 1
    return not any(value in term for term in _VOCABULARY)


def _long(value: str) -> bool:
    """Whether it takes six bytes in every set of characters; signs of East Asia take two each."""
    return len(value) >= ANYWHERE or (2 * len(value) >= ANYWHERE and all(sign >= "\u2e80" for sign in value))


def _in_bytes(value: str, raw: bytes, encodings: Sequence[str] = _ENCODINGS) -> bool:
    """Whether the bytes, whose ASCII letters are small ones, hold the value in whatever mixture of capitals."""
    for encoding in dict.fromkeys(encodings):
        if value.isascii() and encoding not in _WIDE:
            encoding = "ascii"
        try:
            if _held(value, raw, encoding):
                return True
        except UnicodeEncodeError:
            continue
    return False


def _held(value: str, raw: bytes, encoding: str) -> bool:
    if encoding.startswith("iso2022"):  # escape sequences before and behind: the letters lie between them
        forms = {form.encode(encoding).lower() for form in (value, value.lower(), value.title())}
        return any(part in raw for form in forms for part in _ESCAPE.split(form) if len(part) >= ANYWHERE)
    needle = value.lower().encode(encoding).lower()
    if value.isascii():
        return needle in raw and (not (_UID.fullmatch(value) or value.isdigit()) or _alone(needle, raw))
    return re.search(b"".join(_either(sign, encoding) for sign in value), raw) is not None


def _either(sign: str, encoding: str) -> bytes:
    """The capital or the small letter; a set may have but one of them."""
    forms = {}
    for form in (sign, sign.upper(), sign.lower()):
        if encoded := form.encode(encoding, "ignore").lower():
            forms[re.escape(encoded)] = None
    if not forms:
        sign.encode(encoding)
    return b"(?:" + b"|".join(forms) + b")"


def _alone(needle: bytes, raw: bytes) -> bool:
    return re.search(rb"(?<![0-9.])" + re.escape(needle) + rb"(?![0-9.])", raw) is not None


def _output_texts(document: Document) -> Iterator[str]:
    for dataset in (document.meta, document.header):
        for element, _ in _all_texts(dataset):
            for text in _texts(element):
                if text not in allowed.VOCABULARY:
                    yield " ".join(text.upper().split())


def _all_texts(dataset: Dataset) -> Iterator[tuple[DataElement, str]]:
    for element in dataset.iterall():
        if element.VR not in (*_PLAIN_KINDS, "SQ", "UI", "OB", "OW"):
            yield element, ""


def _words(text: str) -> Iterator[str]:
    yield text
    yield from _SPLIT.split(text)
