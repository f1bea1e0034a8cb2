import numpy as np
import pytest

from medcore.charts import histogram


def test_shares_over_common_bins_add_up():
    before, after = np.linspace(0, 1, 640), np.linspace(-2, 2, 400).reshape(20, 20, 1)
    chart = histogram.figure({"Before": before, "After": after})
    assert [trace.name for trace in chart.data] == ["Before", "After"]
    for trace in chart.data:
        assert trace.y[:-1].sum() == pytest.approx(1)
        np.testing.assert_allclose(trace.x, np.linspace(-2, 2, histogram.BINS + 1))
    assert chart.data[0].y[0] == 0
    assert chart.layout.xaxis.title.text == "Pixel value"
    assert chart.layout.yaxis.title.text == "Share of pixels"


def test_images_in_0_to_1_have_that_axis():
    (trace,) = histogram.figure({"Only": np.full((4, 4), 0.5)}).data
    assert (trace.x[0], trace.x[-1]) == (0, 1)
    assert trace.y.max() == 1
