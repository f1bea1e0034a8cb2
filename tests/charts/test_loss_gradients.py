import numpy as np
import pytest

from medcore.charts import loss_gradients
from medcore.charts.loss_gradients import Line

P = np.array([0.1, 0.5, 0.9])
LINES = {
    "a": Line(np.array([9.0, 2.0, 1.0]), np.array([0.9, 0.5, 0.1])),
    "b": Line(np.array([2.0, 1.8, 1.5]), np.array([0.1, 0.2, 0.1]), 1.4612),
}


@pytest.fixture
def chart():
    return loss_gradients.figure(P, LINES, "b")


def test_each_loss_has_its_values_above_and_its_gradient_below_in_one_colour(chart):
    for name, line in LINES.items():
        above, below = (trace for trace in chart.data if trace.name == name)
        assert (above.yaxis, below.yaxis) == ("y1", "y2") or (above.yaxis, below.yaxis) == ("y", "y2")
        np.testing.assert_array_equal(above.y, line.value)
        np.testing.assert_array_equal(below.y, line.gradient)
        assert above.line.color == below.line.color
        assert (above.showlegend, below.showlegend) == (True, False)


def test_gradients_as_shares_of_their_largest():
    chart = loss_gradients.figure(P, LINES, "b", relative=True)
    below = [trace.y.tolist() for trace in chart.data if trace.yaxis == "y2"]
    assert below == [pytest.approx([1, 5 / 9, 1 / 9]), pytest.approx([0.5, 1, 0.5])]


def test_a_loss_that_lies_on_an_earlier_one_is_dashed():
    half = {"MSE": LINES["a"], "Huber": Line(LINES["a"].value / 2, LINES["a"].gradient / 2)}
    dashes = [trace.line.dash for trace in loss_gradients.figure(P, half, "MSE", relative=True).data]
    assert dashes == [None, None, None, "dash"]
    assert {trace.line.dash for trace in loss_gradients.figure(P, half, "MSE").data} == {None}


def test_the_chosen_one_is_drawn_strong(chart):
    widths = {trace.name: trace.line.width for trace in chart.data}
    assert widths["b"] > widths["a"]


def test_the_floor_is_marked_with_its_number(chart):
    (shape,) = chart.layout.shapes
    assert (shape.y0, shape.y1) == (1.4612, 1.4612)
    assert [note.text for note in chart.layout.annotations] == ["floor 1.4612"]


def test_a_loss_without_an_upper_end_is_cut(chart):
    assert chart.layout.yaxis.range[1] < 6
    assert loss_gradients.figure(P, {"b": LINES["b"]}, "b").layout.yaxis.range[1] == pytest.approx(2.06)
