import numpy as np
import pandas as pd
import pytest

from medcore.charts import sweep

COLOURS = {"Adam": "#4477AA", "SGD": "#EE6677"}


@pytest.fixture
def runs() -> pd.DataFrame:
    """Two seeds of Adam at three rates, the last of which diverges once; one of SGD at two."""
    rows = [
        ("Adam", 0.001, 0.5, 0.8, False),
        ("Adam", 0.001, 0.7, 0.9, False),
        ("Adam", 0.1, 0.2, 0.95, False),
        ("Adam", 0.1, 0.2, 0.95, False),
        ("Adam", 10.0, np.nan, np.nan, True),
        ("Adam", 10.0, 0.9, 0.5, False),
        ("SGD", 0.001, 1.0, 0.4, False),
        ("SGD", 0.1, 0.3, 0.7, False),
    ]
    return pd.DataFrame(rows, columns=["line", "rate", "val_loss", "accuracy", "diverged"])


def lines(figure, axis, name):
    return [t for t in figure.data if t.yaxis == axis and t.name == name and t.mode == "lines+markers"]


def test_points_are_means_over_the_seeds_that_did_not_diverge(runs):
    figure = sweep.figure(runs, COLOURS)
    (loss,) = lines(figure, "y", "Adam")
    np.testing.assert_allclose(loss.x, [0.001, 0.1, 10])
    np.testing.assert_allclose(loss.y, [0.6, 0.2, 0.9])
    np.testing.assert_allclose(loss.customdata[:, 0], [np.std([0.5, 0.7], ddof=1), 0, 0])
    np.testing.assert_allclose(loss.customdata[:, 1], [2, 2, 1])
    (accuracy,) = lines(figure, "y2", "Adam")
    np.testing.assert_allclose(accuracy.y, [0.85, 0.95, 0.5])
    assert "over %{customdata[1]} seeds" in loss.hovertemplate


def test_the_band_is_one_standard_deviation_to_each_side(runs):
    band = next(t for t in sweep.figure(runs, COLOURS).data if t.fill == "toself" and t.yaxis == "y")
    sd = np.std([0.5, 0.7], ddof=1)
    np.testing.assert_allclose(band.y, [0.6 + sd, 0.2, 0.9, 0.9, 0.2, 0.6 - sd])


def test_a_rate_that_diverged_has_a_cross_above_all_losses(runs):
    figure = sweep.figure(runs, COLOURS)
    (cross,) = [t for t in figure.data if t.mode == "markers"]
    assert (cross.name, list(cross.x), list(cross.customdata)) == ("Adam: diverged", [10], [1])
    assert cross.y[0] > 1
    assert figure.layout.yaxis.range[0] <= 0.2 < cross.y[0] < figure.layout.yaxis.range[1]


def test_losses_far_apart_have_a_logarithmic_axis_with_all_of_them_on_it(runs):
    runs.loc[5, "val_loss"] = 900.0
    figure = sweep.figure(runs, COLOURS)
    assert figure.layout.yaxis.type == "log"
    (cross,) = [t for t in figure.data if t.mode == "markers"]
    low, high = figure.layout.yaxis.range
    assert 10**low < 0.2 < 900 < cross.y[0] < 10**high
    assert sweep.figure(runs[:4], COLOURS).layout.yaxis.type is None


def test_a_line_has_one_colour_and_one_legend_entry(runs):
    figure = sweep.figure(runs, COLOURS)
    assert [t.name for t in figure.data if t.showlegend] == ["Adam", "SGD"]
    assert {t.line.color for t in lines(figure, "y", "SGD") + lines(figure, "y2", "SGD")} == {"#EE6677"}
    assert figure.layout.xaxis.type == figure.layout.xaxis2.type == "log"
    assert figure.layout.xaxis.title.text == "Learning rate (logarithmic)"


def test_where_every_run_diverged_crosses_are_left(runs):
    figure = sweep.figure(runs.assign(diverged=True, val_loss=np.nan, accuracy=np.nan), COLOURS)
    assert [len(t.x) for t in figure.data if t.mode == "markers"] == [3, 2]
    assert all(np.isfinite(figure.layout.yaxis.range))


def test_a_best_rate_at_the_end_of_the_range_is_said(runs):
    # Adam is best at 0.1, within what was tried; SGD at its largest.
    assert sweep.edges(runs) == ["SGD is best at the largest rate tried, 0.1: widen the range before you judge it."]
    falling = runs.assign(val_loss=runs["rate"] + 1)
    assert [said.split(",")[0] for said in sweep.edges(falling)] == [
        "Adam is best at the smallest rate tried",
        "SGD is best at the smallest rate tried",
    ]
    # A rate that diverged was tried, so the one below it is no end.
    worse = runs[runs["line"] == "Adam"].assign(val_loss=[0.5, 0.7, 0.2, 0.2, np.nan, 0.1])
    assert sweep.edges(worse) == []
    assert sweep.edges(runs[runs["rate"] == 0.1]) == []
    assert sweep.edges(runs.assign(val_loss=np.nan)) == []
