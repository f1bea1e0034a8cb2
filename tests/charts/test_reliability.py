import numpy as np
import pytest

from medcore.charts import reliability


def test_empty_bins_have_no_point_and_an_empty_bar():
    nothing = np.nan
    points = reliability.Points(
        np.array([4, 0]),
        np.array([0.2, nothing]),
        np.array([0.5, nothing]),
        np.array([0.1, nothing]),
        np.array([0.9, nothing]),
    )
    diagonal, line, bars = reliability.figure({"a": points}, {"a": "#4477AA"}, "said", "so").data
    assert diagonal.name == "means what it says"
    assert (list(line.x), list(line.y)) == ([0.2], [0.5])
    assert list(line.error_y.array) == list(line.error_y.arrayminus) == pytest.approx([0.4])
    assert (list(bars.x), list(bars.y)) == ([0.25, 0.75], [4, 0])
