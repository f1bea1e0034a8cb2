"""The runs of few and bad labels, and what is said of them."""

import pytest
from scipy import stats

from medcore.data import sources
from medcore.data.sampling import sample
from medcore.labs import few_labels as lab
from medcore.labs import few_labels_findings as findings
from medcore.labs import regularization
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured, balanced
from medcore.spec import DataSpec, RunSpec


@pytest.mark.parametrize("question", lab.VALUES)
def test_each_question_varies_one_thing_over_lines_and_seeds(question):
    specs = lab.runs(question)
    assert len(specs) <= 64
    assert lab.question_of(list(specs.values())) == question
    values = {lab.value_of(question, spec) for spec in specs.values()}
    assert values == set(lab.VALUES[question])
    for label, spec in specs.items():
        assert lab.words(question, lab.value_of(question, spec)) in label
        assert RunSpec.from_dict(spec.to_dict()) == spec
    images = {(spec.seed, str(spec.preparation), str(spec.sample.images)) for spec in specs.values()}
    assert len(images) == lab.SEEDS * (len(values) if question in ("images", "missing_pixels") else 1)


def test_few_images_are_seen_more_often():
    specs = lab.runs("images", [16, 160], classics=[], updates=100, batch_size=16, seeds=1)
    assert {spec.sample.images: spec.training.epochs for spec in specs.values()} == {16: 100, 160: 10}


