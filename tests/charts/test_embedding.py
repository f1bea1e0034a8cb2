import numpy as np
import pytest

from medcore.charts import embedding, template
from medcore.charts.embedding import Cloud

CLOUD = Cloud(np.arange(8.0).reshape(4, 2), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
DOMAINS, CLASSES = ("Source", "Target"), ("no lesion", "lesion")


def test_colour_by_domain():
    chart = embedding.figure({"AdaBN": CLOUD}, DOMAINS, CLASSES, "domain")
    source, target = chart.data
    np.testing.assert_array_equal(source.x, [0, 2])
    np.testing.assert_array_equal(target.y, [5, 7])
    assert (source.marker.color, target.marker.color) == (template.colour(0), template.colour(1))
    assert source.marker.symbol != target.marker.symbol


def test_colour_by_class_keeps_the_symbol_of_the_domain():
    chart = embedding.figure({"AdaBN": CLOUD}, DOMAINS, CLASSES, "class")
    by_name = {trace.name: trace for trace in chart.data}
    assert list(by_name["lesion, target"].x) == [6]
    assert by_name["lesion, target"].marker.color == by_name["lesion, source"].marker.color == template.colour(1)
    assert by_name["lesion, target"].marker.symbol == by_name["no lesion, target"].marker.symbol


@pytest.mark.parametrize("n", [1, 3, 7])
def test_each_network_has_a_cell_with_its_title_and_names_stand_once(n):
    chart = embedding.figure({f"network {i}": CLOUD for i in range(n)}, DOMAINS, CLASSES, "domain", columns=3)
    assert [note.text for note in chart.layout.annotations] == [f"network {i}" for i in range(n)]
    assert [trace.showlegend for trace in chart.data] == [True] * 2 + [False] * (2 * n - 2)
    assert len({trace.xaxis for trace in chart.data}) == n
