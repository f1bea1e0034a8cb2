"""What the x axis of a history counts: updates, epochs, or seconds."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def in_epochs(frame: pd.DataFrame, steps_per_epoch: Mapping[str, int]) -> pd.DataFrame:
    """The history with the step in epochs.

    Args:
        frame: columns run, step (update, from 1), metric, value.
        steps_per_epoch: run to updates an epoch; the rows of a run that is not in it are left out.
    """
    updates = frame["run"].map(dict(steps_per_epoch)).astype(float)
    return frame.assign(step=frame["step"] / updates).dropna(subset="step")


def in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """The history with the step in seconds spent in updates, validation not counted.

    Between two rows of the metric `seconds` updates are taken to be of equal length, and so they are before the
    first: compiling the network falls into the first update and is no part of the race. What came after the last row
    is left out, and so is a run that has none.
    """
    parts = [_timed(part) for _, part in frame.groupby("run", sort=False)]
    return pd.concat([frame.iloc[:0].astype({"step": "float64"}), *parts]).dropna(subset="step")


def _timed(part: pd.DataFrame) -> pd.DataFrame:
    clock = part[part["metric"] == "seconds"].sort_values("step")
    if clock.empty:
        return part.iloc[:0].astype({"step": "float64"})
    steps, seconds = clock["step"].to_numpy(dtype=float), clock["value"].to_numpy()
    seconds = seconds - _compiling(steps, seconds)
    return part.assign(step=np.interp(part["step"], np.append(0, steps), np.append(0, seconds), right=np.nan))


def _compiling(steps: np.ndarray, seconds: np.ndarray) -> float:
    """How much longer the updates until the first row took than those until the second; 0 if they did not."""
    if len(steps) < 2:
        return 0.0
    pace = (seconds[1] - seconds[0]) / (steps[1] - steps[0])
    return max(0.0, seconds[0] - pace * steps[0])
