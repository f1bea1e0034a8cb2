"""`engine`: trains what the store holds, without any web process, until Ctrl-C."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("engine", help="train queued runs until Ctrl-C, without a dashboard")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - takes none
    """Runs the engine; see `medcore.runs.engine`. A store that cannot be used is said before anything starts."""
    from medcore import settings
    from medcore.runs import engine
    from medcore.runs.store import Store

    Store(settings.database_url()).close()
    engine.main(standalone=True)
    return 0
