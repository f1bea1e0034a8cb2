"""Runs as plain settings: what they share, what they differ in, and which see the same images."""

from dataclasses import replace

import pytest

from medcore.export import adapted, transferred
from medcore.export.settings import COMMENTS, PENALTIES, data_files, data_key, settings
from medcore.labs import choosing_lambda, optimizers
from medcore.spec import (
    DataSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RegularizationSpec,
    RunSpec,
    SampleSpec,
    TrainingSpec,
)

SPEC = RunSpec(data=DataSpec("digits"))
OF_STUDIES = ("strengths", "l1_share", "warm_start", "scale", "screen", "fitted_on")
OF_OTHERS = (*OF_STUDIES, *transferred.COMMENTS, *adapted.COMMENTS)


def test_what_all_share_stands_once():
    found = settings(optimizers.runs(dataset="digits", optimizers=["minibatch", "nesterov", "adamw"]))
    assert found.own == {
        "Mini-batch SGD": {"optimizer": ("minibatch", {}), "learning_rate": 0.01, "weight_decay": None},
        "Nesterov": {
            "optimizer": ("nesterov", {"momentum": 0.9, "nesterov": True}),
            "learning_rate": 0.01,
            "weight_decay": None,
        },
        "AdamW": {
            "optimizer": ("adamw", {"beta_1": 0.9, "beta_2": 0.999}),
            "learning_rate": 0.001,
            "weight_decay": 0.004,
        },
    }
    assert list(found.shared) == [key for key in COMMENTS if key not in (*found.own["AdamW"], *PENALTIES, *OF_OTHERS)]
    assert found.shared["data"] == "data.npz"


def test_one_run_shares_everything():
    found = settings({"Adam": SPEC})
    assert found.own == {"Adam": {}}
    assert list(found.shared) == [key for key in COMMENTS if key not in (*PENALTIES, *OF_OTHERS)]


def test_penalties_stand_where_a_run_has_one_and_a_classic_has_what_it_needs():
    runs = {
        "L1": replace(SPEC, regularization=RegularizationSpec(0.01, l1_step="proximal")),
        "Nothing": SPEC,
        "Neighbours": replace(SPEC, task="classic", model=ModelSpec("knn"), sample=SampleSpec(100)),
    }
    found = settings(runs)
    model = ("cnn", {})
    assert found.own == {
        "L1": {"data": "data-1.npz", "model": model, "l1": 0.01, "l1_step": "proximal"},
        "Nothing": {"data": "data-1.npz", "model": model, "l1": 0.0, "l1_step": "subgradient"},
        "Neighbours": {"data": "data-2.npz", "model": ("knn", {"k": 5})},
    }
    assert found.shared["l2"] == 0.0


def test_precision_is_what_the_run_was_computed_in():
    asked = replace(SPEC, training=TrainingSpec(precision="bfloat16"))
    assert settings({"a": SPEC}).shared["precision"] == "float32"
    assert settings({"a": SPEC}, {"a": "bfloat16"}).shared["precision"] == "mixed_bfloat16"
    assert settings({"a": asked}).shared["precision"] == "mixed_bfloat16"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"optimizer": OptimizerSpec("sgd")}, True),
        ({"seed": 1}, True),
        ({"data": DataSpec("mnist")}, False),
        ({"preparation": PreparationSpec({"zscore": {}})}, False),
        ({"regularization": RegularizationSpec(0.1)}, True),
        ({"sample": SampleSpec(100)}, False),
    ],
)
def test_runs_of_the_same_images_share_a_file(change, same):
    assert (data_key(replace(SPEC, **change)) == data_key(SPEC)) == same


@pytest.mark.parametrize(("step", "same"), [("zscore", True), ("gaussian_noise", False), ("flip", False)])
def test_a_seed_makes_other_images_only_where_lots_are_drawn(step, same):
    one = replace(SPEC, preparation=PreparationSpec({step: {}}))
    other = replace(one, seed=1)
    assert (len(data_files({"one": one, "other": other})) == 1) == same


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({}, "needs a run or more"),
        ({"Shift": RunSpec(task="robustness", base="0" * 32)}, r'"Shift" of the task robustness'),
    ],
)
def test_what_is_no_training_is_refused(runs, message):
    with pytest.raises(ValueError, match=message):
        settings(runs)


def test_a_study_is_told_once_and_without_the_fold():
    runs = choosing_lambda.study("digits", penalty="l2", strengths=(0.1, 0.01), scale=True)
    found = settings(runs)
    assert found.own == {}
    assert (found.shared["strengths"], found.shared["l1_share"], found.shared["scale"]) == ((0.01, 0.1), 0.0, True)
    assert not {"l1", "l2", "patience", "weights"} & set(found.shared)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preparation": PreparationSpec({"flip": {}})}, "the same in all folds. Received: a recipe with"),
        ({"sample": SampleSpec(label_noise=0.1)}, "the same in all folds"),
    ],
)
def test_a_study_whose_images_differ_by_fold_is_refused(change, message):
    runs = {label: replace(spec, **change) for label, spec in choosing_lambda.study("digits").items()}
    with pytest.raises(ValueError, match=message):
        settings(runs)


def test_folds_without_their_whole_set_are_refused():
    runs = choosing_lambda.study("digits")
    del runs[choosing_lambda.WHOLE_SET]
    with pytest.raises(ValueError, match=r'or all of a path. Received: "Fold 1" of the task path'):
        settings(runs)
