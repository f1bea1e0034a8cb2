import numpy as np
import pytest

from medcore.evaluation import masks


def test_what_is_kept_is_the_foreground_in_a_byte_and_its_likeliest_class():
    probabilities = np.array([[[0.2, 0.3, 0.5], [0.8, 0.15, 0.05]], [[0.5, 0.25, 0.25], [1, 0, 0]]])
    foreground, classes = masks.said(probabilities)
    assert foreground.tolist() == [[204, 51], [128, 0]]
    assert classes.tolist() == [[2, 1], [1, 1]]
    assert foreground.dtype == classes.dtype == np.uint8


def test_half_and_more_is_foreground_to_the_last_digit():
    background = np.array([0.5 - 1e-9, 0.5, 0.5 + 1e-3, 0.5 + 1e-9])
    foreground, classes = masks.said(np.stack([background, 1 - background], axis=-1))
    assert masks.masks(foreground[:3], classes[:3]).tolist() == [1, 1, 0]


def test_a_pixel_is_foreground_together_where_no_class_alone_is_the_likeliest():
    foreground, classes = masks.said(np.array([[0.4, 0.3, 0.3], [0.4, 0.25, 0.35]]))
    assert masks.masks(foreground, classes).tolist() == [1, 2]


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, [1, 2, 1]), (0.5, [0, 2, 1]), (1.0, [0, 0, 1])])
def test_threshold(threshold, expected):
    said = np.array([0, 200, 255], np.uint8), np.array([1, 2, 1], np.uint8)
    assert masks.masks(*said, threshold).tolist() == expected


def test_softmax_is_the_closed_form_and_keeps_large_logits_finite():
    found = masks.softmax(np.array([[0.0, np.log(3)], [1000.0, 0.0]], np.float32))
    assert found == pytest.approx(np.array([[0.25, 0.75], [1.0, 0.0]]))
    assert np.isnan(masks.softmax(np.array([np.nan, 0.0], np.float32))).all()
