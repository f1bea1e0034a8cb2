import pytest

from medcore import catalog
from medcore.labs import regularization as lab
from medcore.labs.labels import family, group
from medcore.spec import RegularizationSpec, RunSpec, SampleSpec


def one(name, **settings):
    """The run with one knob turned, beside its baseline."""
    nothing, turned = lab.runs(knobs=[name], **settings).values()
    return nothing, turned


def changed(name, **settings):
    """Which parts of the spec a knob changes."""
    nothing, turned = one(name, **settings)
    before, after = nothing.to_dict(), turned.to_dict()
    return {part for part in before if before[part] != after[part]}


def test_a_run_without_any_knob_stands_beside_each_alone():
    specs = lab.runs(knobs=["l2", "dropout", "batch_norm"])
    assert list(specs) == ["Nothing", "L2 · 0.001", "Dropout · 0.5", "Batch normalisation"]
    assert not specs["Nothing"].regularization
    assert specs["Nothing"].sample == SampleSpec(lab.IMAGES, lab.WRONG_LABELS)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("l1", "regularization"),
        ("l2", "regularization"),
        ("elastic_net", "regularization"),
        ("weight_decay", "optimizer"),
        ("dropout", "model"),
        ("batch_norm", "model"),
        ("input_noise", "model"),
        ("early_stopping", "training"),
        ("augmentation", "preparation"),
        ("label_smoothing", "loss"),
    ],
)
def test_each_knob_changes_one_part_of_the_run(name, part):
    assert changed(name) == {part}


def test_penalties_are_as_they_are_written():
    settings = {"l1.strength": 0.01, "l2.strength": 0.1, "elastic_net.strength": 0.1, "elastic_net.share": 0.25}
    specs = lab.runs(knobs=["l1", "l2", "elastic_net"], settings=settings, together=True, l1_step="subgradient")
    found = [spec.regularization for spec in specs.values()]
    assert [(each.l1, each.l2) for each in found[:4]] == [(0, 0), (0.01, 0), (0, 0.1), (0.025, 0.07500000000000001)]
    assert (found[4].l1, found[4].l2) == pytest.approx((0.035, 0.175))


def test_weight_decay_turns_adam_into_adamw_and_leaves_sgd_its_name():
    assert one("weight_decay")[1].optimizer.name == "adamw"
    sgd = one("weight_decay", optimizer="minibatch", settings={"weight_decay.decay": 0.03})[1].optimizer
    assert (sgd.name, sgd.weight_decay, sgd.learning_rate) == ("minibatch", 0.03, 0.01)


def test_early_stopping_goes_back_to_the_best_weights():
    training = one("early_stopping")[1].training
    assert (training.patience, training.weights) == (5, "best")


def test_augmentation_comes_on_top_of_the_preparation_and_leaves_out_what_is_zero():
    specs = lab.runs(knobs=["augmentation"], settings={"augmentation.shift": 0.0}, preparation={"zscore": True})
    assert [list(spec.preparation.steps) for spec in specs.values()] == [["zscore"], ["rotate", "zscore"]]


def test_l1_is_trained_in_both_ways_side_by_side():
    specs = lab.runs(knobs=["l1"], l1_step="both")
    assert list(specs) == ["Nothing", "L1, subgradient · 0.0001", "L1, proximal step · 0.0001"]
    assert [spec.regularization for spec in specs.values()] == [
        RegularizationSpec(),
        RegularizationSpec(l1=0.0001),
        RegularizationSpec(l1=0.0001, l1_step="proximal"),
    ]


def test_all_together_turns_every_knob_and_only_of_several():
    together = lab.runs(knobs=["l1", "dropout", "early_stopping"], together=True)[lab.TOGETHER]
    assert together.regularization.l1 == 0.0001
    assert together.model.options["dropout"] == 0.5
    assert together.training.patience == 5
    assert lab.TOGETHER not in lab.runs(knobs=["l1"], together=True)


def test_one_knob_is_swept_while_others_stay():
    specs = lab.runs(vary="dropout", values=[0.2, 0.4], knobs=["l2"], seeds=2, seed=3)
    assert list(dict.fromkeys(map(group, specs))) == ["Without Dropout", "Dropout · 0.2", "Dropout · 0.4"]
    assert [spec.seed for spec in specs.values()] == [3, 4] * 3
    assert {spec.regularization.l2 for spec in specs.values()} == {0.001}
    assert [spec.model.options["dropout"] for spec in specs.values()] == [0, 0, 0.2, 0.2, 0.4, 0.4]


@pytest.mark.parametrize("vary", [name for name, knob in catalog.KNOBS.items() if knob.parameters])
def test_a_sweep_without_values_takes_those_worth_offering(vary):
    specs = lab.runs(vary=vary)
    assert next(iter(specs)) == lab.NOTHING
    assert {family(label) for label in list(specs)[1:]} == {catalog.KNOBS[vary].label}
    assert len({spec.hash for spec in specs.values()}) == len(specs) > 3


def test_classics_stand_beside_the_networks_on_the_same_images():
    specs = lab.runs(knobs=["l2"], classics=["knn"], sample={"label_noise": 0.2})
    assert list(specs) == ["Nothing", "L2 · 0.001", "k-nearest neighbours"]
    assert {spec.sample for spec in specs.values()} == {SampleSpec(lab.IMAGES, label_noise=0.2)}


def test_what_a_network_lacks_is_refused_and_runs_come_back_from_json():
    with pytest.raises(ValueError, match=r"Linear takes these options: input_noise\. Received: 'dropout'"):
        lab.runs(model="linear", knobs=["dropout"])
    for spec in lab.runs(knobs=list(catalog.KNOBS), together=True, l1_step="both").values():
        assert RunSpec.from_dict(spec.to_dict()) == spec


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"knobs": []}, "Choose at least one knob to turn. Received: none"),
        ({"knobs": ["l3"]}, "Knob must be one of .*Received: 'l3'"),
        ({"knobs": ["l2"], "settings": {"l2.strength": -1}}, "strength must be a number at least 0 .*Received: -1"),
        ({"knobs": ["l2"], "settings": {"l2.strength": float("nan")}}, "strength must be a number .*Received: nan"),
        ({"knobs": ["l2"], "settings": {"l2.strength": "much"}}, "strength must be a number .*Received: 'much'"),
        ({"knobs": ["l2"], "settings": {"l2.lambda": 1}}, "L2 takes these options: strength. Received: 'lambda'"),
        ({"settings": {"lasso.strength": 1}}, "Knob must be one of .*Received: 'lasso'"),
        ({"images": 0}, "Training images must be a whole number from 1 .*Received: 0"),
        ({"seeds": 11}, "Seeds must be a whole number from 1 to 10. Received: 11"),
        ({"l1_step": "jump"}, "l1_step must be one of subgradient, proximal, both. Received: 'jump'"),
        ({"vary": "luck"}, "vary must be one of knobs, .*Received: 'luck'"),
        ({"vary": "batch_norm"}, "Batch normalisation is on or off and has no values to vary. Received: 'batch_norm'"),
        ({"vary": "l1", "values": []}, "Choose at least one value of L1 to compare. Received: none"),
        ({"vary": "l1", "values": range(1000)}, "A comparison has at most 64 runs. Received: 1001 values and their"),
        ({"knobs": list(catalog.KNOBS), "seeds": 10}, "at most 64 runs. Received: 11 .* x 10 seeds"),
        ({"knobs": ["l1"], "optimizer": "lion"}, "The proximal step works with .*Received: Lion"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        lab.runs(**settings)
