"""A comparison as a script that trains with plain Keras, without Medcore."""

import textwrap
from collections.abc import Mapping

from medcore.export import sections, writing
from medcore.export.section import Section
from medcore.spec import RunSpec

FILE = "script.py"


def text(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> str:
    """The script; it reads the images from the files of the ZIP, beside it.

    Args:
        runs: by label.
        precisions: by label, what a run was computed in; see `settings.settings`.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    introduction = "\n".join(textwrap.wrap(sections.INTRODUCTION, writing.WIDTH))
    head = f'"""{sections.TITLE}.\n\n{introduction}\n"""'
    parts = [_part(section) for section in sections.sections(runs, precisions)]
    return "\n\n\n".join([head, *parts]) + "\n"


def _part(section: Section) -> str:
    """A section with its title as a ruler and its text as comments."""
    ruler = f"# --- {section.title} ".ljust(writing.WIDTH, "-")
    comments = textwrap.wrap(section.text, writing.WIDTH, initial_indent="# ", subsequent_indent="# ")
    return "\n".join([ruler, *comments, "", section.code.strip("\n")])
