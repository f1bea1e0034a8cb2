"""The picture of what is trained and what is frozen."""

import numpy as np
import pytest

from medcore.charts import trained_blocks


def test_each_way_shows_which_blocks_learn_and_how_large_they_are():
    blocks = {"conv1": 320, "conv2": 18_496, "head": 2_600_000}
    chart = trained_blocks.figure(blocks, {"Frozen features": ["head"], "From scratch": list(blocks)})
    (boxes,) = chart.data
    assert list(boxes.x) == list(blocks)
    assert np.array_equal(boxes.z, [[0, 0, 1], [1, 1, 1]])
    assert boxes.customdata[0][1].tolist() == ["18,496", "frozen"]
    texts = [note.text for note in chart.layout.annotations]
    assert texts == [trained_blocks.WHITE.format(number) for number in ("320", "18k", "2.6M")] * 2


@pytest.mark.parametrize(("number", "text"), [(999, "999"), (1000, "1.0k"), (99_950, "100k"), (14_714_688, "15M")])
def test_numbers_are_short(number, text):
    assert trained_blocks.short(number) == text
