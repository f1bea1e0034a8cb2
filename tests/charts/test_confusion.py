import numpy as np

from medcore.charts import confusion

COUNTS = np.array([[8, 2], [0, 0]])


def test_a_cell_is_as_dark_as_its_share_of_the_row_and_can_be_clicked():
    chart = confusion.figure(COUNTS, ["lesion", "a name that is much too long for an axis"])
    heat, cells = chart.data
    np.testing.assert_allclose(heat.z, [[0.8, 0.2], [0, 0]])
    assert list(zip(cells.y, cells.x, strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert "2 images" in cells.hovertemplate[1]
    assert [a.text for a in chart.layout.annotations] == ["8<br>80%", "2<br>20%", "0<br>0%", "0<br>0%"]
    assert max(map(len, chart.layout.xaxis.ticktext)) == confusion.LONGEST
    assert chart.layout.clickmode == "event+select"
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1]


def test_numbers_are_left_out_where_there_is_no_room():
    many = confusion.MOST_NUMBERS + 1
    assert not confusion.figure(np.eye(many, dtype=int), [str(c) for c in range(many)]).layout.annotations
