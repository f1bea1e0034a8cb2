"""`datasets`: lists the image sets that are here or can be had."""

import argparse
import json
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("datasets", help="list the data sets that are here or can be had")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the list."""
    from medcore.data import sources

    entries = [entry.to_dict() for entry in sources.listing()]
    print(json.dumps(entries) if arguments.json else "\n\n".join(_paragraph(entry) for entry in entries))
    return 0


def _paragraph(entry: dict[str, Any]) -> str:
    """Two lines a set: its name, whether it is here; what is in it."""
    state = "available" if entry["available"] else entry["how"]
    facts = [entry["task"]]
    if entry["sizes"]:
        facts.append(", ".join(f"{size:,} {split}" for split, size in entry["sizes"].items()))
    if entry["classes"]:
        facts.append(f"{len(entry['classes'])} classes: {', '.join(entry['classes'])}")
    facts.append(f"licence {entry['licence']}")
    return f"{entry['name']}: {state}\n    {'; '.join(facts)}"
