import numpy as np
import plotly.graph_objects as go

from medcore.charts import feature_map, heatmap, probabilities
from medcore.charts.feature_map import Part

GRAY = np.full((4, 6, 1), 100, np.uint8)


def test_the_slider_turns_the_map_alone_and_starts_where_it_is():
    chart = heatmap.figure(GRAY, np.arange(24.0).reshape(4, 6), False, "Value")
    assert [trace.opacity for trace in chart.data] == [None, heatmap.OPACITY]
    slider = chart.layout.sliders[0]
    assert slider.steps[slider.active].args == ({"opacity": heatmap.OPACITY}, (1,))
    assert slider.steps[0].args[0]["opacity"] == 0
    assert slider.steps[-1].args[0]["opacity"] == 1
    assert chart.data[1].zmin == 0
    assert chart.data[1].zmax == 23


def test_zero_is_in_the_middle_where_both_signs_mean_something():
    chart = heatmap.figure(GRAY, np.array([[-2.0, 1.0]]), True, "Value")
    assert (chart.data[1].zmin, chart.data[1].zmax) == (-2, 2)
    middle = [colour for place, colour in chart.data[1].colorscale if place == 0.5]
    assert all(colour.endswith("0.0)") for colour in middle), "nothing covers the image where the map is 0"


def test_pixels_are_those_of_the_image_where_the_map_is_zero_and_warm_or_blue_elsewhere():
    values = np.zeros((4, 6))
    values[0, 0], values[3, 5] = 2.0, -2.0
    shown = heatmap.blended(GRAY, values)
    assert shown.shape == (4, 6, 3)
    assert (shown[1, 1] == 100).all()
    assert shown[0, 0, 0] > 150 > shown[0, 0, 2]
    assert shown[3, 5, 2] > 150 > shown[3, 5, 0]
    np.testing.assert_array_equal(heatmap.blended(GRAY, np.zeros((4, 6))), np.repeat(GRAY, 3, axis=2))
    colour = np.random.default_rng(0).integers(0, 255, (4, 6, 3)).astype(np.uint8)
    assert isinstance(heatmap.figure(colour, values, True, "").data[0], go.Image)


def test_many_classes_leave_the_most_probable_in_their_order():
    chances = {f"class {i}": i / 190 for i in range(20)}
    bars = probabilities.figure(chances, "class 19").data[0]
    assert list(bars.y) == [f"class {i}" for i in range(19, 7, -1)]
    assert len(set(bars.marker.color)) == 2


def test_places_of_maps_made_smaller_are_those_of_the_whole_map():
    part = Part("Input map 3", np.zeros((5, 5)), np.ones((3, 3)))
    chart = feature_map.figure([part, part], np.zeros((4, 4)), ((10, 10), (8, 8)), (2, 4, 3, 3), (2, 4))
    taken = chart.data[0]
    assert (taken.x0, taken.dx) == (0.5, 2)
    frame = chart.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (3.5, 6.5, 1.5, 4.5)
    assert [title.text for title in chart.layout.annotations] == [
        "Input map 3",
        "× weights",
        "= map",
        "Input map 3",
        "× weights",
    ]
    pooled = feature_map.figure([part._replace(kernel=None)], np.zeros((4, 4)), ((8, 8), (4, 4)), (0, 0, 2, 2), (0, 0))
    assert len(pooled.data) == 2
