"""Looks that come one after the other say together what they would say at once."""

import numpy as np
import pytest

from medcore.evaluation import masks
from medcore.inference import opinion
from medcore.inference.spacing import Scale

SAME = Scale((6, 9), (6, 9), (6, 9))


def said(looks: int, scale: Scale = SAME) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(3), (looks, *scale.framed)).astype(np.float32)


def together(looks: np.ndarray, scale: Scale = SAME) -> opinion.Drawn:
    found = opinion.Opinion(scale, 3, lambda: None)
    for look in looks:
        found.add(look)
    return found.drawn()


@pytest.mark.parametrize("looks", [1, 2, 7])
def test_mean_and_spread_are_those_of_all_looks(looks):
    given = said(looks)
    drawn = together(given)
    foreground, classes = masks.said(given.mean(axis=0))
    assert np.abs(drawn.foreground.astype(int) - foreground).max() <= 1
    assert (drawn.mask == masks.masks(foreground, classes)).mean() > 0.95
    np.testing.assert_allclose(drawn.unsure, 510 * given[..., 0].std(axis=0), atol=0.6)
    each = [np.bincount(masks.masks(*masks.said(look)).ravel(), minlength=3) for look in given]
    np.testing.assert_array_equal(drawn.counts, [np.bincount(drawn.mask.ravel(), minlength=3), *each])


def test_looks_that_agree_leave_no_doubt():
    assert not together(np.repeat(said(1), 7, axis=0)).unsure.any()


def test_counts_are_of_the_pixels_of_the_slice_itself():
    scale = Scale((40, 30), (4, 3), (8, 8))
    given = np.zeros((1, 8, 8, 3), np.float32)
    given[..., 0] = 1
    given[0, 2:4, 2:5] = (0, 0, 1)  # the upper half of the slice within its frame
    drawn = together(given, scale)
    assert drawn.mask.shape == (40, 30)
    assert drawn.counts.tolist() == [[600, 0, 600]] * 2
