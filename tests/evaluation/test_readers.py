import numpy as np
import pytest

from medcore.evaluation import readers

FIRST = np.array([[1, 1, 0], [2, 0, 0]], np.uint8)
SECOND = np.array([[1, 0, 1], [1, 0, 2]], np.uint8)


def test_agreement_of_a_hand_computed_case():
    found = readers.agreement(FIRST, SECOND, 4, pixel=2.5)
    np.testing.assert_allclose(found.dice, [2 * 1 / (2 + 3), 0, np.nan])
    np.testing.assert_allclose(found.iou, [1 / 4, 0, np.nan])
    np.testing.assert_allclose(found.first, [5, 2.5, 0])
    np.testing.assert_allclose(found.second, [7.5, 2.5, 0])
    assert found.mean_dice == pytest.approx(0.2)  # the class that neither has does not count
    assert found.mean_iou == pytest.approx(0.125)


def test_two_empty_masks_have_no_dice():
    empty = np.zeros((2, 3), np.uint8)
    assert np.isnan(readers.agreement(empty, empty, 2).mean_dice)


def test_differences_pixel_by_pixel():
    expected = [[readers.SAME, readers.FIRST_ONLY, readers.SECOND_ONLY], [readers.OTHER_CLASS, 0, readers.SECOND_ONLY]]
    np.testing.assert_array_equal(readers.differences(FIRST, SECOND), expected)


def test_the_table_has_a_row_for_each_pair_and_class():
    masks = {"Reader A": FIRST, "Reader B": SECOND, "Reference": SECOND}
    rows = readers.table(masks, ("nothing", "liver", "spleen"), 2.0, "mm²")
    assert [(row["first"], row["second"], row["class"]) for row in rows] == [
        ("Reader A", "Reader B", "liver"),
        ("Reader A", "Reader B", "spleen"),
        ("Reader A", "Reference", "liver"),
        ("Reader A", "Reference", "spleen"),
        ("Reader B", "Reference", "liver"),
        ("Reader B", "Reference", "spleen"),
    ]
    assert rows[0]["dice"] == pytest.approx(0.4)
    assert (rows[0]["area of the first (mm²)"], rows[0]["area of the second (mm²)"]) == (4, 6)
    assert (rows[4]["dice"], rows[4]["iou"]) == (1, 1)
    nobody = readers.table({"A": FIRST * 0, "B": FIRST * 0}, ("nothing", "liver"), 1, "pixels")
    assert (nobody[0]["dice"], nobody[0]["iou"]) == (None, None)
