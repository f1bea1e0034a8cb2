"""The metrics of finished runs as CSV: a row for each run and split, the ends of every interval beside its metric."""

import csv
import io
from collections.abc import Mapping
from typing import Any

SPLITS = ("val", "test")


def text(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The table; an empty cell is a metric that could not be measured.

    Args:
        results: of runs that have them, by label.
    """
    rows = [_row(label, result, split) for label, result in results.items() for split in SPLITS if result.get(split)]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _row(label: str, result: Mapping[str, Any], split: str) -> dict[str, Any]:
    metrics = result[split]
    intervals = metrics.get("intervals", {})
    row = {"run": label, "split": split}
    for name, value in metrics.items():
        if name == "intervals" or isinstance(value, Mapping):
            continue
        row[name] = value
        row |= _ends(name, intervals.get(name))
    for name, value in (metrics.get("recall") or {}).items():
        row[f"recall {name}"] = value
        row |= _ends(f"recall {name}", intervals.get(f"recall {name}"))
    for name, measured in (metrics.get("classes") or {}).items():
        for metric, value in measured.items():
            if metric != "intervals":
                row[f"{metric} {name}"] = value
                row |= _ends(f"{metric} {name}", measured["intervals"].get(metric))
    row |= {f"clean {name}": value for name, value in (metrics.get("clean") or {}).items()}
    course = {key: result.get(key) for key in ("evaluated", "best_epoch", "epochs", "steps", "diverged_at", "seconds")}
    return row | course


def _ends(name: str, interval: list[float] | None) -> dict[str, float]:
    return {} if interval is None else {f"{name} low": interval[0], f"{name} high": interval[1]}
