import numpy as np
import pytest

from medcore.charts import recovery
from medcore.charts.recovery import Row

NONE = float("nan")
ROWS = [
    Row("Source only", "#4477AA", (0.47, 0.49), 0.48, 0.4, 0.56),
    Row("AdaBN", "#EE6677", (0.83, 0.87), 0.85, 0.8, 0.9, "86% back"),
    Row("Trained on target", "#228833", (0.91,), 0.91, NONE, NONE),
]


def test_every_seed_and_every_mean_with_its_interval_is_drawn():
    chart = recovery.figure(ROWS, 0.48, 0.91, "Accuracy")
    seeds, means = chart.data[::2], chart.data[1::2]
    np.testing.assert_allclose(seeds[1].x, [0.83, 0.87])
    assert [mean.x[0] for mean in means] == [0.48, 0.85, 0.91]
    assert (means[1].error_x.array[0], means[1].error_x.arrayminus[0]) == pytest.approx((0.05, 0.05))
    assert means[2].error_x.array is None
    words = [annotation.text for annotation in chart.layout.annotations]
    assert [word for word in words if "86% back" in word] == [
        "<b>85.0%</b><br><span style='font-size:11px'>86% back</span>"
    ]
    assert [word for word in words if word in {row.name for row in ROWS}] == [row.name for row in ROWS]


def test_what_can_be_recovered_is_a_band_with_a_line_at_half():
    band, half = recovery.figure(ROWS, 0.48, 0.91, "Accuracy").layout.shapes
    assert (band.x0, band.x1) == (0.48, 0.91)
    assert half.x0 == pytest.approx(0.695)


@pytest.mark.parametrize(("lower", "upper"), [(None, 0.9), (0.5, None), (0.9, 0.9), (0.9, 0.5)])
def test_without_a_loss_there_is_no_band(lower, upper):
    assert not recovery.figure(ROWS, lower, upper, "Accuracy").layout.shapes
