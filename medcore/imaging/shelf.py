"""One session's uploads: their bytes, what they are, and their pixels; in memory, and gone with the session."""

import hashlib
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from medcore import settings
from medcore.imaging.files import Found
from medcore.imaging.stack import Stack, assemble
from medcore.imaging.stack_view import StackView
from medcore.sandbox import Sandbox

DESCRIBE = "medcore.imaging.jobs:describe"
UNPACK = "medcore.imaging.jobs:unpack"
DAMAGED = "It cannot be read: it is damaged, or not what it says it is."
MEGABYTE = 2**20
BYTES_A_SECOND = 50e6
SECONDS = 2.5
SECRET_BYTES = 32


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
        self._readers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="reader")
        self._news = threading.Condition(threading.RLock())
        self._uploads: dict[str, Upload] = {}
        self._data: dict[str, bytes] = {}  # by upload
        self._found: dict[str, tuple[str, Found]] = {}  # by file id: upload, description
        self._seen: dict[bytes, str] = {}  # by SHA-256: upload
        self._stacks: list[Stack] | None = []
        self._views: dict[str, StackView] = {}  # the last one used comes last
        self._reading = 0
        self._held = 0
        self._count = 0
        self._closed = False
        self.sandbox.warm()

    def add(self, name: str, data: bytes) -> None:
        """Takes a file and returns at once; a thread reads it."""
        self._take(name, data, member=False)

    def _take(self, name: str, data: bytes, *, member: bool) -> None:
        with self._news:
            if self._closed:
                return
            self._count += 1
            upload = Upload(f"f{self._count}", name, len(data), member)
            self._uploads[upload.id] = upload
            if not self._room(len(data)):
                self._change(upload, state="refused", why=self._full(len(data)))
                return
            self._data[upload.id] = data
            self._held += len(data)
            self._reading += 1
            self._readers.submit(self._read, upload, data)

    def _read(self, upload: Upload, data: bytes) -> None:
        """In a reader's thread: describes a file, or opens an archive."""
        try:
            self._once(upload, data)
            self._change(upload, state="reading")
            seconds = SECONDS + len(data) / BYTES_A_SECOND
            values = self.sandbox.run(DESCRIBE, {"name": upload.name}, [data], seconds=seconds).values
            if "zip" not in values:
                self._keep(upload, [Found.from_dict(one) for one in values["found"]])
            elif upload.member:
                raise ValueError("An archive within an archive is not opened; unpack it first.")
            else:
                self._open(upload, data, seconds)
        except (ValueError, KeyError, TypeError) as error:
            self._change(upload, state="refused", why=str(error) if isinstance(error, ValueError) else DAMAGED)
        finally:
            with self._news:
                if not any(of == upload.id for of, _ in self._found.values()):
                    self._drop(upload.id)
                self._reading -= 1
                self._news.notify_all()

    def _once(self, upload: Upload, data: bytes) -> None:
        """Raises ValueError if the same bytes are here already."""
        digest = hashlib.sha256(data).digest()
        with self._news:
            first = self._seen.setdefault(digest, upload.id)
            if first != upload.id and first in self._data:
                raise ValueError(f"It is here already, as {self._uploads[first].name}.")
            self._seen[digest] = upload.id

    def _keep(self, upload: Upload, found: list[Found]) -> None:
        with self._news:
            if upload.id not in self._data:
                return  # closed meanwhile
            for number, one in enumerate(found):
                self._found[upload.id if not number else f"{upload.id}.{number}"] = (upload.id, one)
            self._stacks = None
            self._change(upload, state="ready", parts=len(found))

    def _open(self, archive: Upload, data: bytes, seconds: float) -> None:
        """Each member becomes a file of its own, so that one which is refused costs no other."""
        members = 0
        room = {"limit": max(0, self.limit - self.used + len(data))}
        for reply in self.sandbox.stream(UNPACK, room, [data], seconds=seconds):
            members += 1
            name = f"{archive.name}: {reply.values['name']}"
            if "why" in reply.values:
                self._list_refused(name, reply.values["why"])
            else:
                self._take(name, bytes(reply.data[0]), member=True)
            self._change(archive, parts=members)
        if not members:
            raise ValueError("The archive holds no file.")
        self._change(archive, state="ready")

    def _list_refused(self, name: str, why: str) -> None:
        with self._news:
            self._count += 1
            upload = Upload(f"f{self._count}", name, 0, member=True, state="refused", why=why)
            self._uploads[upload.id] = upload

    def _drop(self, upload_id: str) -> None:
        self._held -= len(self._data.pop(upload_id, b""))

    def _room(self, size: int) -> bool:
        return self.used + size <= self.limit

    def _full(self, size: int) -> str:
        return (
            f"A session may hold {self.limit / MEGABYTE:,.0f} MB. There are {self.used / MEGABYTE:,.0f} MB, and this "
            f"would take {size / MEGABYTE:,.1f} MB more; close something first."
        )

    def _change(self, upload: Upload, **changes: Any) -> None:
        with self._news:
            if upload.id in self._uploads:
                self._uploads[upload.id] = replace(self._uploads[upload.id], **changes)

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
                self._stacks = assemble([(id_, found) for id_, (_, found) in self._found.items()])
                places = {stack.id: stack.places for stack in self._stacks}
                for id_ in [id_ for id_, view in self._views.items() if places.get(id_) != view.stack.places]:
                    self._views.pop(id_).close()
            return list(self._stacks)

    def view(self, stack_id: str) -> StackView:
        """The stack with its pixels; they are decoded in the background from now on.

        Raises:
            ValueError: if there is no such stack, or its pixels would not fit.
        """
        with self._news:
            stack = self._stack(stack_id)
            if stack_id in self._views:
                self._views[stack_id] = self._views.pop(stack_id)
                return self._views[stack_id]
            size = math.prod(stack.shape) * stack.samples * np.dtype(stack.dtype).itemsize
            while not self._room(size) and self._views:
                self._views.pop(next(iter(self._views))).close()
            if not self._room(size):
                raise ValueError(self._full(size))
            self._views[stack_id] = StackView(stack, self.file, self.found, self.sandbox)
            return self._views[stack_id]

    def _stack(self, stack_id: str) -> Stack:
        for stack in self.stacks():
            if stack.id == stack_id:
                return stack
        raise ValueError("These images were closed.")

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
                raise ValueError("These images were closed.")
            return self._data[upload], found

    def remove(self, stack_id: str) -> None:
        """Lets go of a stack and of the files that belong to no other."""
        with self._news:
            for file in self.files(stack_id):
                upload = self._found.pop(file)[0]
                if not any(of == upload for of, _ in self._found.values()):
                    self._drop(upload)
                    self._uploads.pop(upload, None)
            if view := self._views.pop(stack_id, None):
                view.close()
            self._stacks = None

    def clear(self) -> None:
        """Lets go of everything."""
        with self._news:
            for view in self._views.values():
                view.close()
            for held in (self._uploads, self._data, self._found, self._seen, self._views):
                held.clear()
            self._held, self._stacks = 0, []

    def close(self) -> None:
        """Lets go of everything, for good; what is being read is given up."""
        with self._news:
            self._closed = True
            self.clear()
        self.sandbox.close()
        self._readers.shutdown(wait=False, cancel_futures=True)
