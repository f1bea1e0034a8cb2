"""The card of a network for masks, and its row among the results."""

import csv
import io

import numpy as np

from medcore.data.dataset import Card
from medcore.export import mask_card, model_card, results
from medcore.spec import DataSpec, LossSpec, ModelSpec, RunSpec, SegmentationSpec
from tests.ui.made_runs import ended

CARD = Card("ct-volumes", "CT volumes", "segmentation", "Computed", "MIT", "", "Known exactly.")
SPEC = RunSpec(
    task="segment",
    data=DataSpec("ct-volumes"),
    model=ModelSpec("unet"),
    loss=LossSpec("dice"),
    segmentation=SegmentationSpec(1),
)
TEST = {
    "n": 12,
    "dice": 0.8123,
    "hd95": 4.5,
    "pixel_accuracy": 0.99,
    "iou": None,
    "intervals": {"dice": [0.7, 0.9]},
    "classes": {"lesion": {"dice": 0.75, "units": 9, "intervals": {"dice": [0.6, 0.8]}}},
    "clean": {"threshold": 0.4, "dice": 0.82},
}
RESULT = {
    "test": TEST,
    "baseline": {"pixel_accuracy": 0.97, "dice": 0.0},
    "data": {"sha256": "f" * 64, "classes": ["nothing", "lesion"], "sizes": {"train": 10, "val": 2, "test": 12}},
    "parameters": 1234,
    "unit": "volume",
    "spacing": [5.0, 5.0],
    "step": 8.0,
    "length_unit": "mm",
    "volume_unit": "ml",
}


def test_the_card_says_what_the_masks_are_and_how_good(home):
    told = model_card.text(model_card.facts(ended("U-Net", SPEC, RESULT), CARD))
    for line in (
        "| On the test volumes | Value | 95% interval |",
        "| Dice | 0.812 | 0.700 to 0.900 |",
        "| Hausdorff distance, 95% (mm) | 4.500 |  |",
        "| Dice of lesion | 0.750 | |",
        "| Accuracy of the pixels if all were background | 0.970 | |",
        "- It was tested on 12 volumes of the same source, which is few: the intervals are wide.",
        f"- {mask_card.ANYTHING}",
        "- A pixel of its images was 5 x 5 mm: with others, things are larger or smaller than it knows them.",
        "- It sees a slice with 1 neighbour to each side as channels, in their order.",
    ):
        assert line in told.splitlines()
    assert "IoU" not in told  # it could not be measured


def test_the_code_of_the_card_gives_masks():
    import keras

    logits = np.array([[[[2.0, 0, 0], [0, 1, 3]], [[0, 0.1, 0], [5, 4, 1]]]])
    space = {"keras": keras, "np": np, "images": None, "model": type("Model", (), {"predict": lambda _, __: logits})()}
    exec(mask_card.USAGE, space)
    assert np.asarray(space["masks"]).tolist() == [[[0, 2], [1, 0]]]


def test_results_have_a_column_for_each_class():
    (row,) = csv.DictReader(io.StringIO(results.text({"U-Net": RESULT})))
    assert (row["dice"], row["dice low"], row["dice lesion"], row["dice lesion high"]) == (
        "0.8123",
        "0.7",
        "0.75",
        "0.8",
    )
    assert row["clean threshold"] == "0.4"
    assert "classes" not in row
