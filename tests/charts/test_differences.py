import pytest

from medcore.charts import differences
from medcore.charts.differences import Row

ROWS = (Row("SGD", "#4477AA", 0.12, (0.08, 0.16), True), Row("Momentum", "#EE6677", -0.01, (-0.05, 0.03), False))


@pytest.fixture
def chart():
    return differences.figure(ROWS, "Adam")


def test_a_dot_a_row_in_percentage_points_and_the_colour_of_its_run(chart):
    assert [(t.x, t.y, t.marker.color) for t in chart.data] == [
        ((12.0,), ("SGD",), "#4477AA"),
        ((-1.0,), ("Momentum",), "#EE6677"),
    ]


def test_the_bar_spans_the_interval(chart):
    error = chart.data[1].error_x
    assert (-1 - error.arrayminus[0], -1 + error.array[0]) == pytest.approx((-5, 3))


def test_the_axis_holds_every_interval_and_zero(chart):
    low, high = chart.layout.xaxis.range
    assert low < -5
    assert high > 16
    assert differences.figure(ROWS[:1], "Adam").layout.xaxis.range[0] < 0


def test_what_may_be_chance_is_hollow(chart):
    assert [t.marker.symbol for t in chart.data] == ["circle", "circle-open"]


def test_the_line_of_no_difference_is_marked_and_named(chart):
    assert [shape.x0 for shape in chart.layout.shapes] == [0]
    assert chart.layout.xaxis.title.text == "Adam ahead by (percentage points)"


def test_without_an_interval_the_dot_stands_alone():
    chart = differences.figure((Row("SGD", "#4477AA", 0.41, None, False),), "Adam")
    assert not chart.data[0].error_x.visible
    assert chart.data[0].hovertemplate == "%{y}: +41.0 points<extra></extra>"
    low, high = chart.layout.xaxis.range
    assert low < 0 < 41 < high < 50


def test_no_difference_at_all_has_an_axis():
    low, high = differences.figure((Row("SGD", "#4477AA", 0.0, None, False),), "Adam").layout.xaxis.range
    assert low < 0 < high
