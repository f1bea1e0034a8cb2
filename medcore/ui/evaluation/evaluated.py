"""A finished run with what it said of the test images, and which class is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from medcore.evaluation import predictions as saved
from medcore.evaluation.classification import positive_class
from medcore.evaluation.predictions import Predictions
from medcore.runs import files
from medcore.runs.store import Record


@dataclass(frozen=True)
class Evaluated:
    """What the panel is about.

    Args:
        record: the run.
        predictions: what it said.
        classes: names of class 0, 1, …
        positive: the class that is asked about; None for all.
        colour: of the run.
    """

    record: Record
    predictions: Predictions
    classes: tuple[str, ...]
    positive: int | None
    colour: str

    @property
    def id(self) -> str:
        """Of the run."""
        return self.record.id

    @property
    def names(self) -> list[str]:
        """The classes' names for charts, which read some HTML."""
        return [escape(name) for name in self.classes]

    @property
    def of(self) -> str:
        """The class that is asked about, in words."""
        return "all classes" if self.positive is None else f"“{self.classes[self.positive]}”"


# What a run that ended has said does not change; a file that could not be read may be there later.
@st.cache_resource(max_entries=32, show_spinner=False)
def predictions(run_id: str) -> Predictions:
    """What a run said of its images; raises OSError or ValueError with a sentence."""
    return saved.read(files.folder(run_id))


def classes(record: Record, found: Predictions) -> tuple[str, ...]:
    """Names of the classes, from the run's result."""
    names = (record.result or {}).get("data", {}).get("classes") or record.plan.get("classes") or ()
    number = found.probabilities.shape[1]
    return tuple(names) if len(names) == number else tuple(f"class {i}" for i in range(number))


def tested(records: Sequence[Record]) -> list[Record]:
    """Runs that have met their test images."""
    return [record for record in records if record.result and record.result.get("test")]


def first_class(names: Sequence[str]) -> int:
    """The class that is asked about at first: of two the one that means disease, or the second."""
    found = positive_class(names)
    return len(names) - 1 if found is None else found
