"""Finished runs of segmentation beside each other, on the same test cases: groups that differ by the seed are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from medcore.evaluation import cases, paired_cases
from medcore.labs import segmentation_findings
from medcore.labs.labels import group
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui.plain import plain


@dataclass(frozen=True)
class Compared:
    """What the runs found.

    Args:
        dice: by group, (units, classes) mean Dice over the seeds of each test case, nan where there is none.
        missed: by group, the share of the true pixels that were missed, and of the predicted ones that are false.
        unit: what a case is, "image" or "volume".
    """

    dice: Mapping[str, np.ndarray]
    missed: Mapping[str, tuple[float, float]]
    unit: str


def of(records: Sequence[Record]) -> Compared | None:
    """What the finished runs found; None where none has, or where they were tested on different cases."""
    done = [record for record in records if record.result and record.result.get("test")]
    runs: dict[str, list[_Found]] = {}
    for record in done:
        if found := _found(record.id, record.result["data"]["sha256"]):
            runs.setdefault(group(record.label), []).append(found)
    if len({found.cases for several in runs.values() for found in several}) != 1:
        return None
    dice = {label: paired_cases.over_runs([found.dice for found in several]) for label, several in runs.items()}
    missed = {label: _missed(sum(found.volumes for found in several)) for label, several in runs.items()}
    return Compared(dice, missed, done[0].result.get("unit", "image"))


def show(records: Sequence[Record]) -> None:
    """Says which of several runs overlaps best with the truth, and how sure that is."""
    if found := of(records):
        for sentence in segmentation_findings.sentences(found.dice, found.unit):
            st.markdown(plain(sentence))
    elif len({record.result["data"]["sha256"] for record in records if record.result}) > 1:
        st.warning("These runs were tested on different images, so the better one cannot be named.")


@dataclass(frozen=True)
class _Found:
    """Of one run: what its cases are, `dice` (units, classes), and what was true, predicted, and both (3,)."""

    cases: tuple[str, tuple[int, ...], bytes]
    dice: np.ndarray
    volumes: np.ndarray


# What a run that ended has found does not change.
@st.cache_resource(max_entries=64, show_spinner=False)
def _found(run_id: str, images: str) -> _Found | None:
    try:
        kept = cases.read(files.folder(run_id))
    except OSError:
        return None
    volumes = [kept.volume_true.sum(), kept.volume_predicted.sum(), kept.volume_both.sum()]
    return _Found((images, kept.truth.shape, kept.rows.tobytes()), kept.dice, np.array(volumes))


def _missed(volumes: np.ndarray) -> tuple[float, float]:
    true, predicted, both = volumes
    return (1 - both / true if true else np.nan), (1 - both / predicted if predicted else np.nan)
