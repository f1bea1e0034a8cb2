"""The commands of `python -m medcore`, one a file: `add` says what it takes, `run` does it."""
