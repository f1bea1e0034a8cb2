import numpy as np
import pytest

from medcore.charts import histogram


def test_shares_over_common_bins_add_up():
    before, after = np.linspace(0, 1, 640), np.linspace(-2, 2, 400).reshape(20, 20, 1)
    chart = histogram.figure({"Before": before, "After": after})
    assert [trace.name for trace in chart.data] == ["Before", "After"]
    for trace in chart.data:
        assert trace.y.sum() == pytest.approx(100)
        edges = np.linspace(-2, 2, histogram.BINS + 1)
        np.testing.assert_allclose(trace.x, (edges[1:] + edges[:-1]) / 2)
        assert trace.width == pytest.approx(4 / histogram.BINS)
    assert chart.data[0].y[0] == 0
    assert chart.layout.xaxis.title.text == "Pixel value"
    assert chart.layout.yaxis.title.text == "Share of pixels (%)"


def test_images_in_0_to_1_have_that_axis():
    (trace,) = histogram.figure({"Only": np.full((4, 4), 0.5)}).data
    half = 0.5 / histogram.BINS
    assert (trace.x[0], trace.x[-1]) == pytest.approx((half, 1 - half))
    assert trace.y.max() == 100


def test_linear_until_logarithmic_is_asked_for_and_then_it_says_so():
    image = np.linspace(0, 1, 640)
    assert histogram.figure({"Only": image}).layout.yaxis.type is None
    axis = histogram.figure({"Only": image}, log=True).layout.yaxis
    assert (axis.type, axis.dtick) == ("log", "D2")
    assert axis.title.text == "Share of pixels<br>(%, logarithmic)"
    low, high = 10 ** np.array(axis.range)
    assert low < 100 / histogram.BINS < high
    rare = np.append(np.zeros(100_000), 1)
    assert histogram.figure({"Only": rare}, log=True).layout.yaxis.dtick == 1
