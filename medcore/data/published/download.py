"""Downloads of published files: with progress, held against a checksum, whole or not at all."""

import logging
from collections.abc import Callable
from pathlib import Path

from medcore.data.entry import Remote

Progress = Callable[[int, int], None]
"""Takes bytes done and bytes in all (0 if the server does not say)."""

CHUNK = 2**18
TIMEOUT = 30


class _Bar:
    """The progress bar that pooch wants, for a function."""

    def __init__(self, progress: Progress) -> None:
        self.total = 0
        self._done = 0
        self._progress = progress

    def update(self, count: int) -> None:
        self._done = min(self._done + count, self.total) if self.total else self._done + count
        self._progress(self._done, self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""


def fetch(remote: Remote, folder: Path, progress: Progress) -> Path:
    """The file of `remote` in `folder`, downloaded unless it is there with the right checksum.

    Raises:
        OSError: if it cannot be fetched or written.
        ValueError: if what came is not the published file.
    """
    import pooch  # imports requests, which the web process does without until someone downloads
    import requests
    from filelock import FileLock

    pooch.get_logger().setLevel(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    downloader = pooch.HTTPDownloader(progressbar=_Bar(progress), chunk_size=CHUNK, timeout=TIMEOUT)
    try:
        with FileLock(folder / f".{remote.file}.lock"):
            path = pooch.retrieve(remote.url, remote.digest or None, remote.file, folder, downloader=downloader)
    except requests.RequestException as error:
        raise OSError(f"{remote.file} could not be downloaded from {remote.url}: {_reason(error)}.") from error
    except ValueError as error:
        raise ValueError(
            f"{remote.file} must have the published checksum {remote.digest}; what came from {remote.url} has another."
        ) from error
    return Path(path)


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code}"
    return "no answer in time" if "Timeout" in type(error).__name__ else "no connection"
