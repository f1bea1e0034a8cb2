import numpy as np
import pytest

from medcore.charts import pruning, weights


def test_each_column_of_the_map_is_the_histogram_of_an_epoch():
    counts = np.zeros((2, 1, 4), int)
    counts[0, 0], counts[1, 0] = [1, 1, 1, 1], [0, 90, 10, 0]
    chart = weights.spread(np.array([-1.0, -0.5, 0, 0.5, 1]), counts, np.array([0, 5]), ["dense"])
    (heat,) = chart.data
    np.testing.assert_allclose(10.0 ** np.asarray(heat.z)[:, 0], 0.25)
    np.testing.assert_allclose(np.asarray(heat.z)[1:3, 1], np.log10([0.9, 0.1]))
    assert np.isnan(np.asarray(heat.z)[[0, 3], 1]).all()
    np.testing.assert_allclose(heat.y, [-0.75, -0.25, 0.25, 0.75])


def test_the_map_reaches_equally_far_to_both_sides_of_zero():
    counts = np.zeros((1, 2, 4), int)
    counts[0, 0, 2] = counts[0, 1, 3] = 1
    chart = weights.spread(np.array([-2.0, -1, 0, 1, 2]), counts, np.array([0]), ["a", "b"])
    assert chart.layout.yaxis.range == chart.layout.yaxis2.range == (-2, 2)


def test_the_strongest_unit_comes_first_and_white_is_zero():
    units = np.zeros((2, 2, 3), np.float32)
    units[:, :, 1], units[0, 0, 2] = -2.0, 1.0
    (heat,) = weights.images(units).data
    board = np.asarray(heat.z)
    assert board.shape == (2, 8)
    np.testing.assert_allclose(board[:, :2], -2)
    assert np.isnan(board[:, [2, 5]]).all()
    assert board[0, 3] == 1
    assert (heat.zmin, heat.zmax) == (-2, 2)
    assert heat.colorscale[2] == (0.5, weights.SIGNED[2][1])
    assert np.asarray(heat.customdata)[0, [0, 3, 6]].tolist() == [1, 2, 0]


def test_weights_that_are_all_zero_are_drawn():
    (heat,) = weights.images(np.zeros((2, 2, 1), np.float32)).data
    assert (heat.zmin, heat.zmax) == (-1, 1)


def test_no_more_units_than_can_be_seen():
    (heat,) = weights.images(np.ones((1, 1, 64), np.float32)).data
    assert np.isfinite(np.asarray(heat.z)).sum() == weights.MOST_UNITS


def test_zeros_are_a_line_a_run():
    chart = weights.zeros({"L1": (np.array([1, 2]), np.array([0.1, 0.2]))}, {"L1": "#4477AA"})
    assert [trace.name for trace in chart.data] == ["L1"]
    assert chart.layout.yaxis.tickformat.endswith("%")


@pytest.mark.parametrize(("zeros", "lines"), [(0.7, 2), (0.0, 1), (None, 1)])
def test_pruning_marks_the_share_that_was_zero_before(zeros, lines):
    network = pruning.Pruned("L1", "#4477AA", [0, 0.5, 1], [0.9, 0.8, 0.1], [0.8, 0.7, 0.1], zeros)
    chart = pruning.figure([network], baseline=0.5)
    assert len(chart.layout.shapes) == lines
    test = next(trace for trace in chart.data if trace.line.dash == "solid")
    assert list(test.y) == [0.8, 0.7, 0.1]
