"""The runs of two hospitals."""

from dataclasses import replace

import pytest

from medcore.data import sources
from medcore.labs import two_hospitals as lab
from medcore.labs.labels import family, group
from medcore.spec import RunSpec


def test_runs_of_a_seed_differ_by_their_method_alone():
    specs = lab.runs(seeds=2)
    assert list(specs)[:3] == ["Source only · seed 1", "Source only · seed 2", "AdaBN · seed 1"]
    assert [family(label) for label in specs][::2] == [
        *("Source only", "AdaBN", "Deep CORAL", "DANN", "Fine-tuned on 20 labels", "Trained on target")
    ]
    plain = replace(specs["Source only · seed 1"].adaptation, method="source_only", weight=1.0)
    for spec in specs.values():
        assert RunSpec.from_dict(spec.to_dict()) == spec
        like = replace(spec, seed=1, adaptation=replace(spec.adaptation, method="source_only", weight=1.0))
        assert like == replace(specs["Source only · seed 1"], adaptation=plain)


def test_the_other_scanner_has_its_own_patients_and_all_other_options_of_the_source():
    (spec,) = lab.runs(methods=["dann"], seeds=1, data_options={"images": 400, "contrast": -60}).values()
    (source, recipe), (target, prepared) = lab.domains(spec)
    assert source.options == {"images": 400, "contrast": -60}
    assert target.options == {"images": 400, "contrast": -60, "scanner": "B", "seed": 1}
    assert recipe == prepared


def test_what_makes_images_worse_meets_the_target_alone():
    settings = {"shift": "corruption", "dataset": "digits", "corruption": {"gaussian_noise.sd": 0.2}, "side": None}
    (spec,) = lab.runs(methods=["adabn"], seeds=1, **settings).values()
    (source, recipe), (target, prepared) = lab.domains(spec)
    assert source == target
    assert not recipe
    assert prepared.steps == {"gaussian_noise": {"sd": 0.2}}


def test_mnist_is_brought_to_the_size_of_the_digits():
    spec = lab.runs("digits", methods=["source_only"], seeds=1)["Source only · seed 1"]
    assert (spec.data.name, spec.adaptation.target.name) == ("mnist", "digits")
    assert spec.preparation.steps == spec.adaptation.target_preparation.steps == {"resize": {"side": 8}}


def test_weights_are_of_their_own_method():
    specs = lab.runs(coral_weight=3, dann_weight=0.5, target_labels=50, seeds=1)
    weights = {group(label): spec.adaptation.weight for label, spec in specs.items()}
    assert (weights["Deep CORAL"], weights["DANN"], weights["Source only"]) == (3, 0.5, 1)
    assert "Fine-tuned on 50 labels" in weights


def test_the_mistake_stands_in_the_label():
    labels = list(lab.runs(choose_on_target=True, seeds=1))
    assert labels[3] == "DANN, chosen by target labels · seed 1"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"methods": []}, "at least one method"),
        ({"methods": ["magic"]}, "methods"),
        ({"batch_norm": False}, "AdaBN changes what batch normalisation knows"),
        ({"model": "linear"}, "AdaBN changes what batch normalisation knows"),
        ({"dataset": "digits"}, "Scanners are of the CT simulator"),
        ({"shift": "sets"}, "another one as target"),
        ({"shift": "sets", "target": "ct-simulator"}, "another one as target"),
        ({"shift": "corruption", "corruption": {}}, "what makes the target's images worse"),
        ({"shift": "moon"}, "shift"),
        ({"seeds": 11}, "Seeds"),
    ],
)
def test_what_cannot_be_run_is_said(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        lab.runs(**settings)


def test_partners_have_the_same_classes_in_any_order_and_case():
    digits, simulator = (sources.find(name) for name in ("digits", "ct-simulator"))
    card = replace(simulator.card, name="archive", title="Archive")
    other = replace(simulator, card=card, classes=("Lesion", "No lesion"))
    entries = [digits, simulator, other]
    assert lab.partners("ct-simulator", entries) == [other]
    assert lab.partners("digits", entries) == []
    assert lab.partners("gone", entries) == []
