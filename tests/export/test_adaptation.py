"""The exported script of domain adaptation, run, and held against what Medcore measured."""

import pytest

from medcore.export import script
from medcore.spec import (
    AdaptationSpec,
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
)
from tests.export.conftest import Exported
from tests.export.reproduction import same, trained

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WORSE = PreparationSpec({"inverted_contrast": {"share": 1.0}})


def spec(method: str, **parts) -> RunSpec:
    return RunSpec(
        task="adapt",
        data=DataSpec("digits"),
        model=ModelSpec("mlp", {"hidden": 32, "batch_norm": 1, "dropout": 0.2}),
        # Adam makes large steps of the rounding errors that batch normalisation leaves where a pixel never changes.
        optimizer=OptimizerSpec("momentum", 0.03),
        training=TrainingSpec(2, 64, weights="best", precision="float32"),
        sample=SampleSpec(images=256),
        adaptation=AdaptationSpec(method, DataSpec("digits"), WORSE, **parts),
    )


RUNS = {
    "AdaBN, chosen by the target": spec("adabn", choose_on_target=True),
    "Deep CORAL": spec("coral", weight=10),
    "DANN": spec("dann"),
    "Fine-tuned": spec("fine_tune", target_labels=30),
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Exported:
    with pytest.MonkeyPatch.context() as patch:  # what takes longest, and is no part of a script
        patch.setattr("medcore.evaluation.domain_distance.in_two_dimensions", lambda *_: {})
        made = trained(RUNS, tmp_path_factory)
    made.run_here("script.py")
    return made


def test_a_network_of_the_target_is_one_of_the_source_with_its_labels():
    text = script.text({"Trained on target": spec("target")})
    assert "return source_only(target, target, settings)" in text
    assert 'METHODS = {\n    "target": on_target,\n}' in text
    assert "def adabn" not in text


@pytest.mark.parametrize("label", RUNS)
def test_losses_and_scores_are_medcores(exported, label):
    same(exported, label)


def test_the_table_has_the_accuracy_on_the_source_too(exported):
    for row in exported.table("results.csv"):
        wanted = exported.results[row["run"]]["source_test"]["accuracy"]
        assert float(row["source_accuracy"]) == pytest.approx(wanted)


def test_both_places_are_in_the_archive(exported):
    assert sorted(path.name for path in exported.folder.glob("*.npz")) == ["data.npz", "target.npz"]
    assert "target.npz" in (exported.folder / "README.txt").read_text(encoding="utf-8")
