"""One report for every benchmark: a table, or with --json one object; exit status 0 when every target is met."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from typing import Any

Targets = Mapping[str, tuple[str, float]]

_HOLDS = {">=": lambda value, bound: value >= bound, "<=": lambda value, bound: value <= bound}


def machine() -> str:
    """This machine in one line: processor, cores, memory, Python."""
    import psutil

    gib = psutil.virtual_memory().total / 2**30
    return f"{_processor()}, {os.cpu_count()} cores, {gib:.0f} GiB, Python {platform.python_version()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def run(measure: Callable[[bool], Mapping[str, float]], targets: Targets, description: str) -> None:
    """Parses the arguments, measures, reports and exits.

    Args:
        measure: called with `quick`; returns the figures by name.
        targets: figure name to (">=" or "<=", bound).
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: ends within 50 s on two cores")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    figures = {name: round(float(value), 4) for name, value in measure(arguments.quick).items()}
    met = all(name in figures and _HOLDS[sign](figures[name], bound) for name, (sign, bound) in targets.items())
    report: dict[str, Any] = {
        "machine": machine(),
        "figures": figures,
        "targets": {name: list(target) for name, target in targets.items()},
        "met": met,
    }
    print(json.dumps(report) if arguments.json else _table(report))
    sys.exit(0 if met else 1)


def _table(report: Mapping[str, Any]) -> str:
    rows = [report["machine"]]
    for name, value in report["figures"].items():
        sign, bound = report["targets"].get(name, ("", ""))
        verdict = ("met" if _HOLDS[sign](value, bound) else "MISSED") if sign else ""
        rows.append(f"{name:36} {value:>12,.4g}   {sign:2} {bound!s:8} {verdict}")
    return "\n".join(rows)
