"""Where the files of a run are."""

from pathlib import Path

from medcore import settings


def folder(run_id: str) -> Path:
    """Folder of a run's model, predictions and log; may not exist yet."""
    return settings.home() / "runs" / run_id


def log(run_id: str) -> Path:
    """What the run's training process printed, tracebacks too; may not exist yet."""
    return folder(run_id) / "log.txt"