@pytest.mark.parametrize("images", [60, None])
def test_every_line_is_updated_as_often_to_an_epoch(home, images):
    """What oversampling repeats counts, and what thinning takes away."""
    few, settings = {"images": 200}, {"images": images, "classics": [], "updates": 100, "batch_size": 8, "seeds": 1}
    specs = lab.runs("imbalance", [1, 10], data_options=few, **settings)
    splits = sources.load(DataSpec("ct-simulator", few))
    done, epoch = [], []
    for spec in specs.values():
        steps = -(-len(sample(splits, spec.sample, spec.seed).splits["train"]) // 8)
        done.append(steps * spec.training.epochs)
        epoch.append(steps)
    assert len(set(epoch)) > 1
    assert all(abs(count - 100) <= steps / 2 for count, steps in zip(done, epoch, strict=True))


def test_where_the_classes_are_not_known_the_images_asked_for_count():
    options = {"images": 10_000}
    (spec,) = lab.runs("imbalance", [5], remedies=["oversample"], classics=[], seeds=1, data_options=options).values()
    assert spec.training.epochs == round(300 / 13)
    (spec,) = lab.runs("label_noise", [0], knob="", classics=[], seeds=1, data_options=options, images=None).values()
    assert spec.training.epochs == 1


def test_remedies_stand_side_by_side():
    specs = lab.runs("imbalance", [10], classics=["svm"], seeds=1)
    lines = {family(label): spec for label, spec in specs.items()}
    assert list(lines) == ["MLP", "MLP + class weights", "MLP + oversampling", "MLP + focal loss", "SVM"]
    assert lines["MLP + class weights"].training.class_weights
    assert lines["MLP + oversampling"].sample.oversample
    assert lines["MLP + focal loss"].loss.name == "focal"
    assert all(spec.sample.imbalance == 10 for spec in specs.values())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"question": "images", "values": [0]}, "Training images .*Received: 0"),
        ({"question": "label_noise", "values": [1.5]}, "Received: 1.5"),
        ({"values": []}, "at least one value"),
        ({"models": [], "classics": []}, "a network or a classic"),
        ({"seeds": 10}, "at most 64 runs. Received: 3 lines x 4 values x 10 seeds"),
        ({"classics": ["mlp"]}, "Classic"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        lab.runs(**settings)


def ended(specs: dict[str, RunSpec], accuracy) -> list[Measured]:
    """Runs whose balanced accuracy, and recall of the rare class, is `accuracy(line, value, seed)`."""
    return [
        Measured(
            label,
            spec,
            {
                "test": {"n": 1000, "accuracy": 0.9, "balanced_accuracy": value, "recall": {"rare": value}},
                "sample": {"before": {"train": [300, 100]}} if spec.sample else None,
                "data": {"classes": ["common", "rare"]},
            },
        )
        for label, spec in specs.items()
        for value in [accuracy(family(label), spec)]
    ]


def test_points_are_means_with_student_s_interval():
    specs = lab.runs("images", [50, 100], classics=[], knob="", seeds=3)
    runs = ended(specs, lambda line, spec: 0.6 + 0.1 * spec.seed + 0.001 * spec.sample.images)
    few, many = findings.points(runs, "images", balanced)
    assert (few.value, many.value, few.n) == (50, 100, 3)
    low, high = stats.t.interval(0.95, 2, loc=0.75, scale=stats.sem([0.65, 0.75, 0.85]))
    assert (few.mean, few.low, few.high) == pytest.approx((0.75, low, min(high, 1)))


def test_who_is_ahead_is_said_only_where_the_seeds_tell():
    specs = lab.runs("images", [20, 50, 100, 200], knob="", classics=["knn"], seeds=4)
    network = {20: 0.5, 50: 0.69, 100: 0.8, 200: 0.9}
    swing = {0: -0.05, 1: 0.05, 2: -0.04, 3: 0.06}  # of the network at 50 images, about twice its lead

    def measured(line, spec):
        if line != "MLP":
            return 0.7
        return network[spec.sample.images] + (swing[spec.seed] if spec.sample.images == 50 else 0.002 * spec.seed)

    (said,) = findings.sentences(ended(specs, measured), "images")
    assert said.startswith("With 200 images: MLP 90.3% and k-nearest neighbours 70.0% balanced accuracy")
    assert "MLP is ahead with 100 and 200 images; k-nearest neighbours is ahead with 20 images" in said
    assert "with 50 images these seeds cannot tell them apart" in said


def test_one_seed_tells_nothing():
    specs = lab.runs("images", [20, 50], knob="", classics=["knn"], seeds=1)
    runs = ended(specs, lambda line, spec: 0.9 if line == "MLP" else 0.5)
    assert "With 20 and 50 images these seeds cannot tell" in findings.sentences(runs, "images")[0]


@pytest.mark.parametrize(("chance", "end"), [(0.001, "more than chance explains"), (0.3, "which may be chance")])
def test_who_loses_least_to_wrong_labels_is_said(chance, end):
    specs = lab.runs("label_noise", [0, 0.4], classics=["knn"], knob="", seeds=2)

    def measured(line, spec):
        swing = chance * (spec.seed - 0.5) if line == "MLP" and spec.sample.label_noise else 0
        return 0.9 - spec.sample.label_noise * (0.5 if line == "MLP" else 1) + swing

    (said,) = findings.sentences(ended(specs, measured), "label_noise")
    assert "MLP loses least, 20.0 points" in said
    assert "k-nearest neighbours loses most, 40.0 (50.0%)" in said
    assert f"differ by 20.0 points, {end}" in said


def test_the_best_remedy_is_named_with_the_recall_of_the_rare_class():
    specs = lab.runs("imbalance", [1, 30], classics=[], seeds=3, images=None)
    recall = {"MLP": 0.1, "MLP + class weights": 0.5, "MLP + oversampling": 0.6, "MLP + focal loss": 0.2}
    runs = ended(specs, lambda line, spec: recall[line])
    (said,) = findings.sentences(runs, "imbalance")
    assert 'MLP by itself finds 10.0% of "rare"' in said
    assert "MLP + oversampling finds most: 60.0%" in said
    assert "+50.0 points, more than chance explains" in said
    assert {point.value for point in findings.points(runs, "imbalance", balanced)} == {3, 30}


def test_nothing_is_said_of_a_single_value():
    specs = lab.runs("images", [20], seeds=1)
    assert findings.sentences(ended(specs, lambda line, spec: 0.5), "images") == []


@pytest.mark.parametrize("question", ["images", "label_noise", "imbalance", "missing_pixels"])
def test_its_runs_are_known_by_their_labels(question):
    assert all(map(lab.is_label, lab.runs(dataset="digits", question=question)))
    assert not any(map(lab.is_label, regularization.runs(dataset="digits", seeds=2)))
