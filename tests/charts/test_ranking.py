import numpy as np

from medcore.charts import ranking

COLOURS = {"a": "#4477AA"}


def test_points_that_cannot_be_told_apart_are_left_out_but_for_the_last():
    x = np.linspace(0, 1, 100_001)
    (line, chance) = ranking.roc({"a": (x, np.sqrt(x))}, COLOURS).data
    assert len(line.x) <= 2 * ranking.FINE + 2
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    assert chance.name == "by chance"


def test_chance_is_the_prevalence_of_one_class_and_unknown_for_several():
    points = np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.8, 0.3])
    line, chance = ranking.precision_recall({"a": points}, COLOURS, 0.3).data
    assert line.line.shape == "vh"
    assert list(chance.y) == [0.3, 0.3]
    assert len(ranking.precision_recall({"a": points}, COLOURS, None).data) == 1
