"""`/api/slices`: the slices of what a session looks at, for the viewer.

Who asks shows a token that only this session was given, in a header, so that it stands in no log and no history.
Nothing may be kept by the browser's cache, which would lie on disk.
"""

import functools
import hashlib
import json
import secrets
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medcore.imaging.view import PIXEL_TYPES, Cut, Viewable

PATH = "/api/slices"
MEDIA_TYPE = "image/x-medcore-slice"
"""An image type, so that Streamlit does not spend time on compressing it."""
WAIT_SECONDS = 5.0
TOKEN_BYTES = 32
HEADERS = {"Cache-Control": "no-store"}
MOST_WAITING = 64
"""Requests of all sessions that wait for a slice at once, in threads of their own: the server's are for the pages."""
MOST_OF_ONE = 8
"""Of them with the same token; the viewer has four. Beyond that a slice comes if it is there, and 503 if it is not."""


class Views:
    """What is being looked at, by token. Thread-safe."""

    def __init__(self) -> None:
        self._views: dict[bytes, Viewable] = {}
        self._waiting: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def open(self, viewable: Viewable) -> str:
        """A token for the view: 256 random bits."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._views[_key(token)] = viewable
        return token

    def find(self, token: str) -> Viewable | None:
        """The view of a token, or None."""
        with self._lock:
            return self._views.get(_key(token))

    def close(self, token: str) -> None:
        """The token is good for nothing from now on."""
        with self._lock:
            self._views.pop(_key(token), None)

    @contextmanager
    def patience(self, token: str) -> Iterator[float]:
        """Seconds that a request may wait for its slice: none if enough with the same token do so already."""
        key = _key(token)
        with self._lock:
            self._waiting[key] += 1
            seconds = WAIT_SECONDS if self._waiting[key] <= MOST_OF_ONE else 0.0
        try:
            yield seconds
        finally:
            with self._lock:
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]


VIEWS = Views()
"""Of this process."""


def _key(token: str) -> bytes:
    """A hash, so that the time of a look-up tells nothing about tokens."""
    return hashlib.sha256(token.encode()).digest()


async def _slices(request: Request) -> Response:
    if request.method != "GET":
        return _error(405, "A slice is had by GET alone.", {"Allow": "GET"})
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    view = VIEWS.find(token) if kind == "Bearer" else None
    if view is None:
        return _error(401, "This image was closed; open it again.", {"WWW-Authenticate": "Bearer"})
    try:
        plane, index = request.query_params["plane"], int(request.query_params["index"])
    except (KeyError, ValueError):
        return _error(400, "A plane and the number of a slice were expected.")
    try:
        body = await anyio.to_thread.run_sync(
            lambda: _cut(view, token, plane, index), abandon_on_cancel=True, limiter=_limiter()
        )
    except TimeoutError:
        return _error(503, "The slice is still being decoded.", {"Retry-After": "1"})
    except ValueError as error:
        return _error(422, str(error))
    return Response(body, media_type=MEDIA_TYPE, headers=HEADERS)


def _cut(view: Viewable, token: str, plane: str, index: int) -> bytes:
    """In a thread, whose end alone counts: the browser may have given the request up."""
    with VIEWS.patience(token) as seconds:
        return packed(view.cut(plane, index, seconds))


@functools.cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(MOST_WAITING)


def packed(cut: Cut) -> bytes:
    """A slice as it goes to the browser.

    Returns:
        The length of the header (4 bytes, little-endian); the header, JSON filled up with spaces to a multiple of 4:
        {"rows", "columns", "samples", "dtype", "slope", "intercept", "mask"}; the pixels, little-endian; the mask,
        one byte a pixel, if there is one.
    """
    pixels = np.ascontiguousarray(cut.pixels)
    if pixels.dtype.name not in PIXEL_TYPES:
        raise ValueError(f"Pixels must be one of {', '.join(PIXEL_TYPES)}. Received: {pixels.dtype.name}")
    rows, columns, *samples = pixels.shape
    facts: dict[str, Any] = {
        "rows": rows,
        "columns": columns,
        "samples": samples[0] if samples else 1,
        "dtype": pixels.dtype.name,
        "slope": cut.slope,
        "intercept": cut.intercept,
        "mask": cut.mask is not None,
    }
    header = json.dumps(facts).encode()
    header += b" " * (-len(header) % 4)
    little = pixels.astype(pixels.dtype.newbyteorder("<"), copy=False)
    parts = [struct.pack("<I", len(header)), header, little.data]
    if cut.mask is not None:
        parts.append(np.ascontiguousarray(cut.mask, np.uint8).data)
    return b"".join(parts)


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, {**HEADERS, **(headers or {})})


ROUTE = Route(PATH, _slices, methods=["GET"])
