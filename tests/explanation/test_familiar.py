"""What the gate compares with: all places whose images a training has seen, and no other."""

import numpy as np
import pytest

from medcore.data import sources
from medcore.data.own_image import OwnImage
from medcore.explanation import familiar, gate
from medcore.explanation.subject import Subject
from medcore.models.linear import linear
from medcore.spec import AdaptationSpec, DataSpec, RunSpec

HERE = DataSpec("ct-simulator", {"images": 200})
THERE = DataSpec("ct-simulator", {"images": 200, "scanner": "B", "seed": 1})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of a run on two hospitals of the simulator."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCORE_HOME", str(tmp_path_factory.mktemp("home")))
        yield tmp_path_factory.mktemp("run")


@pytest.mark.parametrize(
    ("method", "places", "knows"),
    [("source_only", (HERE,), False), ("target", (THERE,), True), ("adabn", (HERE, THERE), True)],
)
def test_the_gate_knows_the_images_that_training_has_seen(folder, method, places, knows):
    spec = RunSpec(task="adapt", data=HERE, adaptation=AdaptationSpec(method, THERE))
    there = sources.snapshot(THERE.name, THERE.options)
    network = linear(there["train"].images.shape[1:], 2)
    subject = Subject(folder, spec, network, lambda _: None)
    assert tuple(place.data for place in subject.seen) == places
    known = familiar.of(subject)
    assert len(known["look"].vectors) == len(places) * len(there["train"])
    image = np.asarray(there["test"].images[0])
    verdict = gate.judge(OwnImage(image, image.shape[:2], False), known, None)
    assert verdict.refused != knows
    again = familiar.of(subject)
    np.testing.assert_array_equal(again["tones"].usual, known["tones"].usual)
