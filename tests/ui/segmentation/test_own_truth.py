"""An example is known by its pixels, and its mask is told beside the network's."""

from types import SimpleNamespace

import numpy as np

from medcore.data.own_volume import Answer
from medcore.data.turn import Turn
from medcore.ui.segmentation import own_truth
from medcore.ui.segmentation.own_truth import Truth, Truths

CLASSES = ("nothing", "lesion", "cyst")
PLANE = SimpleNamespace(spacing=(2.0, 1.0), step=5.0)
MASK = np.zeros((3, 4, 5), np.uint8)
MASK[1, :2] = 1


def view(pixels: np.ndarray) -> SimpleNamespace:
    stack = SimpleNamespace(shape=pixels.shape[:3], samples=1 if pixels.ndim == 3 else 3)
    return SimpleNamespace(stack=stack, pixels=lambda seconds: pixels)


def answer(mask: np.ndarray, first: int, end: int, classes: tuple[str, ...] = CLASSES) -> Answer:
    facts = {"classes": list(classes), "first": first, "end": end, "area_unit": "mm²", "volume_unit": "ml"}
    return Answer(facts, mask, mask, mask)


def test_an_example_is_known_by_its_pixels():
    truths, truth = Truths(), Truth(MASK, CLASSES)
    gray, colour = np.arange(60, dtype=np.uint8).reshape(3, 4, 5), np.zeros((3, 4, 5, 3), np.uint8)
    truths.remember(gray, truth)
    truths.remember(colour, truth)
    assert truths.of(view(gray.copy())) is truth
    assert truths.of(view(colour)) is truth
    assert truths.of(view(gray + 1)) is None
    assert truths.of(view(gray[:2])) is None


def test_truth_is_said_of_the_slices_asked_about():
    drawn = np.zeros_like(MASK)
    drawn[1, 0] = 1
    truth = Truth(MASK, CLASSES)
    one = own_truth.said(truth, answer(drawn, 1, 2), Turn(), PLANE)
    assert one == "**In truth:** lesion 20 mm², Dice 0.67; cyst 0 mm², and nothing was drawn."
    whole = own_truth.said(truth, answer(drawn, 0, 3), Turn(), PLANE)
    assert whole.startswith("**In truth:** lesion 0.1 ml, Dice 0.67")
    above = own_truth.said(truth, answer(drawn, 0, 1), Turn((1, 0, 2), (True, False, False)), PLANE)
    assert above.startswith("**In truth:** lesion 0 mm², and nothing was drawn")


def test_of_other_classes_nothing_is_said():
    assert own_truth.said(Truth(MASK, CLASSES), answer(MASK, 0, 3, ("nothing", "lesion")), Turn(), PLANE) == ""
