import json
from dataclasses import FrozenInstanceError

import pytest

from medcore import catalog
from medcore.spec import (
    DataSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    PreparationSpec,
    RunSpec,
    SampleSpec,
    ScheduleSpec,
    TrainingSpec,
)


def test_json_and_back_is_the_same_run():
    spec = RunSpec(data=DataSpec("breastmnist"), optimizer=OptimizerSpec("momentum", 0.05), seed=7)
    again = RunSpec.from_dict(json.loads(json.dumps(spec.to_dict())))
    assert again == spec
    assert again.hash == spec.hash


def test_a_default_written_down_is_the_same_run():
    short = RunSpec(optimizer=OptimizerSpec("adam"))
    long = RunSpec(optimizer=OptimizerSpec("adam", 0.001, 0.0, {"beta_1": 0.9, "beta_2": 0.999}))
    assert short.hash == long.hash


@pytest.mark.parametrize(
    "other",
    [
        RunSpec(seed=1),
        RunSpec(optimizer=OptimizerSpec("adam", 0.002)),
        RunSpec(data=DataSpec("digits")),
        RunSpec(training=TrainingSpec(batch_size="all")),
        RunSpec(preparation=PreparationSpec({"blur": {}})),
    ],
)
def test_another_run_has_another_hash(other):
    assert other.hash != RunSpec().hash


def test_specs_are_frozen():
    with pytest.raises(FrozenInstanceError):
        RunSpec().seed = 1


def test_the_caller_cannot_change_options_afterwards():
    given = {"dose": 1.0}
    spec = DataSpec("ct-simulator", given)
    given["dose"] = 2.0
    assert spec.options == {"dose": 1.0}


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), "fast", True, [0.1], 101, 10**400])
def test_a_learning_rate_must_be_a_number_in_range(rate):
    with pytest.raises(ValueError, match=r"learning_rate must be a number above 0 and at most 100\. Received: "):
        OptimizerSpec("adam", rate)


@pytest.mark.parametrize("epochs", [0, 10**9, 10**400, -3, 2.5, "many", None, True, float("nan"), float("inf")])
def test_epochs_must_be_a_whole_number_in_range(epochs):
    with pytest.raises(ValueError, match=r"epochs must be a whole number from 1 to 10,000\. Received: "):
        TrainingSpec(epochs=epochs)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: RunSpec.from_dict({"optimiser": {}}), "A run has the keys task, .*Received: 'optimiser'"),
        (lambda: RunSpec.from_dict({"optimizer": {"lr": 1}}), "\"optimizer\" has the keys .*Received: 'lr'"),
        (lambda: RunSpec.from_dict([]), r"A run must be a JSON object\. Received: \[\]"),
        (lambda: RunSpec.from_dict({"model": "cnn"}), r'"model" must be a JSON object\. Received: \'cnn\''),
        (lambda: OptimizerSpec("sgdd"), "Optimizer must be one of .*Received: 'sgdd'"),
        (lambda: OptimizerSpec(["adam"]), "Optimizer must be one of"),
        (lambda: OptimizerSpec("adam", options={"momentum": 0.9}), "Adam takes these options: beta_1, beta_2"),
        (lambda: OptimizerSpec("momentum", options={"momentum": 1}), "at least 0 and at most 0.999"),
        (lambda: LossSpec("huber", {"delta": 0}), "at least 0.01"),
        (lambda: LossSpec("mse", {"delta": 1}), r"MSE takes these options: none\. Received: 'delta'"),
        (lambda: ModelSpec("mlp", {"hidden": 12.5}), "must be a whole number from 1 to 4,096"),
        (lambda: DataSpec(""), "Data set name must be a text"),
        (lambda: TrainingSpec(batch_size="some"), "batch_size must be a whole number"),
        (lambda: TrainingSpec(weights="first"), "weights must be one of last, best"),
        (lambda: TrainingSpec(class_weights=1), "class_weights must be true or false"),
        (lambda: RunSpec(seed=-1), "seed must be a whole number"),
        (lambda: RunSpec(task="dreaming"), "Task must be one of"),
        (lambda: PreparationSpec({"sharpen": {}}), "Preparation step must be one of .*Received: 'sharpen'"),
        (lambda: PreparationSpec(["blur"]), "Steps of the preparation must be an object"),
        (lambda: PreparationSpec({"blur": {"sd": 1}}), r"Blur takes these options: sigma\. Received: 'sd'"),
        (lambda: PreparationSpec({"blur": {"sigma": 99}}), "blur option sigma must be .* at most 8. Received: 99"),
        (lambda: PreparationSpec({"blur": 2}), "Options of blur must be an object"),
        (lambda: PreparationSpec({"resize": {"side": 7.5}}), "resize option side must be a whole number"),
        (lambda: PreparationSpec({"zscore": {"scope": "test"}}), "must be one of image, train. Received: 'test'"),
        (lambda: PreparationSpec({"minmax": {}, "zscore": {}}), "one normalisation at most. Received: minmax, zscore"),
        (lambda: PreparationSpec({"blur": {}}, "val"), "corrupted must be one of all, train, test"),
        (lambda: PreparationSpec.given({"blur": 2}), r"STEP:true or STEP.OPTION:VALUE. Received: blur:2"),
        (lambda: PreparationSpec.given("blur"), "STEP.OPTION:VALUE,STEP:true. Received: 'blur'"),
        (lambda: RunSpec.from_dict({"preparation": {"blur": {}}}), '"preparation" has the keys steps, corrupted'),
        (lambda: RunSpec(base="../../etc"), "base must be the id of a run.*Received: '../../etc'"),
        (lambda: RunSpec(base="0" * 32), "classification starts from no other run"),
        (lambda: RunSpec(task="robustness"), "robustness needs a finished run as its base. Received: ''"),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_huber_writes_its_delta_down():
    assert LossSpec("huber").options == {"delta": 1.0}


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_every_optimizer_has_a_valid_default(name):
    spec = OptimizerSpec(name)
    assert spec.learning_rate == catalog.OPTIMIZERS[name].learning_rate
    assert set(spec.options) == set(catalog.OPTIMIZERS[name].parameters)


