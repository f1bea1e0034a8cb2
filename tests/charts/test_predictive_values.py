import numpy as np
import pytest

from medcore.charts import predictive_values


def test_the_prevalence_is_logarithmic_and_both_places_are_marked():
    shares = np.geomspace(0.001, 1, 4)
    chart = predictive_values.figure(shares, shares, 1 - shares, 0.01, 0.3)
    assert chart.layout.xaxis.type == "log"
    assert list(chart.layout.xaxis.range) == pytest.approx([-3, 0])
    assert [a.x for a in chart.layout.annotations] == pytest.approx([np.log10(0.3), -2])
    assert [line.x0 for line in chart.layout.shapes] == [0.3, 0.01]
    np.testing.assert_allclose(chart.data[0].y, shares)
