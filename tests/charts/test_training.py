import itertools
import json

import numpy as np
import pandas as pd
import pytest

from medcore.charts import curves, template, training

LABELS = {"a": "Adam", "b": "Momentum"}


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two runs of 60 updates and 3 epochs; the second diverges."""
    rows = []
    for run, rate in (("a", 0.02), ("b", 0.01)):
        rows += [(run, step, "train_loss", np.exp(-rate * step)) for step in range(1, 61)]
        rows += [(run, 20 * epoch, "val_loss", 1 / epoch) for epoch in (1, 2, 3)]
        rows += [(run, 20 * epoch, "val_accuracy", 0.6 + 0.1 * epoch) for epoch in (1, 2, 3)]
    frame = pd.DataFrame(rows, columns=["run", "step", "metric", "value"])
    frame.loc[(frame["run"] == "b") & (frame["step"] > 50), "value"] = np.nan
    return frame


def trace(figure, run, metric, role):
    (found,) = [t for t in figure.data if t.meta == {"run": run, "metric": metric, "role": role}]
    return found


def skeleton(figure) -> dict:
    """The figure without its points."""
    values = json.loads(figure.to_json())
    for item in values["data"]:
        del item["x"], item["y"]
    return values


def test_every_value_is_where_it_belongs(frame):
    figure = training.figure(frame, LABELS)
    losses = frame[(frame["run"] == "a") & (frame["metric"] == "train_loss")]
    np.testing.assert_array_equal(trace(figure, "a", "train_loss", "raw").x, losses["step"])
    np.testing.assert_array_equal(trace(figure, "a", "train_loss", "raw").y, losses["value"])
    np.testing.assert_allclose(
        trace(figure, "a", "train_loss", "smooth").y, curves.smoothed(losses["value"].to_numpy())
    )
    np.testing.assert_allclose(trace(figure, "b", "val_accuracy", "epoch").x, [20, 40, 60])
    np.testing.assert_allclose(trace(figure, "b", "val_accuracy", "epoch").y, [0.7, 0.8, np.nan])
    np.testing.assert_allclose(trace(figure, "a", "val_loss", "epoch").y, [1, 1 / 2, 1 / 3])


def test_live_and_finished_charts_have_the_same_skeleton(frame):
    assert skeleton(training.figure(training.EMPTY, LABELS)) == skeleton(training.figure(frame, LABELS))


def test_gaps_stay_gaps(frame):
    figure = training.figure(frame, LABELS)
    assert np.isnan(trace(figure, "b", "train_loss", "raw").y[50:]).all()
    assert all(t.connectgaps is False for t in figure.data)
    assert "NaN" not in figure.to_json()


def test_a_run_has_one_colour_and_one_legend_entry(frame):
    figure = training.figure(frame, LABELS)
    for i, run in enumerate(LABELS):
        traces = [t for t in figure.data if t.legendgroup == LABELS[run]]
        assert {t.line.color for t in traces} == {template.colour(i)}
        assert [t.name for t in traces if t.showlegend] == [LABELS[run]]


def test_colours_can_be_given_and_come_round_after_eight():
    assert template.colour(0) == template.colour(8)
    figure = training.figure(training.EMPTY, LABELS, {"a": "#000000", "b": "#777777"})
    assert trace(figure, "a", "val_loss", "epoch").line.color == "#000000"


def test_axes_are_named_and_share_the_update_number():
    figure = training.figure(training.EMPTY, LABELS)
    titles = {axis.title.text for axis in figure.select_yaxes()}
    assert titles == {"Training loss", "Validation loss", "Validation accuracy"}
    assert [axis.title.text for axis in figure.select_xaxes()] == [None, None, "Update"]
    assert [axis.matches for axis in figure.select_xaxes()] == ["x3", "x3", None]


def test_in_epochs_runs_of_different_batches_end_at_the_same_place(frame):
    figure = training.figure(frame, LABELS, steps_per_epoch={"a": 20, "b": 60})
    np.testing.assert_allclose(trace(figure, "a", "train_loss", "raw").x, np.arange(1, 61) / 20)
    np.testing.assert_allclose(trace(figure, "b", "train_loss", "smooth").x, np.arange(1, 61) / 60)
    np.testing.assert_array_equal(trace(figure, "a", "val_loss", "epoch").x, [1, 2, 3])
    updates = training.figure(frame, LABELS)
    for ours, same in zip(figure.data, updates.data, strict=True):
        np.testing.assert_array_equal(ours.y, same.y)
    assert [axis.title.text for axis in figure.select_xaxes()] == [None, None, "Epoch"]
    hover = trace(figure, "a", "val_loss", "epoch").hovertemplate
    assert "epoch %{x" in hover
    assert "update" not in hover


def test_the_live_chart_in_epochs_has_the_skeleton_of_the_finished_one(frame):
    live = training.figure(training.EMPTY, LABELS, steps_per_epoch={})
    assert skeleton(live) == skeleton(training.figure(frame, LABELS, steps_per_epoch={"a": 20, "b": 60}))
    assert live.layout.meta == {"by": "epoch"}
    assert training.figure(training.EMPTY, LABELS).layout.meta == {"by": "update"}


def test_a_run_without_plan_has_no_points_in_epochs(frame):
    figure = training.figure(frame, LABELS, steps_per_epoch={"a": 20})
    assert len(trace(figure, "b", "train_loss", "raw").x) == 0
    assert len(trace(figure, "a", "train_loss", "raw").x) == 60


def test_both_losses_can_be_logarithmic(frame):
    def kinds(**options) -> list[str | None]:
        return [axis.type for axis in training.figure(frame, LABELS, **options).select_yaxes()]

    assert kinds(log_loss=True) == ["log", "log", None]
    assert kinds() == [None, None, None]


def test_noise_lies_behind_the_means_of_all_runs():
    roles = [t.meta["role"] for t in training.figure(training.EMPTY, LABELS).data]
    assert roles == ["raw", "raw", "smooth", "epoch", "epoch", "smooth", "epoch", "epoch"]


def test_a_broken_line_lets_the_one_below_show_through(frame):
    figure = training.figure(frame, LABELS, dashes={"b": "dash"})
    assert {t.line.dash for t in figure.data if t.meta["run"] == "a"} == {None, "solid"}
    ours, below = (trace(figure, run, "val_loss", "epoch") for run in "ba")
    assert ours.line.dash == trace(figure, "b", "train_loss", "smooth").line.dash == "dash"
    assert ours.marker.size > below.marker.size
    assert ours.marker.symbol.endswith("-open")


SEEDS = {"a": "Adam", "b": "Adam"}


@pytest.fixture
def timed(frame) -> pd.DataFrame:
    """The two runs with a clock that was read every 20 updates: 10 and 5 updates a second."""
    clock = [(run, step, "seconds", step / rate) for run, rate in (("a", 10), ("b", 5)) for step in (20, 40, 60)]
    return pd.concat([frame, pd.DataFrame(clock, columns=frame.columns)], ignore_index=True)


def test_seeds_of_a_group_share_colour_and_legend_entry(frame):
    figure = training.figure(frame, {"a": "Adam · seed 0", "b": "Adam · seed 1"}, groups=SEEDS)
    assert [t.name for t in figure.data if t.showlegend] == ["Adam"]
    assert {t.line.color for t in figure.data} == {template.colour(0)}
    assert trace(figure, "b", "val_loss", "epoch").text == "Adam · seed 1"


def test_a_group_has_its_mean_and_a_band_of_one_standard_deviation(frame):
    figure = training.figure(frame, LABELS, groups=SEEDS, means=True)
    mean, band = trace(figure, "a", "val_accuracy", "mean"), trace(figure, "a", "val_accuracy", "band")
    np.testing.assert_array_equal(mean.x, [20, 40])  # at update 60 the second run has diverged
    np.testing.assert_allclose(mean.y, [0.7, 0.8])
    np.testing.assert_array_equal(band.x, [20, 40, 40, 20])
    both = frame[(frame["metric"] == "train_loss") & (frame["step"] <= 50)]
    smooth = [curves.smoothed(both.loc[both["run"] == run, "value"].to_numpy()) for run in "ab"]
    loss = trace(figure, "a", "train_loss", "mean")
    np.testing.assert_allclose(loss.y, np.mean(smooth, axis=0))
    np.testing.assert_allclose(loss.customdata, np.std(smooth, axis=0, ddof=1), atol=1e-15)
    np.testing.assert_allclose(
        trace(figure, "a", "train_loss", "band").y[:50], np.mean(smooth, axis=0) + np.std(smooth, axis=0, ddof=1)
    )
    assert "mean ± standard deviation of 2 seeds" in loss.text
    assert [t.name for t in figure.data if t.showlegend] == ["Adam"]
    assert len(trace(figure, "b", "train_loss", "member").x) == 60


def test_a_band_on_a_logarithmic_axis_stays_above_nothing(frame):
    frame.loc[(frame["run"] == "b") & (frame["metric"] == "val_loss"), "value"] *= 20
    linear = training.figure(frame, LABELS, groups=SEEDS, means=True)
    assert min(trace(linear, "a", "val_loss", "band").y) < 0
    log = training.figure(frame, LABELS, groups=SEEDS, means=True, log_loss=True)
    assert min(trace(log, "a", "val_loss", "band").y) > 0


def test_in_seconds_updates_lie_where_the_clock_says(timed):
    figure = training.figure(timed, LABELS, seconds=True)
    np.testing.assert_allclose(trace(figure, "a", "train_loss", "raw").x, np.arange(1, 61) / 10)
    np.testing.assert_allclose(trace(figure, "b", "val_loss", "epoch").x, [4, 8, 12])
    assert [axis.title.text for axis in figure.select_xaxes()] == [None, None, "Time spent in updates (s)"]
    assert figure.layout.meta == {"by": "second"}


def test_compiling_in_the_first_update_is_no_part_of_the_race(timed):
    late = timed["metric"].eq("seconds") & timed["run"].eq("a")
    timed.loc[late, "value"] += 9
    figure = training.figure(timed, LABELS, seconds=True)
    np.testing.assert_allclose(trace(figure, "a", "train_loss", "raw").x, np.arange(1, 61) / 10)
    np.testing.assert_allclose(trace(figure, "b", "train_loss", "raw").x, np.arange(1, 61) / 5)


def test_what_came_after_the_clock_was_read_last_is_left_out_in_seconds(timed):
    early = timed[(timed["metric"] != "seconds") | (timed["step"] <= 40)]
    figure = training.figure(early[(early["run"] == "a") | (early["metric"] != "seconds")], LABELS, seconds=True)
    assert trace(figure, "a", "train_loss", "raw").x[-1] == 4
    assert len(trace(figure, "b", "train_loss", "raw").x) == 0
    live = training.figure(training.EMPTY, LABELS, seconds=True)
    assert skeleton(live) == skeleton(training.figure(timed, LABELS, seconds=True))


def test_the_noise_of_many_runs_is_left_out():
    runs = {str(i): f"Adam · {i}" for i in range(training.MANY_RUNS + 1)}
    roles = {t.meta["role"] for t in training.figure(training.EMPTY, runs).data}
    assert roles == {"smooth", "epoch"}


def test_a_long_legend_has_room_of_its_own():
    runs = {str(i): f"Mini-batch SGD · {i}" for i in range(21)}
    few, many = training.figure(training.EMPTY, LABELS), training.figure(training.EMPTY, runs)
    assert few.layout.height == training.HEIGHT
    room = many.layout.margin.t - few.layout.margin.t
    assert room > 60
    assert many.layout.height == few.layout.height + room


def test_long_runs_are_decimated_and_stay_arrays():
    n = 100_000
    steps, values = np.arange(1, n + 1), np.random.default_rng(0).standard_normal(n)
    frame = pd.DataFrame({"run": "a", "step": steps, "metric": "train_loss", "value": values})
    raw = trace(training.figure(frame, {"a": "Adam"}), "a", "train_loss", "raw")
    assert isinstance(raw.x, np.ndarray)
    assert len(raw.x) <= curves.MAX_POINTS + 2
    assert (raw.x[0], raw.x[-1]) == (1, n)
    assert (min(raw.y), max(raw.y)) == (values.min(), values.max())


def test_runs_without_rows_keep_their_place(frame):
    figure = training.figure(frame, LABELS | {"c": "Lion"})
    assert len(trace(figure, "c", "train_loss", "raw").x) == 0
    mean = trace(figure, "c", "train_loss", "smooth")
    assert mean.showlegend
    assert np.isnan(mean.x).all()
    assert len(mean.x) == 1  # else Plotly leaves the run out of the legend


def test_two_places_have_a_panel_of_the_targets_accuracy(frame):
    rows = [("a", 20 * epoch, "target_accuracy", 0.4 + 0.1 * epoch) for epoch in (1, 2, 3)]
    frame = pd.concat([frame, pd.DataFrame(rows, columns=list(frame))])
    figure = training.figure(frame, LABELS, panels=training.TWO_PLACES)
    line = trace(figure, "a", "target_accuracy", "epoch")
    np.testing.assert_allclose(line.y, [0.5, 0.6, 0.7])
    axes = [figure.layout[f"yaxis{number}"] for number in range(1, 5)]
    assert axes[3].title.text == "Target test<br>accuracy"
    assert all(upper.domain[0] > lower.domain[1] for upper, lower in itertools.pairwise(axes))
    assert figure.layout.height > training.figure(frame, LABELS).layout.height
