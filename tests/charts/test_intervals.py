import pytest

from medcore.charts import intervals, template

VALUES = {"SGD": (0.8, 0.7, 0.88), "Adam": (0.9, None, None), "broken": (None, None, None)}
COLOURS = {"SGD": "#4477AA", "Adam": "#EE6677", "broken": "#228833"}


@pytest.fixture
def chart():
    return intervals.figure(VALUES, COLOURS, baseline=0.5, published=0.95)


def test_a_dot_for_each_value_in_the_colour_of_its_run(chart):
    assert [(trace.x, trace.y, trace.marker.color) for trace in chart.data] == [
        ((0.8,), ("SGD",), "#4477AA"),
        ((0.9,), ("Adam",), "#EE6677"),
    ]


def test_the_bar_spans_the_interval(chart):
    error = chart.data[0].error_x
    assert 0.8 - error.arrayminus[0] == pytest.approx(0.7)
    assert 0.8 + error.array[0] == pytest.approx(0.88)
    assert chart.data[1].error_x.array is None


def test_baseline_and_published_value_are_marked(chart):
    assert [shape.x0 for shape in chart.layout.shapes] == [0.5, 0.95]
    assert [note.text for note in chart.layout.annotations if note.yref == "paper"] == ["largest class", "published"]
    low, high = chart.layout.xaxis.range
    assert low < 0.5
    assert high > 0.95


def test_the_numbers_stand_beside_the_panel_in_the_row_of_their_run(chart):
    numbers = [note for note in chart.layout.annotations if note.xref == "paper"]
    assert [(note.text, note.y) for note in numbers] == [("80.0%", "SGD"), ("90.0%", "Adam")]
    assert {(note.x, note.xanchor) for note in numbers} == {(1, "left")}


def test_without_marks_there_are_none():
    chart = intervals.figure({"SGD": (0.8, 0.7, 0.9)}, COLOURS, baseline=None, published=None)
    assert not chart.layout.shapes
    assert chart.layout.paper_bgcolor == template.apply(type(chart)()).layout.paper_bgcolor
