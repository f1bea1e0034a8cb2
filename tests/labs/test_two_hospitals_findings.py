"""What is said of the runs of two hospitals."""

from dataclasses import replace

import pytest

from medcore.labs import two_hospitals as lab
from medcore.labs import two_hospitals_findings as findings
from medcore.labs.two_hospitals_findings import Measured

N = 200
ROUND = {"source_only": (0.47, 0.485, 0.46), "target": (0.91, 0.925, 0.90)}


def measured(**scores):
    """Runs of three seeds by method, made by hand."""
    runs = []
    for label, spec in lab.runs(methods=list(scores), seeds=3).items():
        accuracy = scores[spec.adaptation.method][spec.seed - 1]
        result = {"test": {"accuracy": accuracy, "n": N}, "source_test": {"accuracy": 0.94, "n": N}}
        runs.append(Measured(label, spec, result))
    return runs


def test_the_loss_and_the_share_of_it_are_said():
    runs = measured(**ROUND, adabn=(0.865, 0.83, 0.85), coral=(0.60, 0.62, 0.58))
    said = " ".join(findings.sentences(runs))
    assert "**94.0%** of the source's test images and in **47.2%** of the target's (mean of 3 seeds)" in said
    assert "the shift costs **44.0 percentage points** (95% interval" in said
    assert "recovered: AdaBN 86% [70% to 101%], Deep CORAL 29%" in said
    assert "**Half of it or more: AdaBN.**" in said
    assert "clearly above Deep CORAL" in said


def test_the_loss_is_the_difference_of_the_figures_beside_it():
    said = " ".join(findings.sentences(measured(source_only=(0.49, 0.49, 0.495), target=(0.94, 0.94, 0.941))))
    assert "**49.2%** of the target's" in said
    assert "**94.0%**: the shift costs **44.8 percentage points**" in said  # 44.87 before rounding


def test_where_none_recovers_half_it_is_said_in_a_sentence():
    said = " ".join(findings.sentences(measured(**ROUND, adabn=(0.55, 0.5, 0.52), coral=(0.40, 0.42, 0.41))))
    assert "**No method recovers half of what the shift costs.**" in said
    assert "Deep CORAL −14%" in said


def test_half_by_labels_alone_and_half_by_chance_are_called_so():
    said = " ".join(findings.sentences(measured(**ROUND, fine_tune=(0.70, 0.80, 0.60), adabn=(0.5, 0.5, 0.5))))
    assert "Half of it or more: Fine-tuned on 20 labels, and only with labels of the target" in said
    assert "For Fine-tuned on 20 labels the interval reaches below half" in said


def test_an_interval_that_says_nothing_is_not_written():
    said = " ".join(findings.sentences(measured(**ROUND, dann=(0.85, 0.20, 0.48))))
    assert "DANN 9% (an interval too wide to say more)" in said


def test_of_a_wide_interval_its_lower_end_is_written():
    unsure = {"source_only": (0.53, 0.48, 0.64), "target": (0.94, 0.92, 0.86)}
    said = " ".join(findings.sentences(measured(**unsure, adabn=(0.9, 0.87, 0.915))))
    assert "AdaBN 97% [at least" in said


def test_methods_that_overlap_are_not_ranked():
    said = " ".join(findings.sentences(measured(**ROUND, adabn=(0.86, 0.80, 0.85), dann=(0.80, 0.86, 0.84))))
    assert "AdaBN has the highest mean; these seeds cannot tell it from DANN" in said


def test_a_shift_that_costs_nothing_has_nothing_to_recover():
    runs = measured(source_only=(0.9, 0.91, 0.9), adabn=(0.9, 0.9, 0.9), target=(0.91, 0.9, 0.9))
    assert "this shift costs nothing" in findings.sentences(runs)[-1]
    assert all(line.share is None for line in findings.lines(runs))


def test_without_an_upper_end_no_share_is_given():
    runs = measured(source_only=(0.5, 0.5, 0.5), adabn=(0.7, 0.7, 0.7))
    assert "nobody knows what could be reached" in findings.sentences(runs)[-1]


@pytest.mark.parametrize("runs", [[], measured(adabn=(0.7, 0.7, 0.7))])
def test_without_source_only_nothing_is_said(runs):
    assert findings.sentences(runs) == []


def apart(**distances):
    """Runs whose proxy A-distance is made by hand, by method."""
    runs = measured(**dict.fromkeys(distances, (0.5, 0.5, 0.5)))
    return [
        replace(run, result=dict(run.result) | {"distance": {"after": {"proxy_a": distances[run.method]}}})
        for run in runs
    ]


def test_a_second_loss_that_does_not_bring_the_places_together_is_called_so():
    said = findings.still_apart(apart(source_only=1.94, adabn=0.5, coral=2.0, dann=1.2))
    assert said.startswith("Deep CORAL did not bring the hospitals together")
    assert "proxy A-distance 2.00 of 2, source only 1.94" in said
    assert findings.still_apart(apart(source_only=1.94, adabn=1.9, coral=1.0, dann=1.2)) == ""
    assert findings.still_apart(apart(coral=2.0, dann=1.2)) == ""  # nobody knows how far they were apart
    assert findings.still_apart(measured(**ROUND, dann=(0.5, 0.5, 0.5))) == ""  # runs of before it was measured
