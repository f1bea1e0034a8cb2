"""A comparison as a Jupyter notebook: the sections of the script, each with its text above its code."""

import json
from collections.abc import Mapping
from typing import Any

from medcore.export import sections
from medcore.spec import RunSpec

FILE = "notebook.ipynb"


def text(runs: Mapping[str, RunSpec], precisions: Mapping[str, str] | None = None) -> str:
    """The notebook in nbformat 4.5; see `script.text`.

    Raises:
        ValueError: if there is no run, or one that is no training.
    """
    cells = [_cell("markdown", f"# {sections.TITLE}\n\n{sections.INTRODUCTION}")]
    for section in sections.sections(runs, precisions):
        cells.append(_cell("markdown", f"## {section.title}\n\n{section.text}".strip()))
        cells.append(_cell("code", section.code.strip("\n")) | {"execution_count": None, "outputs": []})
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
        },
        indent=1,
        ensure_ascii=False,
    )


def _cell(kind: str, text: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
