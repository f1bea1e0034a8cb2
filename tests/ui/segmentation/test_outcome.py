import pytest

from medcore.labs import segmentation
from medcore.ui.segmentation import outcome
from tests.ui import made_runs


def result(dice, low=0.8, high=0.9, **changed):
    test = {"n": 94, "dice": dice, "dice_whole": 0.912, "assd": 1.234, "pixel_accuracy": 0.998, "intervals": {}}
    if dice is not None:
        test["intervals"] = {"dice": [low, high]}
    values = {"test": test, "unit": "image", "length_unit": "mm", "baseline": {"pixel_accuracy": 0.9894}}
    return values | changed


def test_a_sentence_has_both_dice_the_borders_and_what_accuracy_would_say():
    said = outcome.sentence("U-Net", result(0.8512))
    assert said == (
        "U-Net: a Dice of 0.851 (95% interval 0.800 to 0.900), the mean over 94 test images; all of them as one batch "
        "0.912. The borders are 1.23 mm apart on average. 99.8% of the pixels are right, but always saying "
        "“background” is right in 98.9%."
    )
    with_empty = result(0.8512)
    with_empty["test"]["classes"] = {"lesion": {"empty": 14}}
    assert "the mean over 80 of 94 test images (in the others" in outcome.sentence("U-Net", with_empty)
    assert "94 test volumes" in outcome.sentence("U-Net", result(0.8512, unit="volume"))
    assert outcome.sentence("U-Net", result(None)) == "U-Net: on the test set there is nothing to measure."


def test_a_class_that_was_never_found_is_not_hidden_by_the_mean():
    whole = result(0.5, unit="volume")
    whole["test"]["classes"] = {
        "liver": {"dice": 1.0, "assd": 1.0, "units": 12, "missed": 0},
        "lesion": {"dice": 0.0, "assd": None, "units": 9, "missed": 9},
        "stone": {"dice": None, "assd": None, "units": 0, "missed": 0},
    }
    said = outcome.sentence("U-Net", whole)
    assert "the mean over 2 classes, each over the test volumes where it is or was found (94 in all)" in said
    assert "Lowest: lesion with 0.000, drawn in none of the 9 volumes with it. In no test volume: stone." in said
    assert "1.23 mm apart on average, without lesion, which has no border" in said
    missed = result(0.5)
    missed["test"]["classes"] = {"lesion": {"dice": 0.5, "assd": 1.0, "units": 9, "missed": 2, "empty": 0}}
    assert "apart on average, where true and drawn masks both have one." in outcome.sentence("U-Net", missed)


def test_the_chart_has_a_dot_a_group_and_the_spread_of_its_seeds():
    specs = segmentation.runs(vary="loss", values=["dice", "tversky"], seeds=2)
    values = (0.80, 0.84, 0.90, 0.92)
    records = [
        made_runs.ended(label, spec, result(value)) for (label, spec), value in zip(specs.items(), values, strict=True)
    ]
    dice, tversky = outcome.figure(records).data
    assert (dice.y[0], tversky.y[0]) == ("Dice", "Tversky")
    assert (dice.x[0], tversky.x[0]) == pytest.approx((0.82, 0.91))
    assert (dice.error_x.array[0], dice.error_x.arrayminus[0]) == pytest.approx((0.02, 0.02))
    one = outcome.figure([records[0], records[2]]).data[0]
    assert (one.error_x.array[0], one.error_x.arrayminus[0]) == pytest.approx((0.1, 0.0))
    assert outcome.figure(records[:2]) is None
    assert outcome.figure([made_runs.ended("Dice", next(iter(specs.values())), None)]) is None
