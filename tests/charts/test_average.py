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
