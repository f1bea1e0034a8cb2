"""The runs of the transfer lab, what is said of them, and how large the networks are."""

import pytest

from medcore import catalog
from medcore.catalog import resolve
from medcore.labs import network_sizes
from medcore.labs import transfer as lab
from medcore.labs import transfer_findings as findings
from medcore.labs.labels import family
from medcore.labs.score_curves import Measured
from medcore.spec import ModelSpec, PreparationSpec, RunSpec


def test_the_default_runs_hold_three_ways_against_each_other():
    specs = lab.runs()
    assert len(specs) <= 64
    assert all(map(lab.is_label, specs))
    lines = {family(label): spec for label, spec in specs.items()}
    assert list(lines) == ["Frozen features", "Fine-tuned 2 blocks", "From scratch"]
    assert [spec.task for spec in lines.values()] == ["transfer", "transfer", "classification"]
    assert [spec.transfer.unfrozen for spec in lines.values()] == [0, 2, 0]
    assert lines["Frozen features"].data.options != lines["Frozen features"].transfer.pretraining.options
    for label, spec in specs.items():
        assert f" · {lab.words(lab.images_of(spec))} · seed {spec.seed}" in label
        assert RunSpec.from_dict(spec.to_dict()) == spec


def test_every_way_makes_as_many_updates():
    specs = lab.runs(images=[16, 100], updates=60, fine_updates=40, batch_size=16, seeds=1)
    for spec in specs.values():
        epochs = spec.training.epochs + (spec.transfer.epochs if spec.transfer.unfrozen else 0)
        steps = -(-spec.sample.images // 16)
        assert abs(epochs * steps - 100) <= steps


def test_a_network_from_scratch_is_the_plain_run():
    (spec,) = lab.runs(ways=["scratch"], images=[50], seeds=1).values()
    assert spec == RunSpec.from_dict({**spec.to_dict(), "task": "classification", "transfer": {}})


def test_each_depth_is_a_line_and_more_than_there_are_mean_all():
    lines = {family(label) for label in lab.runs(ways=["fine_tuned"], unfrozen=[1, 2, 9], images=[20], seeds=1)}
    assert lines == {"Fine-tuned 1 block", "Fine-tuned 2 blocks", "Fine-tuned 3 blocks"}


def test_backbones_take_the_size_into_themselves_and_small_networks_into_the_preparation():
    deep = next(iter(lab.runs("digits", "mobilenetv2", "imagenet", size=64, seeds=1).values()))
    assert (deep.model.options["size"], deep.preparation, deep.transfer.source) == (64, PreparationSpec(), "imagenet")
    small = next(iter(lab.runs(preparation={"blur": True}, seeds=1).values()))
    assert small.preparation.steps["resize"] == {"side": lab.SIZE}
    assert "blur" in small.preparation.steps


def test_a_run_to_start_from_is_its_base():
    base = "0" * 32
    specs = lab.runs(source="run", base=base, ways=["frozen", "scratch"], images=[20], seeds=1)
    assert [spec.base for spec in specs.values()] == [base, ""]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ways": []}, "at least one way"),
        ({"ways": ["thawed"]}, "Received: 'thawed'"),
        ({"ways": ["small"]}, "stands beside a deep network. Received: CNN"),
        ({"images": []}, "at least one number of labelled images"),
        ({"images": [0]}, "Received: 0"),
        ({"model": "linear"}, "a layer below its head. Received: Linear"),
        ({"source": "imagenet"}, "ImageNet weights are there for .*Received: CNN"),
        ({"source": "run"}, "needs a finished run as its base. Received: 'none'"),
        ({"unfrozen": [0]}, "Unfrozen blocks .*Received: 0"),
        ({"fine_rate": 0}, "Received: 0"),
        ({"seeds": 10}, "at most 64 runs. Received: 3 lines x 3 numbers of images x 10 seeds"),
    ],
)
def test_bad_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        lab.runs(**settings)


def ended(accuracy, **settings) -> list[Measured]:
    """Runs whose balanced accuracy is `accuracy(line, images, seed)`."""
    specs = lab.runs(**{"seed": 1} | settings)
    return [
        Measured(label, spec, {"test": {"n": 1000, "balanced_accuracy": value}})
        for label, spec in specs.items()
        for value in [accuracy(family(label), lab.images_of(spec), spec.seed)]
    ]


