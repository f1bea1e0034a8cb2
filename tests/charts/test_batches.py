import numpy as np
import pandas as pd
import pytest

from medcore.charts import batches

GROUPS = {"a": "Adam · batch 8", "b": "Adam · batch 8", "c": "Adam · batch all"}
COLOURS = {"a": "#111111", "b": "#111111", "c": "#222222"}
STEPS = {"a": 10, "b": 10, "c": 1}


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two epochs of two seeds with ten updates an epoch, and of a run with one."""
    rows = []
    for run, loss, rate in (("a", 1.0, 10), ("b", 3.0, 20), ("c", 5.0, 1)):
        for epoch in (1, 2):
            step = epoch * STEPS[run]
            rows += [(run, step, "seconds", step / rate), (run, step, "val_loss", loss / epoch)]
            rows += [(run, step, "train_loss", 9.0)]
    return pd.DataFrame(rows, columns=["run", "step", "metric", "value"])


def test_the_same_losses_stand_against_epochs_updates_and_seconds(frame):
    figure = batches.figure(frame, GROUPS, COLOURS, STEPS)
    small = [t for t in figure.data if t.name == "Adam · batch 8"]
    large = [t for t in figure.data if t.name == "Adam · batch all"]
    np.testing.assert_allclose([t.x for t in small], [[1, 2], [10, 20], [0.75, 1.5]])
    np.testing.assert_allclose([t.y for t in small], [[2, 1]] * 3)
    np.testing.assert_allclose([t.x for t in large], [[1, 2], [1, 2], [1, 2]])
    np.testing.assert_allclose([t.y for t in large], [[5, 2.5]] * 3)


def test_the_three_share_one_loss_axis_and_the_legend(frame):
    figure = batches.figure(frame, GROUPS, COLOURS, STEPS)
    assert [axis.matches for axis in figure.select_yaxes()] == [None, "y", "y"]
    titles = [axis.title.text for axis in figure.select_xaxes()]
    assert titles == ["Epochs", "Updates (logarithmic)", "Seconds spent in updates (logarithmic)"]
    assert [t.name for t in figure.data if t.showlegend] == ["Adam · batch 8", "Adam · batch all"]
    assert {t.line.color for t in figure.data if t.name == "Adam · batch all"} == {"#222222"}


def test_a_range_within_one_power_of_ten_has_several_ticks(frame):
    assert [axis.dtick for axis in batches.figure(frame, GROUPS, COLOURS, STEPS).select_xaxes()] == [None] * 3


def test_runs_without_a_clock_are_missing_on_the_right_alone(frame):
    figure = batches.figure(frame[frame["metric"] != "seconds"], GROUPS, COLOURS, STEPS)
    assert [len(t.x) for t in figure.data] == [2, 2, 2, 2, 0, 0]
