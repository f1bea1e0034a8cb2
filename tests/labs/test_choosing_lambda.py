import math

import pytest

from medcore.data.class_counts import ClassCounts
from medcore.labs import choosing_lambda as lab
from medcore.labs import flattery

COUNTS = ClassCounts({"ill": 6, "well": 30}, {"ill": 9, "well": 40}, patients=12)


def test_a_fold_each_and_their_parent_last():
    specs = lab.study("digits", folds=3, strengths=[0.1, 0, 0.01], by_group=False)
    assert list(specs) == ["Fold 1", "Fold 2", "Fold 3", "Whole set"]
    assert [spec.path.fold for spec in specs.values()] == [1, 2, 3, None]
    assert {spec.path.strengths for spec in specs.values()} == {(0.0, 0.01, 0.1)}
    assert len({spec.hash for spec in specs.values()}) == 4


def test_the_grid_is_even_in_its_logarithm_and_keeps_its_ends():
    grid = lab.grid(1e-4, 1, 5)
    assert grid == pytest.approx((1e-4, 1e-3, 1e-2, 0.1, 1))
    steps = {round(math.log10(b / a), 2) for a, b in zip(lab.grid(), lab.grid()[1:], strict=False)}
    assert len(steps) == 1
    assert lab.study("digits", zero=True)["Whole set"].path.strengths == (0.0, *lab.grid())


def test_a_grid_typed_in_by_hand():
    assert lab.typed("0, 1e-3;0.1  2") == (0.0, 1e-3, 0.1, 2.0)
    assert lab.typed(" ") == ()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"strengths": [0.1, -1]}, "Lambda must be a number at least 0 and at most 1000. Received: -1"),
        ({"strengths": [float("nan")]}, "Lambda must be a number at least 0 and at most 1000. Received: nan"),
        ({"strengths": [i / 10 for i in range(1000)]}, "A grid has 1 to 50 strengths. Received: 1,000"),
        ({"points": 1000}, "Points of the grid must be a whole number from 2 to 50. Received: 1000"),
        ({"low": 1, "high": 0.1}, "The grid must end above its first lambda. Received: from 1 to 0.1"),
        ({"images": 0}, "Training images must be a whole number from 1 to 10,000,000. Received: 0"),
        ({"folds": 1}, "Folds must be a whole number from 2 to 20. Received: 1"),
        ({"optimizer": "lion"}, "The proximal step works with"),
    ],
)
def test_what_makes_no_study_is_said_in_one_sentence(settings, sentence):
    with pytest.raises(ValueError, match="^" + sentence.replace("(", r"\(")):
        lab.study("digits", **settings)


def test_gradient_descent_and_sgd_have_a_batch_of_their_own():
    batch = {
        name: lab.study("digits", optimizer=name)["Whole set"].training.batch_size for name in ("gd", "sgd", "adam")
    }
    assert batch == {"gd": "all", "sgd": 1, "adam": 32}


def test_a_text_that_is_no_number_is_no_lambda():
    with pytest.raises(ValueError, match=r"Lambda must be a number at least 0\. Received: 'much'"):
        lab.typed("0.1, much")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"folds": 10}, r"at most as many folds as the smallest class has images, 9 \(ill\). Received: 10 folds"),
        ({"folds": 9, "images": 24}, r"the smallest class has images, 4 \(ill\). Received: 9 folds"),
        ({"images": 50}, "to 49, which is all there are. Received: 50"),
        ({"images": 1}, "from 2, one of each class"),
    ],
)
def test_what_the_images_do_not_allow_is_said_before_anything_is_queued(settings, sentence):
    spec = lab.study("digits", **settings)["Whole set"]
    with pytest.raises(ValueError, match=sentence):
        lab.check(spec, COUNTS)


def test_patients_are_asked_for_only_where_folds_are_by_patient():
    counts = ClassCounts(COUNTS.train, COUNTS.pool, patients=4)
    with pytest.raises(ValueError, match=r"at most as many folds as patients, 4\. Received: 5 folds"):
        lab.check(lab.study("digits")["Whole set"], counts)
    lab.check(lab.study("digits", by_group=False)["Whole set"], counts)


def test_one_class_alone_cannot_be_validated():
    with pytest.raises(ValueError, match=r"two classes or more\. Received: ill alone"):
        lab.check(lab.study("digits")["Whole set"], ClassCounts({"ill": 20}, {"ill": 30}))


def test_nested_and_test_are_of_the_same_study():
    parent = lab.study("digits", folds=4)["Whole set"]
    nested = lab.nested(parent, "minimum", "auc")
    assert list(nested) == [f"Outer fold {n}" for n in range(1, 5)]
    assert {spec.task for spec in nested.values()} == {"nested_fold"}
    assert {(spec.path.rule, spec.path.score) for spec in nested.values()} == {("minimum", "auc")}
    ((label, spec),) = lab.test("a" * 32, parent, 0.0072).items()
    assert (spec.task, spec.base, spec.path) == ("path_test", "a" * 32, parent.path)
    assert lab.chosen_before(label) == 0.0072


@pytest.mark.parametrize("mistake", ["screen", "scale", "patients"])
def test_the_wrong_way_differs_from_the_right_one_in_the_mistake_alone(mistake):
    spec = lab.study("ct-simulator")["Whole set"]
    right, wrong = flattery.ways(spec, mistake)
    differ = {name for name in vars(right.path) if getattr(right.path, name) != getattr(wrong.path, name)}
    assert differ == ({"by_group"} if mistake == "patients" else {"fitted_on"})
    assert (right == spec) is (mistake == "patients")
    runs = flattery.runs({"Right": right, "Wrong": wrong})
    assert list(runs)[::5] == ["Right · Fold 1", "Wrong · Fold 1"]


def test_in_blind_images_the_simulator_shows_no_lesion():
    assert flattery.blind(lab.study("digits", images=100)["Whole set"]).data.options["contrast"] == 0
