import numpy as np
import pytest

from medcore.charts import coefficients, cross_validation, strengths
from medcore.charts.cross_validation import Choice, Score

GRID = (0.0, 1e-3, 1e-2, 0.1)
LOSS = Score("Validation loss", ".3f", False)
NAN = float("nan")
FOLDS = {"Fold 1": [0.9, 0.5, 0.4, 0.6], "Fold 2": [0.8, 0.6, NAN, NAN]}


def drawn(**more):
    mean, error = [0.85, 0.55, 0.58, 0.7], [0.05, 0.04, 0.03, 0.02]
    return cross_validation.figure(GRID, FOLDS, mean, error, LOSS, choice=Choice(1, 2), partly=["Fold 2"], **more)


def traces(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def test_zero_stands_apart_from_the_logarithms_and_no_line_reaches_it():
    at = strengths.places(GRID)
    assert at[1:] == pytest.approx([-3, -2, -1])
    assert at[0] < -3.4
    mean = traces(drawn())["Mean of the folds ± standard error"]
    assert np.isnan(mean.y[1])
    assert list(mean.y[[0, 2]]) == [0.85, 0.55]
    axis = drawn().layout.xaxis
    assert axis.ticktext[0] == "0"
    assert [note.text for note in drawn().layout.annotations] == ["//"]


def test_without_zero_nothing_is_broken():
    figure = cross_validation.figure(GRID[1:], {"Fold 1": [1, 2, 3]}, [1, 2, 3], [NAN] * 3, LOSS)
    assert not figure.layout.annotations
    assert list(traces(figure)["Single folds"].y) == [1, 2, 3]


def test_the_mean_has_its_standard_errors_and_both_choices_are_marked():
    found = traces(drawn())
    assert list(found["Mean of the folds ± standard error"].error_y.array[[0, 2]]) == [0.05, 0.04]
    assert list(found["Best: lambda 0.001"].y) == [0.55]
    assert list(found["One standard error: lambda 0.01"].y) == [0.58]
    limit = next(trace for trace in drawn().data if trace.line.dash == "dot" and trace.name is None)
    assert limit.y == pytest.approx([0.59, 0.59])


def test_where_more_is_better_the_limit_lies_below():
    score = Score("Accuracy", ".1%", True)
    figure = cross_validation.figure(GRID[1:], {}, [0.8, 0.7, 0.6], [0.1, 0.1, 0.1], score, choice=Choice(0, 1))
    assert figure.data[1].y == pytest.approx([0.7, 0.7])
    assert figure.layout.yaxis.tickformat == ".0%"


def test_a_fold_that_is_not_in_the_mean_is_dashed():
    folds = [trace for trace in drawn().data if trace.legendgroup == "folds"]
    assert [trace.line.dash for trace in folds] == ["solid", "dot"]
    assert [trace.showlegend for trace in folds] == [True, False]


def test_weights_that_are_not_zero_stand_along_the_top():
    figure = drawn(nonzero=[101_632, 38_000, 950, NAN])
    assert figure.layout.xaxis2.ticktext == ("102k", "38k", "950")
    assert figure.layout.xaxis2.side == "top"
    assert figure.layout.xaxis2.range == figure.layout.xaxis.range
    assert "xaxis2" not in drawn().layout


def test_nothing_measured_yet_is_an_empty_chart_of_the_whole_grid():
    figure = cross_validation.figure(GRID, {}, [NAN] * 4, [NAN] * 4, LOSS)
    assert not figure.data
    assert figure.layout.xaxis.range[0] < strengths.places(GRID)[0] < -1 < figure.layout.xaxis.range[1]


def test_one_strength_has_a_place_too():
    assert strengths.places([0.0]) == [0.0]
    assert cross_validation.figure([0.01], {"Fold 1": [1.0]}, [1.0], [NAN], LOSS).layout.xaxis.range == (-2.5, -1.5)


def test_two_ways_of_measuring_on_the_same_axes():
    figure = cross_validation.compared(GRID, {"Right": ([1] * 4, [0.1] * 4), "Wrong": ([2] * 4, [NAN] * 4)}, LOSS)
    assert [trace.name for trace in figure.data] == ["Right", "Wrong"]


def test_coefficients_are_blue_where_positive_at_their_largest_and_say_where_they_are():
    values = np.array([[0.1, 0.5], [-0.9, 0.2], [0.0, NAN], [0.0, 0.0]])
    figure = coefficients.paths(GRID, values, np.array([[3, 4, 0, 7], [1, 2, 1, 0]]), [9, 5, 1, 0], 1e-2)
    lines = [trace for trace in figure.data if trace.hovertemplate]
    assert "238, 102, 119" in lines[0].line.color
    assert "68, 119, 170" in lines[1].line.color
    assert "row 3, column 4, unit 7" in lines[0].hovertemplate
    assert "channel 1" in lines[1].hovertemplate
    assert "chosen: 0.01" in [note.text for note in figure.layout.annotations]


def test_the_map_shows_what_is_looked_at_with_the_first_row_on_top():
    figure = coefficients.used(np.array([[True, False, True], [True, True, True]]))
    assert figure.data[0].z.tolist() == [[0, 1, 0], [0, 0, 0]]
    assert figure.layout.yaxis.range == (1.5, -0.5)
