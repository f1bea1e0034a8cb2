"""What runs that ended have logged: read once, for all charts of a page, and whole to be taken home.

The losses of single updates are what makes a history long. Of a long run as many are kept as a screen can show, and
their running mean, which is made of all of them.
"""

import csv as csv_files
import io
import math
from array import array
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from pandas.api.types import union_categoricals

from medcore.charts import curves, training
from medcore.runs.store import Record
from medcore.ui import state
from medcore.ui.run_line import ACTIVE

MOST_UPDATES = 10_000
"""Training losses of a run that are kept."""
MOST_RUNS = 128
"""Whose histories are kept, each of about twice as many rows of 18 bytes."""


def of(records: Sequence[Record]) -> pd.DataFrame:
    """The tidy frame (run, step, metric, value) of runs, all of which have ended; run and metric are categories.

    Where a run made more than `MOST_UPDATES` updates, its `train_loss` has the first, the last, and of each stretch
    the smallest, the largest and a gap, and there is `training.RUNNING_MEAN`.

    Raises:
        ValueError: if one of them may still log.
    """
    if active := [record.label for record in records if record.state in ACTIVE]:
        raise ValueError(f"A whole history is of runs that have ended. Received: {active[0]!r}, which has not")
    parts = [part for record in records if len(part := _read(record.id))]  # one stopped in time logged nothing
    if not parts:
        return training.EMPTY
    return pd.DataFrame(
        {
            "run": union_categoricals([part["run"] for part in parts]),
            "step": np.concatenate([part["step"] for part in parts]),
            "metric": union_categoricals([part["metric"] for part in parts]),
            "value": np.concatenate([part["value"] for part in parts]),
        }
    )


def csv(labels: Mapping[str, str]) -> bytes:
    """Every row of these runs as CSV in UTF-8, nothing left out; the run's label instead of its id.

    Args:
        labels: by run id.
    """
    store, held = state.store(), io.BytesIO()
    with io.TextIOWrapper(held, "utf-8", newline="") as text:
        write = csv_files.writer(text, lineterminator="\n").writerow
        write(["run", "step", "metric", "value"])
        for run_id, label in labels.items():
            for row in store.rows(run_id):
                write([label, *row])
        text.flush()
        return held.getvalue()


@st.cache_resource(max_entries=MOST_RUNS, show_spinner=False)
def _read(run_id: str) -> pd.DataFrame:
    """Row by row, so that little more is held than is kept."""
    updates, losses, others = array("q"), array("d"), []
    for step, metric, value in state.store().rows(run_id):
        value = math.nan if value is None else value
        if metric == "train_loss":
            updates.append(step)
            losses.append(value)
        else:
            others.append((step, metric, value))
    rest = pd.DataFrame(others, columns=["step", "metric", "value"]).astype({"step": "int64", "value": "float64"})
    frame = pd.concat([_thinned(np.asarray(updates), np.asarray(losses)), rest], ignore_index=True)
    frame.insert(0, "run", run_id)
    return frame.astype({"run": "category", "metric": "category"})


def _thinned(updates: np.ndarray, losses: np.ndarray) -> pd.DataFrame:
    """Rows of `train_loss`, and of its running mean where it is not whole."""
    if len(updates) <= MOST_UPDATES:
        return _rows("train_loss", updates, losses)
    # Every 2nd, 4th, 8th, …: runs of one group of which one ended early have updates in common, to be averaged.
    stride = 2 ** math.ceil(math.log2(len(updates) / MOST_UPDATES))
    even = np.flatnonzero((updates % stride == 0) | (updates == updates[-1]))
    shown = curves.decimated(losses, MOST_UPDATES)
    mean = _rows(training.RUNNING_MEAN, updates[even], curves.smoothed(losses)[even])
    return pd.concat([_rows("train_loss", updates[shown], losses[shown]), mean])


def _rows(metric: str, steps: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"step": steps, "metric": metric, "value": values})
