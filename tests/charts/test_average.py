import numpy as np

from medcore.charts import average


def test_the_map_holds_the_values_the_first_row_at_the_top():
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    chart = average.figure(image, "Mean value")
    np.testing.assert_array_equal(chart.data[0].z, image)
    assert chart.data[0].colorbar.title.text == "Mean value"
    assert chart.layout.yaxis.autorange == "reversed"
    assert chart.layout.yaxis.scaleanchor == "x"
    assert (chart.layout.xaxis.title.text, chart.layout.yaxis.title.text) == ("Column (pixels)", "Row (pixels)")


def test_maps_of_one_shape_are_level_and_their_scales_as_high_as_they():
    image = np.arange(12, dtype=np.float32).reshape(3, 4)
    for chart in (average.figure(image, "Mean value"), average.figure(1e5 * image, "Standard deviation")):
        layout = chart.layout
        assert layout.width - layout.margin.l - layout.margin.r == average.SIDE
        assert layout.height - layout.margin.t - layout.margin.b == 0.75 * average.SIDE
        assert not layout.xaxis.automargin
        assert (chart.data[0].colorbar.len, chart.data[0].colorbar.ypad) == (1, 0)
