"""`engine`: trains what the store holds, without any web process, until Ctrl-C."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("engine", help="train queued runs until Ctrl-C, without a dashboard")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - takes none
    """Runs the engine; see `medcore.runs.engine`."""
    from medcore.runs import engine

    engine.main(standalone=True)
    return 0
