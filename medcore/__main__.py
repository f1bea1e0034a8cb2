"""The same jobs without a browser: `python -m medcore COMMAND`.

Exit status: 0; 1 if a run failed; 2 for bad input, with one sentence on stderr; 130 after Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from medcore.commands import datasets, deidentify, engine, spec, train, weights
from medcore.sentences import sentence

COMMANDS = (datasets, weights, spec, train, engine, deidentify)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message[:1].upper()}{message[1:]} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    try:
        parser = _Parser(prog="python -m medcore", description="Deep learning on medical images, without a browser.")
        commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
        for command in COMMANDS:
            command.add(commands)
        chosen = parser.parse_args(arguments)
        return chosen.run(chosen)
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError) as error:
        print(sentence(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
