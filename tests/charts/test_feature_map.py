"""How a map comes about: the numbers of its weights can be read on every theme."""

import numpy as np

from medcore.charts import feature_map
from medcore.charts.feature_map import Part


def test_numbers_of_weights_have_the_ink_that_their_cell_needs():
    part = Part("Image", np.zeros((4, 4)), np.array([[1.0, -0.8], [0.0, 0.5]]))
    chart = feature_map.figure([part], np.zeros((3, 3)), ((4, 4), (3, 3)), (0, 0, 2, 2), (0, 0))
    (weights,) = [trace for trace in chart.data if trace.texttemplate]
    dark, pale = (f'<span style="color:{ink}">' for ink in reversed(feature_map.INKS))
    assert [list(row) for row in weights.text] == [
        [f"{dark}1.00</span>", f"{dark}-0.80</span>"],
        [f"{pale}0.00</span>", f"{pale}0.50</span>"],
    ]
