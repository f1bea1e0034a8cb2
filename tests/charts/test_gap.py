import numpy as np
import pandas as pd
import pytest

from medcore.charts import gap, penalty, training

COLOURS = {"a": "#4477AA", "b": "#EE6677"}


@pytest.fixture
def frame():
    """Two runs of three epochs of two updates: losses whose difference grows by 0.5 and by 0.25 an epoch."""
    rows = []
    for run, pace in (("a", 0.5), ("b", 0.25)):
        for epoch in (1, 2, 3):
            values = {"epoch_train_loss": 2 - pace * epoch, "val_loss": 2.0, "penalty": 0.1 * epoch, "train_loss": 9.0}
            rows += [(run, 2 * epoch, metric, value) for metric, value in values.items()]
    frame = pd.DataFrame(rows, columns=["run", "step", "metric", "value"])
    return frame.astype({"run": "category", "metric": "category"})


STEPS = {"a": 2, "b": 2}


def test_a_cell_a_run_with_the_area_between_its_losses_shaded(frame):
    chart = gap.figure(frame, {"a": "L2 · 0.01", "b": "Nothing"}, COLOURS, STEPS)
    train, val = chart.data[:2]
    assert (train.meta["metric"], val.meta["metric"]) == ("epoch_train_loss", "val_loss")
    assert val.fill == "tonexty"
    assert train.fill is None
    np.testing.assert_allclose(train.x, [1, 2, 3])
    np.testing.assert_allclose(train.y, [1.5, 1.0, 0.5])
    assert [trace.xaxis for trace in chart.data] == ["x", "x", "x2", "x2"]
    assert [a.text for a in chart.layout.annotations] == ["<b>L2</b><br>0.01", "<b>Nothing</b>"]
    assert chart.layout.xaxis2.matches == "x"
    assert [(trace.name, trace.meta["words"]) for trace in chart.data[2:]] == [
        ("Nothing", "training loss"),
        ("Nothing", "validation loss"),
    ]


def test_the_skeleton_of_a_live_chart_is_that_of_the_finished_one(frame):
    labels = {"a": "A", "b": "B"}
    for draw in (gap.figure, penalty.figure):
        empty, full = draw(training.EMPTY, labels, COLOURS, {}), draw(frame, labels, COLOURS, STEPS)
        assert empty.layout == full.layout
        assert [trace.meta for trace in empty.data] == [trace.meta for trace in full.data]
        assert empty.layout.meta == {"by": "epoch"}


def test_the_gap_is_validation_less_training_loss(frame):
    gaps = gap.of(frame, STEPS)
    np.testing.assert_allclose(gaps.loc[gaps["run"] == "a", "gap"], [0.5, 1.0, 1.5])
    assert gap.last(frame, ["a", "b"], STEPS) == pytest.approx((1.5 + 0.75) / 2)
    assert gap.last(training.EMPTY, ["a"], STEPS) is None


def test_runs_of_a_group_are_one_line_their_mean(frame):
    chart = gap.over_epochs(frame, {"a": "L2", "b": "L2"}, COLOURS, STEPS)
    (line,) = chart.data
    np.testing.assert_allclose(line.y, [0.375, 0.75, 1.125])
    assert line.line.color == COLOURS["a"]


def test_an_epoch_without_a_validation_loss_has_no_gap(frame):
    broken = frame[~((frame["metric"] == "val_loss") & (frame["step"] == 6))]
    assert gap.of(broken, STEPS)["epoch"].tolist() == [1, 2, 1, 2]


def test_the_penalty_lies_on_the_data_loss(frame):
    data, added = penalty.figure(frame, {"a": "L2"}, COLOURS, STEPS).data
    assert data.stackgroup == added.stackgroup
    np.testing.assert_allclose(data.y, [1.5, 1.0, 0.5])
    np.testing.assert_allclose(added.y, [0.1, 0.2, 0.3])