def test_a_recipe_is_in_order_with_its_defaults_however_it_is_written():
    short = PreparationSpec({"zscore": {}, "gaussian_noise": {}})
    long = PreparationSpec({"gaussian_noise": {"sd": 0.1}, "zscore": {"scope": "train"}}, "all")
    assert list(short.steps) == ["gaussian_noise", "zscore"]
    assert RunSpec(preparation=short).hash == RunSpec(preparation=long).hash
    assert RunSpec.from_dict(json.loads(json.dumps(RunSpec(preparation=short).to_dict()))).preparation == long


def test_without_corruption_it_does_not_matter_what_is_corrupted():
    assert PreparationSpec({"clahe": {}}, "test") == PreparationSpec({"clahe": {}})
    assert not PreparationSpec({}, "test")


def test_flat_settings_are_a_recipe():
    flat = PreparationSpec.given({"gaussian_noise.sd": 0.2, "equalize": True, "corrupted": "test"})
    assert flat == PreparationSpec({"gaussian_noise": {"sd": 0.2}, "equalize": {}}, "test")
    assert PreparationSpec.given({"steps": {"equalize": {}}}) == PreparationSpec({"equalize": {}})
    assert PreparationSpec.given(None) == PreparationSpec()


def test_a_run_stored_before_there_were_recipes_has_none():
    values = RunSpec().to_dict()
    del values["preparation"], values["base"]
    assert RunSpec.from_dict(values) == RunSpec()


def test_a_loss_surface_starts_from_several_runs():
    ids = [f"{i:032x}" for i in range(9)]
    assert RunSpec(task="landscape", base=",".join(ids[:8])).bases == tuple(ids[:8])
    assert RunSpec().bases == ()
    for base in ("", ",".join(ids)):
        with pytest.raises(ValueError, match="starts from 1 to 8 finished runs"):
            RunSpec(task="landscape", base=base)
    with pytest.raises(ValueError, match="joined by commas"):
        RunSpec(task="landscape", base=f"{ids[0]},")
    with pytest.raises(ValueError, match="needs a finished run as its base"):
        RunSpec(task="robustness", base=",".join(ids[:2]))


@pytest.mark.parametrize(
    ("schedule", "epochs"),
    [(ScheduleSpec(warmup=5), 5), (ScheduleSpec("step", 1, {"every": 4}), 5), (ScheduleSpec("step"), 2)],
)
def test_a_schedule_longer_than_the_run_is_refused(schedule, epochs):
    with pytest.raises(ValueError, match="schedule is longer than the run"):
        RunSpec(schedule=schedule, training=TrainingSpec(epochs=epochs))
    assert RunSpec(schedule=schedule, training=TrainingSpec(epochs=epochs + 1)).schedule == schedule


@pytest.mark.parametrize("single", [{"training": TrainingSpec(batch_size=1)}, {"sample": SampleSpec(images=1)}])
def test_batch_normalisation_of_single_images_is_refused(single):
    with pytest.raises(ValueError, match=r"needs batches of two images or more.* Received: batches of one image"):
        RunSpec(model=ModelSpec("mlp", {"batch_norm": 1}), **single)
    assert RunSpec(model=ModelSpec("mlp"), **single)


@pytest.mark.parametrize(
    ("asked", "received"),
    [({"label_noise": 0.3}, "30% wrong labels"), ({"imbalance": 3}, "3"), ({"oversample": True}, "")],
)
def test_masks_have_no_labels_that_could_be_wrong_or_rare(asked, received):
    with pytest.raises(ValueError, match=f"and not of masks. Received: .*{received}"):
        RunSpec(task="segment", model=ModelSpec("unet"), loss=LossSpec("dice"), sample=SampleSpec(**asked))
    assert RunSpec(task="segment", model=ModelSpec("unet"), loss=LossSpec("dice"), sample=SampleSpec(images=9))
