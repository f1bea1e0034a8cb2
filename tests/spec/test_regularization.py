"""Penalties, samples and paths: what they take, and what they say of anything else."""

import json

import pytest

from medcore.spec import ModelSpec, OptimizerSpec, PathSpec, RegularizationSpec, RunSpec, SampleSpec


@pytest.mark.parametrize("strength", [-0.1, "strong", float("nan"), float("inf"), True, 1001])
def test_a_strength_must_be_a_number_in_range(strength):
    for make in (lambda: RegularizationSpec(l1=strength), lambda: PathSpec(strengths=[strength])):
        with pytest.raises(ValueError, match=r"must be a number at least 0 and at most 1000. Received: "):
            make()


def test_there_is_a_penalty_where_a_strength_is_above_0():
    assert not RegularizationSpec(l1_step="proximal")
    assert RegularizationSpec(l1=0.1)
    assert RegularizationSpec(l2=0.1)


@pytest.mark.parametrize(("name", "good"), [("adam", True), ("momentum", True), ("gd", True), ("rmsprop", False)])
def test_the_proximal_step_is_for_optimizers_that_have_one(name, good):
    penalty = RegularizationSpec(l1=0.1, l1_step="proximal")
    if good:
        assert RunSpec(optimizer=OptimizerSpec(name), regularization=penalty).regularization == penalty
    else:
        with pytest.raises(ValueError, match=r"The proximal step works with Gradient descent.*Received: RMSprop"):
            RunSpec(optimizer=OptimizerSpec(name), regularization=penalty)


def test_without_l1_the_way_of_its_step_does_not_matter():
    RunSpec(optimizer=OptimizerSpec("rmsprop"), regularization=RegularizationSpec(l2=0.1, l1_step="proximal"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"images": 0}, "Training images must be a whole number from 1 to 10,000,000. Received: 0"),
        ({"label_noise": 1}, "label_noise must be a number at least 0 and at most 0.95. Received: 1"),
        ({"imbalance": 0.5}, "imbalance must be a number at least 1 and at most 1000. Received: 0.5"),
        ({"imbalanced": "test"}, "imbalanced must be one of all, train. Received: 'test'"),
        ({"oversample": 1}, "oversample must be true or false. Received: 1"),
    ],
)
def test_a_sample_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        SampleSpec(**values)


def test_a_sample_of_everything_is_none():
    assert not SampleSpec()
    assert SampleSpec(images=100)


def test_a_grid_is_in_order_and_survives_json():
    path = PathSpec(strengths=[0.1, 0, 0.01])
    assert path.strengths == (0.0, 0.01, 0.1)
    spec = RunSpec(task="path", path=path)
    again = RunSpec.from_dict(json.loads(json.dumps(spec.to_dict())))
    assert (again, again.hash) == (spec, spec.hash)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"strengths": [0.1] * 1000}, "A grid has 1 to 50 strengths. Received: 1,000"),
        ({"strengths": []}, "A grid has 1 to 50 strengths. Received: 0"),
        ({"strengths": "0.1"}, "A grid has 1 to 50 strengths. Received: '0.1'"),
        ({"strengths": [0.1, 0.2, 0.1]}, "The strengths of a grid must differ. Received: 0.1 twice"),
        ({"folds": 1}, "Folds must be a whole number from 2 to 20. Received: 1"),
        ({"folds": 5, "fold": 6}, "fold must be a whole number from 1 to 5. Received: 6"),
        ({"score": "f1"}, "score must be one of loss, accuracy, balanced_accuracy, auc. Received: 'f1'"),
        ({"penalty": "l0"}, "penalty must be one of l1, l2, elastic_net. Received: 'l0'"),
    ],
)
def test_a_path_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        PathSpec(**values)


@pytest.mark.parametrize(
    ("penalty", "expected"), [("l1", (0.2, 0.0)), ("l2", (0.0, 0.2)), ("elastic_net", (0.05, 0.15))]
)
def test_what_a_strength_means(penalty, expected):
    assert PathSpec(penalty=penalty, l1_share=0.25).penalties(0.2) == pytest.approx(expected)


def test_networks_and_classics_have_tasks_of_their_own():
    with pytest.raises(ValueError, match=r"A run of the task classic takes the models logistic_regression.*'cnn'"):
        RunSpec(task="classic")
    with pytest.raises(ValueError, match=r"A run of the task classification takes the models linear, mlp.*'svm'"):
        RunSpec(model=ModelSpec("svm"))
