"""What a loss surface may show."""

from dataclasses import replace

import pytest

from medcore.labs import landscape as lab
from medcore.spec import DataSpec, LossSpec, ModelSpec, OptimizerSpec, PreparationSpec, RunSpec, TrainingSpec

SPEC = RunSpec(training=TrainingSpec(record_path=True))
IDS = [f"{i:032x}" for i in range(9)]


def test_it_asks_the_question_of_its_runs():
    specs = {
        i: replace(SPEC, optimizer=OptimizerSpec(name)) for i, name in zip(IDS, ("adam", "momentum"), strict=False)
    }
    (spec,) = lab.runs(specs).values()
    assert (spec.task, spec.bases) == ("landscape", tuple(IDS[:2]))
    assert (spec.data, spec.model, spec.loss) == (SPEC.data, SPEC.model, SPEC.loss)
    assert RunSpec.from_dict(spec.to_dict()) == spec


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (replace(SPEC, model=ModelSpec("mlp")), "network"),
        (replace(SPEC, loss=LossSpec("mse")), "loss"),
        (replace(SPEC, data=DataSpec("digits")), "images"),
        (replace(SPEC, training=TrainingSpec()), "did not keep their paths"),
    ],
)
def test_runs_that_do_not_fit_together_are_refused(other, what):
    with pytest.raises(ValueError, match=what):
        lab.runs({IDS[0]: SPEC, IDS[1]: other})


def test_noise_of_another_seed_makes_other_images():
    noisy = replace(SPEC, preparation=PreparationSpec.given({"gaussian_noise": True}))
    assert lab.runs({IDS[0]: SPEC, IDS[1]: replace(SPEC, seed=1)})
    with pytest.raises(ValueError, match="same images"):
        lab.runs({IDS[0]: noisy, IDS[1]: replace(noisy, seed=1)})


def test_eight_paths_at_most():
    with pytest.raises(ValueError, match=r"1 to 8 paths\. Received: 9"):
        lab.runs(dict.fromkeys(IDS, SPEC))
    with pytest.raises(ValueError, match="Received: 0"):
        lab.runs({})
