import numpy as np
import pytest

from medcore.imaging import run_lengths

WRONG = "A mask of 3 x 2 pixels and 2 classes was expected"


def test_runs_follow_the_rows():
    assert run_lengths.encode(np.array([[0, 0, 1], [1, 2, 2]], np.uint8)) == [0, 2, 1, 2, 2, 2]
    assert run_lengths.encode(np.full((2, 3), 1, np.uint8)) == [1, 6]


def test_a_mask_comes_back():
    mask = np.random.default_rng(0).integers(0, 4, (17, 23)).astype(np.uint8)
    np.testing.assert_array_equal(run_lengths.decode(run_lengths.encode(mask), mask.shape, 4), mask)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "0, 6",
        {"0": 6},
        [],
        [0],
        [0, 5],
        [0, 7],
        [2, 6],
        [-1, 6],
        [0, 7, 0, -1],
        [0, 6.0],
        [0, True],
        [0, [6]],
        [0, 10**30],
        [0, 3, "1", 3],
        [0, 0] * 7 + [0, 6],
    ],
)
def test_what_is_no_mask_is_refused(said):
    with pytest.raises(ValueError, match=WRONG):
        run_lengths.decode(said, (2, 3), 2)
