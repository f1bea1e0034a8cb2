"""What the environment says: every variable starts with `MEDCORE_`.

`MEDCORE_HOME`       folder of the store, models and caches (default: `~/.medcore`)
`MEDCORE_DATA`       folders to find data sets in, separated as in PATH
`MEDCORE_WEIGHTS`    folders to find ImageNet weights in, separated as in PATH
`MEDCORE_DATABASE`   SQLAlchemy URL of the run store (default: SQLite under the home folder)
`MEDCORE_SCHEDULER`  address of a Dask scheduler (default: an embedded engine)
`MEDCORE_UPLOAD_MB`  megabytes that the uploads of one session may take in memory (default: 1024)
"""

import os
from pathlib import Path

UPLOAD_MB = 1024


def home() -> Path:
    """Folder of everything Medcore keeps; made on first use, readable by its owner alone.

    Raises:
        OSError: if the folder cannot be made.
    """
    folder = Path(os.environ.get("MEDCORE_HOME") or Path.home() / ".medcore").expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def data_folders() -> list[Path]:
    """Folders named by `MEDCORE_DATA`, in the order given; they need not exist."""
    return _folders("MEDCORE_DATA")


def weights_folders() -> list[Path]:
    """Folders named by `MEDCORE_WEIGHTS`, in the order given; they need not exist."""
    return _folders("MEDCORE_WEIGHTS")


def _folders(variable: str) -> list[Path]:
    names = os.environ.get(variable, "").split(os.pathsep)
    return [Path(name).expanduser().resolve() for name in names if name.strip()]


def database_url() -> str:
    """SQLAlchemy URL of the run store."""
    return os.environ.get("MEDCORE_DATABASE") or f"sqlite:///{home() / 'runs.sqlite'}"


def scheduler() -> str | None:
    """Address of the Dask scheduler to use, or None for the embedded engine."""
    return os.environ.get("MEDCORE_SCHEDULER") or None


def upload_bytes() -> int:
    """Bytes of memory that one session's uploads may take, files and pixels together.

    Raises:
        ValueError: if the variable is no number of megabytes.
    """
    text = os.environ.get("MEDCORE_UPLOAD_MB") or str(UPLOAD_MB)
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ValueError(f"MEDCORE_UPLOAD_MB must be a whole number of megabytes. Received: {text!r}")
    return int(text) * 2**20
