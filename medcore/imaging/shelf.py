"""One session's uploads: their bytes, what they are, and their pixels; in memory, and gone with the session."""

import hashlib
import itertools
import math
import os
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from medcore import settings
from medcore.imaging import answers
from medcore.imaging.files import Found
from medcore.imaging.readers import Readers
from medcore.imaging.stack import Stack, assemble
from medcore.imaging.stack_view import StackView
from medcore.sandbox import Sandbox

DESCRIBE = "medcore.imaging.jobs:describe"
UNPACK = "medcore.imaging.jobs:unpack"
CLOSED = "These images were closed."
MEGABYTE = 2**20
BYTES_A_SECOND = 50e6
SECONDS = 2.5
SECRET_BYTES = 32
MAX_MEMBERS = 20_000
"""As many files as an archive may hold."""
LONGEST_NAME = 60
"""Letters of a file's name in a title."""


@dataclass(frozen=True)
class Upload:
    """One file as the person gave it, or a member of an archive.

    Args:
        id: within the shelf.
        name: as the person sees it.
        size: bytes.
        member: of an archive.
        state: "waiting", "reading", "ready" or "refused".
        why: one sentence, if it was refused.
        parts: images found in it; of an archive, its members.
    """

    id: str
    name: str
    size: int
    member: bool = False
    state: str = "waiting"
    why: str = ""
    parts: int = 0


