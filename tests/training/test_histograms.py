import numpy as np
import pytest

from medcore.training.histograms import Histograms


def test_counts_are_those_of_numpy_in_the_same_bins():
    """The second time reaches 50 times as far as the first: its bins are joined, and nothing is lost."""
    rng = np.random.default_rng(0)
    times = [[rng.normal(0, s, 5000), rng.normal(0, s / 3, 300)] for s in (0.1, 5.0)]
    histograms = Histograms()
    for rows in times:
        histograms.add(rows)
    edges, counts = histograms.finished()
    assert counts.shape == (2, 2, len(edges) - 1)
    for rows, counted in zip(times, counts, strict=True):
        for values, row in zip(rows, counted, strict=True):
            np.testing.assert_array_equal(row, np.histogram(values, edges)[0])
            assert row.sum() == len(values)
    assert 30 < len(edges) < 70


@pytest.mark.parametrize("value", [0.0, 1e-4, 0.7, 123.0])
def test_zero_is_the_middle_of_a_bin(value):
    histograms = Histograms()
    histograms.add([np.asarray([0.0, 0.0, value])])
    edges, counts = histograms.finished()
    middle = len(edges) // 2
    assert edges[middle - 1] == -edges[middle]
    assert counts[0, 0, middle - 1] == (3 if value == 0 else 2)
    assert counts.sum() == 3
