"""Courses of optimizers on a surface."""

import numpy as np

from medcore.charts import descent

COURSES = [
    descent.Course("Adam", "#4477AA", np.array([[0, 1], [0, 0.5], [0, 0]]), np.array([3.0, 2.0, 1.0])),
    descent.Course("Momentum", "#EE6677", np.array([[0, 1], [9e9, 0]]), np.array([3.0, np.inf])),
]


def test_values_stand_above_the_floor_with_gaps_where_there_is_nothing_to_draw():
    chart = descent.values(COURSES, floor=1.0)
    np.testing.assert_array_equal(chart.data[0].y, [2, 1, np.nan])
    np.testing.assert_array_equal(chart.data[1].y, [2, np.nan])
    assert [(trace.name, trace.line.color) for trace in chart.data] == [("Adam", "#4477AA"), ("Momentum", "#EE6677")]
    assert chart.layout.yaxis.type == "log"
    assert chart.layout.yaxis.autorangeoptions.clipmin == 1e-16
    assert chart.layout.yaxis.title.text == "f − 1 (above the minimum)"
    assert descent.values(COURSES, floor=-0.25).layout.yaxis.title.text == "f − (-0.25) (above the minimum)"


def test_paths_lie_on_the_contours_of_the_plot_and_never_stretch_it():
    x, y = np.linspace(-2, 2, 5), np.linspace(-1, 1, 3)
    chart = descent.paths(x, y, np.ones((3, 5)), COURSES)
    assert chart.layout.xaxis.range == (-2, 2)
    assert chart.layout.yaxis.range == (-1, 1)
    assert chart.layout.yaxis.scaleanchor == "x"
    np.testing.assert_array_equal(chart.data[1].y, [1, 0.5, 0])
