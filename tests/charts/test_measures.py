import pytest

from medcore.charts import measures


def test_bars_have_intervals_and_stand_beside_baseline_and_published():
    values = {"Accuracy": (0.8, 0.7, 0.9), "Precision": (None, None, None), "F1": (0.5, None, None)}
    chart = measures.figure(values, {"Accuracy": 0.6, "F1": None}, {"Accuracy": 0.85}, "#4477AA")
    bars, baseline, published = chart.data
    assert (list(bars.y), list(bars.x)) == (["Accuracy", "F1"], [0.8, 0.5])
    assert list(bars.error_x.array) == pytest.approx([0.1, 0])
    assert list(bars.error_x.arrayminus) == pytest.approx([0.1, 0])
    assert (list(baseline.x), list(published.x)) == ([0.6], [0.85])
    assert [a.text for a in chart.layout.annotations] == ["0.800", "—", "0.500"]
