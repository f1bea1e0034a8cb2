"""What the sidebar of a lab says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medcore.data import sources
from medcore.spec import RunSpec


@dataclass(frozen=True)
class Chosen:
    """What the controls of a lab say.

    Args:
        entry: the data set.
        options: of its source.
        settings: arguments of the lab's `runs`.
        specs: the runs by label, none if there is a problem.
        problem: why there are none, in one sentence; "" if there are some.
    """

    entry: sources.Entry
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    specs: Mapping[str, RunSpec]
    problem: str
