"""Where a run keeps what it computed of single images."""

from pathlib import Path

from medcore.data import session_sets


def folder(dataset: str, run: Path) -> Path:
    """The run's own folder; of a session's images, a folder beside them, which goes when they go.

    Args:
        dataset: name of the set that the images belong to.
        run: the run's folder, whose name is its id.

    Raises:
        FileNotFoundError: if the session's images are gone.
        OSError: if the folder cannot be made.
    """
    if not session_sets.is_name(dataset):
        return run
    place = session_sets.folder(dataset) / f"run-{run.name}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place