def test_where_it_helped_is_said_with_intervals_and_where_nobody_can_tell():
    scratch = {20: 0.6, 50: 0.8, 200: 0.9}

    def accuracy(line, images, seed):
        if line == "From scratch":
            return scratch[images] + (0.001 * seed if images == 20 else 0.1 * (-1) ** seed)
        return (0.85 if line == "Frozen features" else 0.86) + 0.002 * (seed % 2)

    helped, saved, deeper = findings.sentences(ended(accuracy))
    assert helped.startswith("With 20 images: Fine-tuned 2 blocks 86.1%, from scratch 60.3% balanced accuracy")
    assert "helps by +25.8 points (95% interval +25." in helped
    assert "It helps with 20 images; with 50 and 200 images these seeds cannot tell" in helped
    assert saved == "On average, it takes 200 images from scratch for what Fine-tuned 2 blocks reaches with 20."
    assert "+1.0 points with 20 images (Fine-tuned 2 blocks), more than chance explains" in deeper


def test_nothing_is_claimed_where_nothing_helped():
    helped, *_ = findings.sentences(ended(lambda line, images, seed: 0.7 + 0.1 * (-1) ** (seed + len(line))))
    assert "which may be chance" in helped
    assert "nothing is shown to help" in helped


def test_beside_a_deep_network_the_small_one_stands_for_from_scratch():
    specs = lab.runs(model="mobilenetv2", source="imagenet", ways=["frozen", "small"], images=[20], size=96, seeds=1)
    small = specs["Small CNN from scratch · 20 images · seed 0"]
    assert (small.task, small.model.name, small.preparation.steps) == (
        "classification",
        "cnn",
        {"resize": {"side": 28}},
    )
    settings = {"model": "mobilenetv2", "source": "imagenet", "ways": ["frozen", "small"], "size": 96}
    helped, *_ = findings.sentences(ended(lambda line, *_: 0.9 if line == "Frozen features" else 0.6, **settings))
    assert "Frozen features 90.0%, small CNN from scratch 60.0% balanced accuracy: what was learned elsewhere" in helped


def test_harm_is_called_harm():
    def accuracy(line, images, seed):
        return (0.9 if line == "From scratch" else 0.7) + 0.001 * seed * len(line)

    helped, *rest = findings.sentences(ended(accuracy))
    assert "does harm" in helped
    assert "It does harm with 20, 50 and 200 images" in helped
    assert not any("from scratch for what" in sentence for sentence in rest)


def test_one_seed_tells_nothing_and_one_line_is_no_comparison():
    def accuracy(line, *_):
        return 0.9 if line == "Frozen features" else 0.6

    first = findings.sentences(ended(accuracy, seeds=1))[0]
    assert first.endswith("but one seed cannot tell whether that is chance.")
    assert "these seeds" not in first
    assert findings.sentences(ended(accuracy, ways=["frozen"])) == []


def test_without_a_run_from_scratch_nothing_is_said_to_help():
    said = findings.sentences(ended(lambda line, *_: 0.9, ways=["frozen", "fine_tuned"]))
    assert said[-1] == findings.ALONE
    assert not any("helps" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        ("cnn", {}, (24, 24, 1)),
        ("cnn", {"batch_norm": 1}, (8, 8, 3)),
        ("mlp", {"hidden": 20}, (28, 20, 1)),
        ("mlp", {"batch_norm": 1}, (8, 8, 1)),
        ("mobilenetv2", {"alpha": 0.5, "dense": 32, "size": 32}, (28, 28, 1)),
    ],
)
def test_blocks_are_as_large_as_keras_counts_them(name, options, shape):
    from medcore.models import blocks

    spec = ModelSpec(name, options)
    network = resolve(catalog.MODELS[name].target)(shape, 3, **spec.options)
    counted = {name: sum(layer.count_params() for layer in of) for name, of in blocks.blocks(network).items()}
    counted["head"] = sum(layer.count_params() for layer in blocks.head(network))
    assert network_sizes.blocks(spec, shape, 3) == counted


def test_resizing_keeps_the_proportions():
    recipe = PreparationSpec({"resize": {"side": 32}})
    assert network_sizes.resized((64, 32, 3), recipe) == (32, 16, 3)
    assert network_sizes.resized((64, 32, 3), PreparationSpec()) == (64, 32, 3)
