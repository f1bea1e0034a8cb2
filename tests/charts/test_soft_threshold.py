import re

import numpy as np

from medcore.charts import constraint, soft_threshold


def test_a_row_an_optimizer_says_how_often_each_way_is_at_zero():
    ways = {"subgradient": np.array([1.0, 0.1, -0.1]), "proximal": np.array([1.0, 0.0, 0.0])}
    chart = soft_threshold.figure({"SGD": ways, "Adam": ways})
    assert re.sub("<[^>]*>", "", chart.layout.annotations[0].text) == "SGD, exactly 0: 0 and 2×"
    assert [trace.y.tolist() for trace in chart.data] == [y.tolist() for y in ways.values()] * 2
    assert [trace.showlegend for trace in chart.data] == [True, True, False, False]


def test_borders_go_through_the_weights_shown():
    places = np.linspace(0, 1, 3)
    here = {"l1": np.array([0.6, 0.2]), "l2": np.array([0.6, 0.8])}
    path = np.array([[1.0, 1.0], [0.0, 0.0]])
    chart = constraint.figure((places, np.ones((3, 3))), {"l1": path, "l2": path}, here)
    diamond, circle = (np.stack([trace.x, trace.y], axis=1) for trace in chart.select_traces({"fill": "toself"}))
    np.testing.assert_allclose(np.abs(diamond).sum(axis=1), 0.8)
    np.testing.assert_allclose(np.linalg.norm(circle, axis=1), 1)
