import dataclasses
import json

import numpy as np
import pytest

from medcore.evaluation import case_measures, case_summary, cases, masks
from medcore.evaluation.extent import extent

NAMES = ("background", "organ", "lesion")


def certain(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a network that is sure of this mask says."""
    return masks.said(np.eye(3)[mask])


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    """Truth and prediction of four images of 8x8: right, half, missed, invented; the lesion is in the second alone."""
    truth, predicted = np.zeros((4, 8, 8), np.uint8), np.zeros((4, 8, 8), np.uint8)
    truth[:2, 2:6, 2:6], truth[2, 0, :2], predicted[:1, 2:6, 2:6] = 1, 1, 1
    predicted[1, 2:6, 2:4], predicted[3, 5, 5] = 1, 1
    truth[1, 0, 0:3], predicted[1, 0, 0:2] = 2, 2
    return truth, predicted


@pytest.fixture(scope="module")
def measured(pair) -> cases.Cases:
    truth, predicted = pair
    return case_measures.measure(
        *certain(predicted), truth, 3, extent(4, None, (2.0, 0.5), None), np.array([5, 6, 9, 8])
    )


def test_measures_of_each_image_by_hand(measured):
    assert measured.dice[:, 0] == pytest.approx([1, 2 * 8 / 24, 0, 0])
    assert measured.iou[:, 0] == pytest.approx([1, 0.5, 0, 0])
    assert measured.dice[:, 1] == pytest.approx([np.nan, 0.8, np.nan, np.nan], nan_ok=True)
    assert measured.hd95[:, 0] == pytest.approx([0, 1.0, np.nan, np.nan], nan_ok=True)  # two columns of 0.5 mm
    assert measured.volume_true[:, 0].tolist() == [16, 16, 2, 0]
    assert measured.volume_predicted[:, 0].tolist() == [16, 8, 0, 1]
    assert measured.right.tolist() == [64, 64 - 8 - 1, 62, 63]
    assert measured.rows.tolist() == [5, 6, 9, 8]


def test_volumes_are_measured_as_wholes(pair):
    truth, predicted = pair
    found = case_measures.measure(*certain(predicted), truth, 3, extent(4, np.array([4, 4, 2, 2]), (1, 1), 5.0))
    assert found.dice[:, 0] == pytest.approx([0, 2 * 24 / 56])  # volume 2 stands after volume 4
    assert found.volume_true[:, 0] == pytest.approx([0.01, 0.16])
    assert found.images(1).tolist() == [0, 1]


def test_the_tables_at_one_half_without_clean_up_are_the_measures(measured):
    t, s = cases.THRESHOLDS.index(0.5), cases.SIZES.index(0)
    assert measured.cleaned_dice[t, s] == pytest.approx(measured.dice, nan_ok=True)
    assert measured.cleaned_whole[t, s] == pytest.approx([2 * 24 / (34 + 25), 0.8])


def test_summary_is_the_mean_of_cases_then_of_classes(measured):
    found = case_summary.summary(measured, NAMES, (cases.THRESHOLDS.index(0.5), cases.SIZES.index(5)))
    organ, lesion = (1 + 2 / 3) / 4, 0.8
    assert (found["n"], found["dice"]) == (4, pytest.approx((organ + lesion) / 2))
    assert found["classes"]["organ"]["dice"] == pytest.approx(organ)
    assert found["classes"]["organ"]["volume_error"] == pytest.approx((0 + 0.5 + 1) / 3)
    assert found["dice_whole"] == pytest.approx((2 * 24 / 59 + 0.8) / 2)
    assert found["pixel_accuracy"] == pytest.approx(1 - (9 + 2 + 1) / 256)
    counted = {name: found["classes"]["organ"][name] for name in ("units", "empty", "missed", "invented")}
    assert counted == {"units": 3, "empty": 0, "missed": 1, "invented": 1}
    assert found["classes"]["lesion"]["empty"] == 3
    assert found["clean"]["dice"] == pytest.approx(((1 + 2 / 3) / 3 + 0) / 2)  # the invented piece and the lesion go
    json.dumps(found, allow_nan=False)


def test_intervals_are_of_the_bootstrap_over_cases(measured):
    found = case_summary.summary(measured, NAMES, (9, 0))
    rng = np.random.default_rng(1)
    means = measured.dice[rng.integers(4, size=(20000, 4)), 0].mean(axis=1)
    assert found["classes"]["organ"]["intervals"]["dice"] == pytest.approx(np.quantile(means, (0.025, 0.975)), abs=0.05)
    assert "dice" not in found["classes"]["lesion"]["intervals"]  # one case alone does not vary


def test_validation_chooses_what_is_nearest_to_doing_nothing_among_equals(measured, pair):
    assert case_summary.chosen(measured) == (cases.THRESHOLDS.index(0.5), 0)
    truth = pair[0]
    shy = np.where(truth > 0, 80, 0).astype(np.uint8), np.maximum(truth, 1)
    timid = case_measures.measure(*shy, truth, 3, extent(4, None, None, None))
    assert cases.THRESHOLDS[case_summary.chosen(timid)[0]] == 0.3  # 80/255 is 0.31


def test_all_settings_are_judged_by_the_same_cases(measured):
    """By hand: the mean of 0.8, 0.8, 0, 0 is 0.4. Where one of the two false alarms goes that is worth a quarter."""

    def best(*strict: float) -> int:
        dice = np.array([[0.8, 0.8, 0.0, 0.0], strict])[:, None, :, None]
        settings = {"cleaned_dice": dice, "thresholds": np.array([0.5, 0.9]), "sizes": np.array([0])}
        return case_summary.chosen(dataclasses.replace(measured, **settings))[0]

    assert best(0.5, 0.2, np.nan, 0.0) == 1  # 1.7 / 4
    assert best(0.5, 0.0, np.nan, 0.0) == 0  # 1.5 / 4


def test_a_network_that_diverged_has_nothing_to_measure(measured):
    found = case_summary.unmeasured(4, NAMES)
    assert found["dice"] is None
    assert set(found) == set(case_summary.summary(measured, NAMES, (0, 0)))


def test_read_is_what_was_written_and_a_broken_file_is_said(measured, tmp_path):
    with pytest.raises(OSError, match="train it again"):
        cases.read(tmp_path)
    cases.write(tmp_path / cases.FILE, measured)
    for name, value in dataclasses.asdict(cases.read(tmp_path)).items():
        assert np.array_equal(value, getattr(measured, name), equal_nan=value.dtype.kind == "f")
    (tmp_path / cases.FILE).write_bytes((tmp_path / cases.FILE).read_bytes()[:-90])
    with pytest.raises(OSError, match="cannot be read"):
        cases.read(tmp_path)
