import numpy as np

from medcore.charts import cost


def test_a_line_a_set_and_a_mark_a_threshold():
    at = np.linspace(0, 1, 5)
    chart = cost.figure(
        at, {"val": at, "test": 2 * at}, {"val": "#BB5500", "test": "#4477AA"}, {"here": 0.2, "best": 1}
    )
    assert [trace.name for trace in chart.data] == ["val", "test"]
    assert [line.x0 for line in chart.layout.shapes] == [0.2, 1]
    assert [(a.text, a.xanchor) for a in chart.layout.annotations] == [("here", "left"), ("best", "right")]
