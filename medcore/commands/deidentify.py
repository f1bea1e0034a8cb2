"""`deidentify`: writes a ZIP of de-identified DICOM series, as the page does."""

import argparse
import sys
from pathlib import Path
from typing import Any

READ_SECONDS = 24 * 3600
"""How long reading the folder may take: it ends by itself, every file has limits of its own."""


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser("deidentify", help="write de-identified DICOM series of a folder or file as a ZIP")
    parser.add_argument("source", type=Path, help="a DICOM file, a ZIP, or a folder of them")
    parser.add_argument("--out", type=Path, required=True, help="the ZIP to write; it must not exist")
    parser.add_argument("--report", type=Path, help="also write what became of every element, as CSV")
    parser.add_argument(
        "--looked",
        action="store_true",
        help="you have looked at every image: no text in the pictures tells who the patient is",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """De-identifies; 1 if a file could not be given out, which stderr names by its place in the series."""
    from medcore.imaging.export import archive
    from medcore.imaging.shelf import Shelf

    files = _files(arguments.source)
    if arguments.out.exists():
        raise ValueError(f"The file to write must not exist. Received: {arguments.out}")
    shelf = Shelf(sys.maxsize)
    try:
        for number, path in enumerate(files, 1):
            shelf.add(f"File {number:,}", path.read_bytes())
        shelf.wait(READ_SECONDS)
        refused = [(upload.name, upload.why) for upload in shelf.uploads() if upload.state == "refused"]
        series = [stack.id for stack in shelf.stacks() if stack.kind == "dicom"]
        if not series:
            raise ValueError(refused[0][1] if refused else "There is no DICOM image in it.")
        made = archive.deidentified(shelf, series, arguments.looked)
    finally:
        shelf.close()
    arguments.out.write_bytes(made.data)
    if arguments.report:
        arguments.report.write_text(archive.table(made.lines), encoding="utf-8")
    for what, why in (*refused, *made.refused):
        print(f"{what}: {why}", file=sys.stderr)
    print(f"{made.files:,} images de-identified and checked.")
    return 1 if made.refused else 0


def _files(source: Path) -> list[Path]:
    """In a fixed order, so that the numbers in messages can be followed; names stay out of messages."""
    if not source.exists():
        raise FileNotFoundError(f"There is no such file or folder. Received: {source}")
    return sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
