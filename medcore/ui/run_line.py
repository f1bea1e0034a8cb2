"""One run in one line: its state, its name, and where it is."""

from collections.abc import Mapping
from typing import Any

from medcore.runs.store import Progress, Record
from medcore.ui.plain import plain

ACTIVE = ("queued", "running")
_BADGES = {"queued": "gray", "running": "blue", "done": "green", "failed": "red", "cancelled": "orange"}


def markdown(record: Record, progress: Progress | None, what: str = "") -> str:
    """State, name and words of a run as one line of Markdown."""
    name = f"{badge(record)} **{plain(record.label)}**"
    return " · ".join(part for part in (name, what, words(record, progress)) if part)


def badge(record: Record) -> str:
    """The state of a run as Markdown."""
    return f":{_BADGES[record.state]}-badge[{record.state}]"


def words(record: Record, progress: Progress | None) -> str:
    """Where a run is, for a person who waits."""
    if record.state == "failed":
        return plain(record.error or "failed without a reason")
    if record.state == "queued":
        return "waits for a free training slot"
    if record.state == "cancelled":
        return "stopped; what was measured so far is kept"
    if record.state == "done":
        return _outcome(record.result or {}, record.spec["training"])
    steps = record.plan.get("steps")
    if not steps or progress is None:
        return plain(record.status or "starts")
    left = progress.seconds / progress.step * (steps - progress.step)
    return f"update {progress.step:,} of {steps:,}" + (f", about {left:.0f} s left" if left >= 1 else "")


def noteworthy(record: Record) -> bool:
    """Whether a run among many deserves a line: it runs, failed, or diverged."""
    return record.state in ("running", "failed") or diverged(record)


def diverged(record: Record) -> bool:
    """Whether the loss of a run that has ended was no number any more."""
    return bool((record.result or {}).get("diverged_at"))


def _outcome(result: Mapping[str, Any], training: Mapping[str, Any]) -> str:
    if "after" in result:
        return f"tested in {result['seconds']:.1f} s"
    if "explained" in result:
        return f"measured in {result['seconds']:.1f} s"
    if "steps" not in result:
        return f"done in {result['seconds']:.1f} s"
    if result.get("diverged_at"):
        return f"diverged at update {result['diverged_at']:,}: the loss left all bounds"
    if result.get("epochs") == 0:  # a classic, which has neither epochs nor updates
        return f"fitted in {_duration(result)}"
    stopped = f"; {words}" if (words := stopping(result, training)) else ""
    return f"{result['steps']:,} updates in {_duration(result)}{stopped}"


def stopping(result: Mapping[str, Any], training: Mapping[str, Any]) -> str:
    """What early stopping did to a run that was trained to its end; "" where it was not asked for."""
    if not training.get("patience"):
        return ""
    ended = f"stopped after epoch {result['epochs']}" if result.get("stopped") else "never stopped"
    return f"{ended}, weights of epoch {result['best_epoch']}" if result.get("evaluated") == "best" else ended


def _duration(result: Mapping[str, Any]) -> str:
    """Those of the updates alone first: they are what a comparison is about."""
    if "update_seconds" not in result:  # of a run that an older version made
        return f"{result['seconds']:.1f} s with start and evaluation"
    return f"{seconds(result['update_seconds'])} s ({seconds(result['seconds'])} s with start and evaluation)"


def seconds(number: float) -> str:
    """As short as it says something: small networks make their updates in hundredths of a second."""
    return f"{number:.1f}" if number >= 1 else f"{number:.2g}"
