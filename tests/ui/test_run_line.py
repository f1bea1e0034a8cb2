from dataclasses import replace

import pytest

from medcore.labs import optimizers
from medcore.ui import run_line
from tests.ui import made_runs


@pytest.mark.parametrize(
    ("clocked", "words"),
    [
        ({"seconds": 7.24, "update_seconds": 0.0341}, "100 updates in 0.034 s (7.2 s with start and evaluation)"),
        ({"seconds": 90.06, "update_seconds": 80.0}, "100 updates in 80.0 s (90.1 s with start and evaluation)"),
        ({"seconds": 7.24}, "100 updates in 7.2 s with start and evaluation"),
    ],
)
def test_seconds_of_the_updates_stand_apart_from_those_of_the_run(clocked, words):
    (spec,) = optimizers.runs(optimizers=["adam"]).values()
    assert run_line.words(made_runs.ended("Adam", spec, made_runs.result(0.9, 0.9, **clocked)), None) == words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            {"stopped": "No lower validation loss in 5 epochs.", "evaluated": "best", "best_epoch": 15, "epochs": 20},
            "; stopped after epoch 20, weights of epoch 15",
        ),
        (
            {"stopped": None, "evaluated": "best", "best_epoch": 38, "epochs": 40},
            "; never stopped, weights of epoch 38",
        ),
        ({"stopped": None, "evaluated": "last", "best_epoch": 38, "epochs": 40}, "; never stopped"),
    ],
)
def test_early_stopping_says_what_it_did(result, words):
    (spec,) = optimizers.runs(optimizers=["adam"]).values()
    patient = replace(spec, training=replace(spec.training, patience=5))
    measured = made_runs.result(0.9, 0.9, seconds=7.24, **result)
    said = "100 updates in 7.2 s with start and evaluation"
    assert run_line.words(made_runs.ended("Adam", patient, measured), None) == said + words
    assert run_line.words(made_runs.ended("Adam", spec, measured), None) == said
