"""Areas slice by slice, with a band where variants differ."""

import numpy as np

from medcore.charts import slice_areas

SLICES, AREAS = np.array([3, 4, 5]), np.array([[1.0, 0.0], [4.0, 2.0], [2.0, 2.0]])


def test_a_line_a_class_and_a_band_from_the_least_to_the_most():
    figure = slice_areas.figure(
        SLICES, AREAS, AREAS - 0.5, AREAS + 1, ["liver", "lesion"], ["#112233", "#445566"], "mm²", 4
    )
    lines = [trace for trace in figure.data if trace.name]
    assert [(line.name, line.line.color, list(line.y)) for line in lines] == [
        ("liver", "#112233", [1, 4, 2]),
        ("lesion", "#445566", [0, 2, 2]),
    ]
    band = figure.data[0]
    assert list(band.x) == [3, 4, 5, 5, 4, 3]
    assert list(band.y) == [2, 5, 3, 1.5, 3.5, 0.5]
    assert figure.layout.yaxis.title.text == "Area (mm²)"
    assert figure.layout.shapes[0].x0 == 4


def test_where_nothing_differs_there_is_no_band():
    figure = slice_areas.figure(SLICES, AREAS, AREAS, AREAS, ["liver", "lesion"], ["#112233", "#445566"], "pixels")
    assert [trace.name for trace in figure.data] == ["liver", "lesion"]
