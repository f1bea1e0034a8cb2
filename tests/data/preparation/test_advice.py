import pytest

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
