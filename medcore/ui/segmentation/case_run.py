"""A finished run with what it said of its test images, case by case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from medcore.evaluation import cases as saved
from medcore.evaluation.cases import Cases
from medcore.runs import files
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import controls
from medcore.ui.plain import plain

RUN = "case_run"


@dataclass(frozen=True)
class CaseRun:
    """What the panels are about.

    Args:
        record: the run, done.
        cases: what it said, and how good that is.
        classes: names of the mask's classes, the background first.
        colour: of the run.
    """

    record: Record
    cases: Cases
    classes: tuple[str, ...]
    colour: str

    @property
    def id(self) -> str:
        """Of the run."""
        return self.record.id

    @property
    def test(self) -> Mapping[str, Any]:
        """What its result says of the test images."""
        return self.record.result["test"]

    @property
    def unit(self) -> str:
        """What a case is, "image" or "volume"."""
        return self.record.result.get("unit", "image")

    @property
    def volume_unit(self) -> str:
        """Of sizes."""
        return self.record.result.get("volume_unit", "pixels")

    @property
    def length_unit(self) -> str:
        """Of distances."""
        return self.record.result.get("length_unit", "pixels")

    @property
    def foreground(self) -> list[str]:
        """Names of the classes that are no background, for charts, which read some HTML."""
        return [escape(name) for name in self.classes[1:]]

    @property
    def names(self) -> list[str]:
        """Of the cases: by the number of the image in the test split, or of the volume among the cases."""
        if self.unit == "volume":
            return [f"volume {number}" for number in range(self.cases.units)]
        return [f"test image {row}" for row in self.cases.rows]


def finished(records: Sequence[Record]) -> list[Record]:
    """Runs that have drawn masks on their test images."""
    return [run for run in records if run.spec["task"] == "segment" and run.result and run.result.get("test")]


def pick(done: Sequence[Record], colours: Mapping[str, str]) -> CaseRun | None:
    """Picks one of them; None, and a sentence, where its masks cannot be read.

    Args:
        done: as `finished` gives them, at least one.
        colours: by run id.
    """
    labels = {run.label: run for run in done}
    if st.session_state.get(RUN) not in labels:  # of other runs
        st.session_state.pop(RUN, None)
    label = st.selectbox(
        "Run", list(labels), key=RUN, bind=controls.URL, width=300, help="The finished run that is looked at."
    )
    record = labels[label]
    try:
        cases = of(record.id)
    except OSError as error:
        st.warning(plain(sentence(error)))
        return None
    return CaseRun(record, cases, names(record, cases), colours[record.id])


# What a run that ended has said does not change; a file that could not be read may be there later.
@st.cache_resource(max_entries=16, show_spinner=False)
def of(run_id: str) -> Cases:
    """The cases of a run; raises OSError with a sentence."""
    return saved.read(files.folder(run_id))


def names(record: Record, cases: Cases) -> tuple[str, ...]:
    """Names of the classes, from the run's result."""
    told = tuple((record.result.get("data") or {}).get("classes") or ())
    number = cases.dice.shape[1] + 1
    return told if len(told) == number else tuple(f"class {i}" for i in range(number))


def setting(run: CaseRun, threshold: float, smallest: int) -> tuple[int, int]:
    """Where a threshold and a size stand in the tables."""
    return int(np.argmin(np.abs(run.cases.thresholds - threshold))), int(np.argmin(np.abs(run.cases.sizes - smallest)))
