import pytest

from medcore.labs import inside
from medcore.spec import DataSpec, ExplanationSpec, ModelSpec, PreparationSpec, RunSpec, SampleSpec, TrainingSpec

BASE = "0123456789abcdef"


def test_a_question_has_the_images_of_its_run():
    trained = RunSpec(
        data=DataSpec("digits"),
        preparation=PreparationSpec({"zscore": {}}),
        sample=SampleSpec(images=50),
        training=TrainingSpec(epochs=9),
        seed=4,
    )
    ((label, spec),) = inside.request(BASE, trained, ExplanationSpec(index=7)).items()
    assert label == "Explanation of test 7"
    assert (spec.data, spec.preparation, spec.sample, spec.seed) == (
        trained.data,
        trained.preparation,
        trained.sample,
        4,
    )
    assert (spec.task, spec.bases) == ("explain", (BASE,))


def test_the_same_question_has_the_same_identity_however_long_the_run_trained():
    asked = [inside.request(BASE, RunSpec(training=TrainingSpec(epochs=n)), ExplanationSpec(index=1)) for n in (1, 2)]
    assert len({spec.hash for one in asked for spec in one.values()}) == 1


def test_a_run_tested_elsewhere_is_asked_about_what_it_was_tested_on():
    where = {"data": {"name": "digits", "options": {}}, "preparation": {"steps": {}, "corrupted": "all"}}
    (spec,) = inside.request(BASE, RunSpec(task="adapt"), ExplanationSpec(), where).values()
    assert (spec.adaptation.method, spec.adaptation.target.name) == ("target", "digits")
    (spec,) = inside.request(BASE, RunSpec(task="adapt"), ExplanationSpec()).values()
    assert spec.adaptation.method == "source_only"


def test_classics_are_refused_and_networks_without_maps_have_two_methods():
    with pytest.raises(ValueError, match="Only trained networks can be looked into"):
        inside.request(BASE, RunSpec(task="classic", model=ModelSpec("knn")), ExplanationSpec())
    assert list(inside.methods("mlp")) == ["Integrated gradients", "Occlusion"]
    assert len(inside.methods("cnn")) == len(inside.methods("vgg16")) == 4
