"""Tokens that let a browser watch some runs for a while, and nothing else.

A token is the HMAC-SHA256 of the run ids and an expiry under a secret of this installation,
so the address of a stream can be neither guessed nor changed to watch another run.
"""

import functools
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from filelock import FileLock

from medcore import settings

PATH = "/api/stream"
DAY = 86_400
SECRET_BYTES = 32


def stream_url(ids: Sequence[str], now: float | None = None) -> str:
    """The signed address of the metric stream of these runs.

    It stays the same for a day, so that a rerun of the page does not change it, and is good
    for one to two days.

    Args:
        ids: run ids; one that comes twice is watched once.
        now: unix seconds, default the present.

    Raises:
        OSError: if the secret can be neither read nor made.
    """
    expires = (int(time.time() if now is None else now) // DAY + 2) * DAY
    runs = ",".join(dict.fromkeys(ids))
    return f"{PATH}?" + urlencode({"runs": runs, "expires": expires, "token": sign(runs, str(expires))}, safe=",")


def sign(runs: str, expires: str) -> str:
    """The token of these run ids (comma-separated) and this expiry (unix seconds), in hex."""
    return hmac.new(_secret(settings.home() / "secret"), f"{runs} {expires}".encode(), hashlib.sha256).hexdigest()


def genuine(runs: str, expires: str, token: str) -> bool:
    """Whether the token was signed here for exactly these runs and this expiry."""
    return hmac.compare_digest(sign(runs, expires).encode(), token.encode())


@functools.cache
def _secret(path: Path) -> bytes:
    """The secret of this installation, made on first use, readable by its owner alone."""
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            temporary = path.with_suffix(".new")
            temporary.unlink(missing_ok=True)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
            temporary.replace(path)
        secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise OSError(f"The secret must have {SECRET_BYTES} bytes; remove it to get a new one. Received: {path}")
    return secret
