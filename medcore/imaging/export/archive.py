"""De-identified DICOM series as a ZIP, with the report of what became of every element. For the web process."""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from medcore.imaging.export import patients
from medcore.imaging.shelf import Shelf
from medcore.sandbox import Reply

DEIDENTIFY = "medcore.imaging.dicom.deidentify:job"
PATIENT = "medcore.imaging.dicom.same_patient:patient"
SECONDS, BYTES_A_SECOND = 5.0, 5e6
MEMORY, MEMORY_FACTOR = 2**30, 8
"""What de-identifying a file may take, and what every byte of it adds."""

_NEVER = (1980, 1, 1, 0, 0, 0)
"""Time of every member: the real one tells when it was made, and the same input gives the same ZIP."""


@dataclass(frozen=True)
class Line:
    """What became of one kind of element, over all files.

    Args:
        tag: "(0010,0010)"; "" for what is no element, such as the preamble.
        name: keyword of the data dictionary, "Private" or "Unknown".
        action: "kept", "replaced" or "removed".
        elements: how many there were.
        files: in how many files.
    """

    tag: str
    name: str
    action: str
    elements: int
    files: int


@dataclass(frozen=True)
class Archive:
    """De-identified series.

    Args:
        data: the ZIP: "series 1/000001.dcm" …, what lies beside them, "report.csv" and "report.json".
        files: how many images are in it.
        lines: the report.
        refused: what is not in it: which file, and the sentence that says why.
    """

    data: bytes
    files: int
    lines: tuple[Line, ...]
    refused: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """A file name that tells nothing but the content's hash."""
        return f"deidentified-{hashlib.sha256(self.data).hexdigest()[:12]}.zip"


def deidentified(
    shelf: Shelf,
    stacks: Sequence[str],
    looked: bool,
    progress: Callable[[int, int], None] = lambda *_: None,
    beside: Callable[[Mapping[str, bytes]], Mapping[str, bytes]] = lambda _: {},
) -> Archive:
    """De-identifies the files of some stacks; one that is refused costs no other.

    Args:
        shelf: holds them.
        stacks: ids; each becomes a series of the ZIP.
        looked: a person has looked at the images and says that no text in them tells who it is.
        progress: gets files done and files in all.
        beside: gets the new file of each id, and gives what else lies in the ZIP, by name.

    Raises:
        ValueError: with one sentence, if a stack is not DICOM, or no file of them can be given out.
    """
    known = {stack.id: stack for stack in shelf.stacks()}
    if any(id_ in known and known[id_].kind != "dicom" for id_ in stacks):
        raise ValueError("Only DICOM files can be de-identified; take other images away as PNG or NIfTI.")
    wanted: dict[str, tuple[int, int]] = {}  # by file: series and number in it; a file may lie in several stacks
    for series, id_ in enumerate(stacks, 1):
        for number, file in enumerate(shelf.files(id_), 1):
            wanted.setdefault(file, (series, number))
    done: dict[str, Reply] = {}
    refused: list[tuple[str, str]] = []

    def said(file: str) -> tuple[str, str]:
        try:
            values = shelf.sandbox.run(PATIENT, {"secret": shelf.secret.hex()}, [shelf.file(file)]).values
        except ValueError:
            return "", ""  # refused below, with its sentence
        return str(values["patient_key"]), str(values["study"])

    def one(file: str) -> Reply | ValueError:
        try:
            return _clean(shelf, file, wanted[file][0], looked, keys[file])
        except ValueError as error:
            return error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        keys = patients.shared(dict(zip(wanted, pool.map(said, wanted), strict=True)))
        for count, (file, reply) in enumerate(zip(wanted, pool.map(one, wanted), strict=True), 1):
            if isinstance(reply, ValueError):
                refused.append((_label(*wanted[file]), str(reply)))
            else:
                done[file] = reply
            progress(count, len(wanted))
    if not done:
        raise ValueError(refused[0][1] if refused else "There is no file to de-identify.")
    lines = merged([reply.values["lines"] for reply in done.values()])
    images = {_path(*wanted[file]): reply.data[0] for file, reply in done.items()}
    further = beside({file: bytes(reply.data[0]) for file, reply in done.items()})
    return Archive(_zipped({**images, **further}, lines), len(images), lines, tuple(refused))


def merged(reports: Sequence[Sequence[Sequence]]) -> tuple[Line, ...]:
    """One report of many: by tag, with how many elements and files each line stands for.

    Args:
        reports: of each file, [tag, name, action, count] of its elements.
    """
    elements: Counter[tuple[str, str, str]] = Counter()
    files: Counter[tuple[str, str, str]] = Counter()
    for report in reports:
        for tag, name, action, count in report:
            elements[tag, name, action] += count
            files[tag, name, action] += 1
    return tuple(Line(*what, elements[what], files[what]) for what in sorted(elements))


def table(lines: Sequence[Line]) -> str:
    """The report as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["tag", "name", "action", "elements", "files"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for line in lines)
    return text.getvalue()


def _clean(shelf: Shelf, file: str, series: int, looked: bool, patient: str) -> Reply:
    data = shelf.file(file)
    values = {"secret": shelf.secret.hex(), "series": series, "looked": looked, "patient": patient}
    seconds, memory = SECONDS + len(data) / BYTES_A_SECOND, MEMORY + MEMORY_FACTOR * len(data)
    return shelf.sandbox.run(DEIDENTIFY, values, [data], seconds=seconds, memory=memory)


def _path(series: int, number: int) -> str:
    return f"series {series}/{number:06}.dcm"


def _label(series: int, number: int) -> str:
    return f"Series {series}, file {number:,}"


def _zipped(files: Mapping[str, bytes], lines: Sequence[Line]) -> bytes:
    """In memory: nothing of a patient is written to disk, not even for a moment."""
    report = json.dumps([asdict(line) for line in lines], indent=1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {**files, "report.csv": table(lines), "report.json": report}.items():
            member = zipfile.ZipInfo(name, _NEVER)
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return buffer.getvalue()
