import numpy as np
import pytest

from medcore.charts import case_sizes, case_strip, threshold_overlap, volume_agreement

NAMES = ["test 0", "test 1", "test 2", "test 3"]
DICE = np.array([0.9, np.nan, 0.1, 0.5])


def test_the_strip_goes_from_the_worst_to_the_best_without_what_is_undefined():
    chart = case_strip.figure(DICE, None, NAMES, "image", "#4477AA", 0.5, marked=3)
    points, marked = chart.data
    assert points.y.tolist() == [0.1, 0.5, 0.9]
    assert list(points.customdata) == ["test 2", "test 3", "test 0"]
    assert (list(marked.x), list(marked.y)) == ([2], [0.5])
    assert chart.layout.annotations[0].text == "mean of the cases 0.500"


def test_the_strip_shows_where_each_case_comes_from():
    chart = case_strip.figure(DICE, DICE / 2, NAMES, "image", "#4477AA", 0.5)
    assert chart.data[1].y == pytest.approx([0.05, 0.25, 0.45])
    assert chart.data[0].y[:2] == pytest.approx([0.05, 0.1])  # from there to here


def test_a_strip_of_nothing_is_empty():
    assert not len(case_strip.figure(np.full(2, np.nan), None, NAMES[:2], "image", "#4477AA", np.nan, 0).data[0].y)


def test_lines_against_the_threshold_and_marks():
    at = np.array([0.25, 0.5, 0.75])
    chart = threshold_overlap.figure(at, {"mean": (at, "#4477AA", "solid")}, {"here": 0.25, "best": 0.75})
    assert chart.data[0].y.tolist() == at.tolist()
    assert [shape.x0 for shape in chart.layout.shapes] == [0.25, 0.75]
    assert [note.xanchor for note in chart.layout.annotations] == ["left", "right"]


def test_sizes_of_nothing_have_no_place_on_a_logarithmic_axis():
    sizes = np.array([[10.0], [0.0], [100.0], [5.0]])
    chart = case_sizes.figure(sizes, DICE[:, None], {"lesion": "#EE6677"}, NAMES, "mm²", {"mean": 0.5, "whole": 0.7})
    assert chart.data[0].x.tolist() == [10.0, 100.0, 5.0]
    assert list(chart.data[0].customdata) == ["test 0", "test 2", "test 3"]
    assert [note.text for note in chart.layout.annotations] == ["mean 0.500", "whole 0.700"]
    assert chart.layout.xaxis.title.text == "True size in mm² (logarithmic)"
    assert chart.layout.xaxis.tickvals[:8] == (1, 2, 5, 10, 20, 50, 100, 200)


def test_volumes_and_their_differences():
    true, said = np.array([10.0, 20.0]), np.array([12.0, 16.0])
    equal, points = volume_agreement.predicted(true, said, NAMES[:2], "ml", "#EE6677").data
    assert (list(equal.x), points.y.tolist()) == ([0, 20.0], [12.0, 16.0])
    chart = volume_agreement.differences(true, said, (-1.0, -5.0, np.nan), NAMES[:2], "ml", "#EE6677")
    assert chart.data[0].x.tolist() == [11.0, 18.0]
    assert chart.data[0].y.tolist() == [2.0, -4.0]
    assert [shape.y0 for shape in chart.layout.shapes] == [0, -1.0, -5.0]
    assert [note.text for note in chart.layout.annotations] == ["mean −1", "−1.96 SD −5"]


@pytest.mark.parametrize("cases", [0, 2])
def test_volumes_of_nothing_have_an_axis(cases):
    chart = volume_agreement.predicted(np.zeros(cases), np.zeros(cases), NAMES[:cases], "ml", "#EE6677")
    assert chart.layout.xaxis.range[1] > 0


def test_sizes_are_told_without_powers_of_ten_and_with_a_minus():
    said = [volume_agreement.number(value) for value in (-1234.5, -0.01234, 99.0)]
    assert said == ["−1,234", "−0.0123", "99"]
    assert volume_agreement.number(1234.5, "+") == "+1,234"
