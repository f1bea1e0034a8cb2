import numpy as np
import pytest

from medcore.charts import intensity

EDGES = np.linspace(0, 4, 5)
COUNTS = {"a": np.array([2, 2, 4, 0]), "none": np.zeros(4, int), "b": np.array([0, 0, 1, 1])}
COLOURS = ["#111111", "#222222", "#333333"]


def test_lines_are_shares_of_their_class_in_its_colour():
    chart = intensity.figure(COUNTS, EDGES, COLOURS, "Pixel value")
    assert [(line.name, line.line.color) for line in chart.data] == [("a", "#111111"), ("b", "#333333")]
    np.testing.assert_allclose(chart.data[0].y, [25, 25, 50, 0, 0])
    np.testing.assert_allclose(chart.data[0].x, EDGES)
    assert chart.layout.xaxis.title.text == "Pixel value"
    assert chart.layout.yaxis.range[1] > 50
    assert not chart.layout.annotations


def test_a_bin_that_would_press_the_rest_flat_is_cut_and_said():
    chart = intensity.figure({"a": np.array([97, 1, 2, 0])}, EDGES, COLOURS, "Pixel value")
    assert chart.layout.yaxis.range[1] == pytest.approx(1.08 * 2)
    (said,) = chart.layout.annotations
    assert said.text == "← This bin goes up to 97%"
    assert (said.x, said.xanchor) == (0.5, "left")
    log = intensity.figure({"a": np.array([97, 1, 2, 0])}, EDGES, COLOURS, "Pixel value", log=True)
    assert log.layout.yaxis.type == "log"
    assert log.layout.yaxis.title.text == "Share of pixels<br>(%, logarithmic)"
    assert not log.layout.annotations


def test_a_high_bin_on_the_right_is_said_on_its_left():
    (said,) = intensity.figure({"a": np.array([0, 1, 2, 97])}, EDGES, COLOURS, "Pixel value").layout.annotations
    assert (said.text, said.x, said.xanchor) == ("This bin goes up to 97% →", 3.5, "right")


def test_classes_without_a_pixel_and_a_constant_image():
    assert len(intensity.figure({"none": np.zeros(4, int)}, EDGES, COLOURS, "Pixel value").data) == 0
    chart = intensity.figure({"a": np.array([0, 9, 0, 0])}, EDGES, COLOURS, "Pixel value")
    assert chart.layout.yaxis.range[1] > 100
