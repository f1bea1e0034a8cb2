import pytest

from medcore.data.preparation import advice as module
from medcore.data.preparation import contrast
from medcore.data.preparation.advice import advice
from medcore.spec import PreparationSpec


@pytest.mark.parametrize(
    ("steps", "corrupted", "said"),
    [
        ({"blur": {}}, "test", "domain shift"),
        ({"blur": {}}, "train", "test images are clean"),
        ({"equalize": {}}, "all", "HU"),
        ({"flip": {}}, "all", "heart"),
        ({"window": {}, "minmax": {}}, "all", "undoes"),
        ({"resize": {"side": 8}}, "all", "pad with zeros"),
    ],
)
def test_what_to_mind_is_said(steps, corrupted, said):
    assert any(said in sentence for sentence in advice(PreparationSpec(steps, corrupted)))


@pytest.mark.parametrize(
    "steps",
    [{}, {"flip": {"horizontal": 0}}, {"window": {}}, {"window": {}, "zscore": {}}, {"resize": {}}, {"median": {}}],
)
def test_nothing_is_said_without_need(steps):
    assert advice(PreparationSpec(steps)) == []


@pytest.mark.parametrize(("shape", "said"), [((8, 8), "one tile"), ((28, 40), "about 3"), ((64, 64), ""), (None, "")])
def test_tiles_that_would_be_too_small_are_named(shape, said):
    sentences = [sentence for sentence in advice(PreparationSpec({"clahe": {}}), shape) if "tiles" in sentence]
    assert [said in sentence for sentence in sentences] == ([True] if said else [])


def test_the_smallest_tile_that_is_spoken_of_is_that_of_the_filter():
    assert module._SMALLEST_TILE == contrast.SMALLEST_TILE