class Shelf:
    """Uploads of one session. Thread-safe.

    Args:
        limit: bytes of files and pixels together.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = settings.upload_bytes() if limit is None else limit
        self.secret = os.urandom(SECRET_BYTES)
        """For names that stay the same within the session, and cannot be traced back."""
        self.sandbox = Sandbox()
        self._readers = Readers(os.cpu_count() or 1)
        self._news = threading.Condition(threading.RLock())
        self._uploads: dict[str, Upload] = {}
        self._data: dict[str, bytes] = {}  # by upload
        self._found: dict[str, tuple[str, Found]] = {}  # by file id: upload, description
        self._parts: dict[str, set[str]] = {}  # by upload: its file ids
        self._archive_of: dict[str, str] = {}  # by member that is still here: archive
        self._members: Counter[str] = Counter()  # by archive: how many of them
        self._seen: dict[bytes, str] = {}  # by SHA-256: upload
        self._stacks: list[Stack] | None = []
        self._removed: set[str] = set()  # stacks of whose files others are still shown
        self._views: dict[str, StackView] = {}  # the last one used comes last
        self._reading = 0
        self._held = 0
        self._count = 0
        self._closed = False
        self.sandbox.warm()

    def add(self, name: str, data: bytes) -> None:
        """Takes a file and returns at once; a thread reads it."""
        self._take(name, data)

    def _take(self, name: str, data: bytes, archive: Upload | None = None) -> None:
        with self._news:
            if self._closed or (archive is not None and archive.id not in self._uploads):
                return
            upload = self._list(name, len(data), archive)
            if not self._room(len(data)):
                self._change(upload, state="refused", why=self._full(len(data)))
                return
            if archive is not None:
                self._archive_of[upload.id] = archive.id
                self._members[archive.id] += 1
            self._data[upload.id] = data
            self._held += len(data)
            self._reading += 1
            self._readers.submit(lambda: self._read(upload, data))

    def _read(self, upload: Upload, data: bytes) -> None:
        """In a reader's thread: describes a file, or opens an archive."""
        try:
            if self._change(upload, state="reading"):
                self._describe(upload, data)
        except ValueError as error:
            self._change(upload, state="refused", why=str(error))
        except Exception:
            self._change(upload, state="refused", why=answers.UNFIT)
            raise  # the reader notes of what kind it was
        finally:
            with self._news:
                if upload.id not in self._parts:
                    self._drop(upload.id)
                self._reading -= 1
                self._news.notify_all()

    def _describe(self, upload: Upload, data: bytes) -> None:
        self._once(upload, data)
        seconds = SECONDS + len(data) / BYTES_A_SECOND
        values = self.sandbox.run(DESCRIBE, {"name": upload.name}, [data], seconds=seconds, largest=0).values
        if "zip" not in values:
            self._keep(upload, answers.described(values))
        elif upload.member:
            raise ValueError("An archive within an archive is not opened; unpack it first.")
        else:
            self._open(upload, data, seconds)

    def _once(self, upload: Upload, data: bytes) -> None:
        """Raises ValueError if the same bytes are here already."""
        digest = hashlib.sha256(data).digest()
        with self._news:
            first = self._seen.setdefault(digest, upload.id)
            if first != upload.id and first in self._uploads and self._uploads[first].state != "refused":
                raise ValueError(f"It is here already, as {self._uploads[first].name}.")
            self._seen[digest] = upload.id

    def _keep(self, upload: Upload, found: list[Found]) -> None:
        with self._news:
            if upload.id not in self._data:
                return  # closed meanwhile
            files = {upload.id if not number else f"{upload.id}.{number}": one for number, one in enumerate(found)}
            self._found |= {file: (upload.id, _titled(one, upload.name)) for file, one in files.items()}
            self._parts[upload.id] = set(files)
            self._stacks = None
            self._change(upload, state="ready", parts=len(found))

    def _open(self, archive: Upload, data: bytes, seconds: float) -> None:
        """Each member becomes a file of its own, so that one which is refused costs no other."""
        self._drop(archive.id)  # its members take its place
        room = max(0, self.limit - self.used)
        members = 0
        job = self.sandbox.stream(UNPACK, {"limit": room}, [data], seconds=seconds, largest=room)
        with closing(job) as replies:
            for reply in replies:
                members += 1
                if not self._change(archive, parts=members) or members > MAX_MEMBERS:
                    return
                name = f"{archive.name}: {reply.values.get('name', members)}"
                if reply.data:
                    self._take(name, reply.data[0], archive)
                else:
                    refused = self._list(name, 0, archive)
                    self._change(refused, state="refused", why=str(reply.values.get("why", answers.UNFIT)))
        if not members:
            raise ValueError("The archive holds no file.")
        self._change(archive, state="ready")

    def _list(self, name: str, size: int, archive: Upload | None) -> Upload:
        with self._news:
            self._count += 1
            upload = Upload(f"f{self._count}", name, size, archive is not None)
            self._uploads[upload.id] = upload
            return upload

    def _drop(self, upload_id: str) -> None:
        self._held -= len(self._data.pop(upload_id, b""))

    def _room(self, size: int) -> bool:
        return self.used + size <= self.limit

    def _full(self, size: int) -> str:
        return (
            f"A session may hold {self.limit / MEGABYTE:,.0f} MB. There are {self.used / MEGABYTE:,.0f} MB, and this "
            f"would take {size / MEGABYTE:,.1f} MB more; close something first."
        )

    def _change(self, upload: Upload, **changes: Any) -> bool:
        """Notes what has become of an upload; False if it was closed meanwhile."""
        with self._news:
            if upload.id in self._uploads:
                self._uploads[upload.id] = replace(self._uploads[upload.id], **changes)
            return upload.id in self._uploads

    @property
    def used(self) -> int:
        """Bytes of files and pixels held."""
        with self._news:
            return self._held + sum(view.nbytes for view in self._views.values())

    def uploads(self) -> list[Upload]:
        """What was given, in order, and of archives the members."""
        with self._news:
            return list(self._uploads.values())

    def busy(self) -> bool:
        """Whether something is being read."""
        return self._reading > 0

    def wait(self, seconds: float) -> bool:
        """Waits until nothing is being read; says whether that is so."""
        with self._news:
            return self._news.wait_for(lambda: not self._reading, seconds)

    def stacks(self) -> list[Stack]:
        """What the files make up."""
        with self._news:
            if self._stacks is None:
                order = {upload: number for number, upload in enumerate(self._uploads)}
                files = sorted(self._found.items(), key=lambda file: order[file[1][0]])  # stable within an upload
                made = assemble([(id_, found) for id_, (_, found) in files])
                self._stacks = _told_apart([stack for stack in made if stack.id not in self._removed])
                places = {stack.id: stack.places for stack in self._stacks}
                for id_ in [id_ for id_, view in self._views.items() if places.get(id_) != view.stack.places]:
                    self._views.pop(id_).close()
            return list(self._stacks)

    def view(self, stack_id: str, beside: str = "") -> StackView:
        """The stack with its pixels; they are decoded in the background from now on.

        Args:
            stack_id: of `stacks`.
            beside: a stack that is looked at together with it, whose pixels stay; others make room, the one not used
                for longest first.

        Raises:
            ValueError: if there is no such stack, or its pixels would not fit.
        """
        with self._news:
            stack = self._stack(stack_id)
            if stack_id in self._views:
                self._views[stack_id] = self._views.pop(stack_id)
                return self._views[stack_id]
            size = math.prod(stack.shape) * stack.samples * np.dtype(stack.dtype).itemsize
            stays = self._views[beside].nbytes if beside in self._views else 0
            if self._held + stays + size > self.limit:
                raise ValueError(self._full(size))
            while not self._room(size):
                oldest = next(other for other in self._views if other != beside)
                self._views.pop(oldest).close()  # they can be decoded again
            self._views[stack_id] = StackView(stack, self.file, self.found, self.sandbox)
            return self._views[stack_id]

    def _stack(self, stack_id: str) -> Stack:
        for stack in self.stacks():
            if stack.id == stack_id:
                return stack
        raise ValueError(CLOSED)

    def files(self, stack_id: str) -> list[str]:
        """Ids of the files of a stack, in the order of its slices."""
        return list(dict.fromkeys(file for file, _ in self._stack(stack_id).places))

    def file(self, file_id: str) -> bytes:
        """The bytes of a file.

        Raises:
            ValueError: if it was closed.
        """
        return self._lookup(file_id)[0]

    def found(self, file_id: str) -> Found:
        """The description of a file.

        Raises:
            ValueError: if it was closed.
        """
        return self._lookup(file_id)[1]

    def name(self, file_id: str) -> str:
        """The name of a file as the person gave it; it may tell who the patient is."""
        with self._news:
            return self._uploads[self._found[file_id][0]].name

    def _lookup(self, file_id: str) -> tuple[bytes, Found]:
        with self._news:
            upload, found = self._found.get(file_id, ("", None))
            if found is None or upload not in self._data:
                raise ValueError(CLOSED)
            return self._data[upload], found

    def remove(self, stack_id: str) -> None:
        """Lets go of a stack and of the files that belong to no other."""
        with self._news:
            others = {file for stack in self.stacks() if stack.id != stack_id for file, _ in stack.places}
            for file in self.files(stack_id):
                if file not in others:
                    self._forget(file)
            self._removed.add(stack_id)
            if view := self._views.pop(stack_id, None):
                view.close()
            self._stacks = None

    def _forget(self, file: str) -> None:
        upload = self._found.pop(file)[0]
        self._parts[upload].discard(file)
        if not self._parts[upload]:
            del self._parts[upload]
            self._drop(upload)
            self._uploads.pop(upload, None)
            self._leave(self._archive_of.pop(upload, ""))

    def _leave(self, archive: str) -> None:
        """An archive is gone with the last of its members."""
        self._members[archive] -= 1
        if self._members[archive] <= 0:
            self._uploads.pop(archive, None)

    def clear(self) -> None:
        """Lets go of everything."""
        with self._news:
            for view in self._views.values():
                view.close()
            indices = (self._uploads, self._data, self._found, self._parts, self._archive_of, self._members, self._seen)
            for held in (*indices, self._views, self._removed):
                held.clear()
            self._held, self._stacks = 0, []

    def close(self) -> None:
        """Lets go of everything, for good; what is being read is given up."""
        with self._news:
            self._closed = True
            self.clear()
        self.sandbox.close()


def _told_apart(stacks: list[Stack]) -> list[Stack]:
    """No two with the same title: from the second on they are numbered."""
    taken: set[str] = set()
    apart = []
    for stack in stacks:
        titles = (f"{stack.title} ({number})" if number > 1 else stack.title for number in itertools.count(1))
        title = next(title for title in titles if title not in taken)
        taken.add(title)
        apart.append(replace(stack, title=title))
    return apart


def _titled(found: Found, name: str) -> Found:
    """Of a DICOM series its modality and description; of other files the name they were uploaded by tells most."""
    if found.kind == "dicom":
        described = found.title or name[-LONGEST_NAME:]
        known = described.upper().split()[:1] == [found.modality]
        return replace(found, title=described if known or not found.modality else f"{found.modality} · {described}")
    return replace(found, title=f"{name[-LONGEST_NAME:]} ({found.title})" if found.title else name[-LONGEST_NAME:])
