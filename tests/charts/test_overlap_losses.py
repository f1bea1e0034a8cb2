import numpy as np
import pytest

from medcore.charts import overlap_losses
from medcore.charts.overlap_losses import Line

OVERLAPS, SHARES = np.array([0.0, 0.5, 1.0]), np.array([0.01, 0.1])
LINES = {
    "Dice": Line(np.array([1.0, 0.5, 0.0]), np.array([0.5, 0.55])),
    "Cross-entropy": Line(np.array([0.2, 0.1, 0.0]), np.array([0.01, 0.1])),
    "Focal": Line(np.array([0.1, 0.05, 0.0]), np.array([0.01, 0.1])),
}


@pytest.fixture
def chart():
    return overlap_losses.figure(OVERLAPS, SHARES, LINES, ("Dice",), 0.02)


def test_each_loss_has_its_values_above_and_its_pulls_below_in_one_colour(chart):
    for name, line in LINES.items():
        above, below = (trace for trace in chart.data if trace.name == name)
        np.testing.assert_array_equal(above.x, OVERLAPS)
        np.testing.assert_array_equal(above.y, line.values)
        np.testing.assert_array_equal(below.x, SHARES)
        np.testing.assert_array_equal(below.y, line.pulls)
        assert above.line.color == below.line.color
        assert (above.showlegend, below.showlegend) == (True, False)


def test_chosen_lines_are_strong_and_one_on_another_is_dashed(chart):
    assert [trace.line.width for trace in chart.data] == [3.5, 1.5, 1.5] * 2
    assert [trace.line.dash for trace in chart.data] == [None] * 5 + ["dash"]


def test_the_case_at_hand_is_marked_on_the_logarithmic_axis(chart):
    assert chart.layout.xaxis2.type == "log"
    assert (chart.layout.shapes[0].x0, chart.layout.annotations[0].x) == (0.02, pytest.approx(np.log10(0.02)))
    assert chart.layout.annotations[0].text == "here 2.0%"
