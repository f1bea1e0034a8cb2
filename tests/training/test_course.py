"""What is planned for the updates of a run, and the loop that follows it, against plain Keras."""

import keras
import numpy as np
import pytest

from medcore.spec import ModelSpec, OptimizerSpec, RunSpec, ScheduleSpec, TrainingSpec
from medcore.training import compiled, optimizers
from medcore.training.course import Course, evenly
from medcore.training.epochs import order_of
from tests.training.test_loop import BATCH, SHAPE

SCHEDULES = [
    ScheduleSpec("constant"),
    ScheduleSpec("constant", warmup=1),
    ScheduleSpec("step", options={"factor": 0.5, "every": 1}),
    ScheduleSpec("cosine", warmup=0.5, options={"floor": 0.1}),
]


def spec_of(schedule: ScheduleSpec, optimizer: str = "adam", epochs: int = 3, **changes) -> RunSpec:
    training = TrainingSpec(epochs=epochs, batch_size=BATCH)
    return RunSpec(
        model=ModelSpec("mlp"), optimizer=OptimizerSpec(optimizer, 0.02), training=training, schedule=schedule, seed=3
    )


def rates_of(spec: RunSpec) -> np.ndarray:
    """All learning rates of a run on 70 images: five updates an epoch."""
    course = Course(spec, 70, BATCH)
    epochs = [course.epoch(epoch, order_of(spec.seed, epoch, 70)) for epoch in range(spec.training.epochs)]
    return np.concatenate([epoch.rates for epoch in epochs])


def test_constant_rates_are_the_one_that_was_set():
    np.testing.assert_array_equal(rates_of(spec_of(SCHEDULES[0])), np.full(15, 0.02, np.float32))
    assert not Course(spec_of(SCHEDULES[0]), 70, BATCH).varies


def test_a_warm_up_grows_in_equal_parts():
    expected = 0.02 * np.concatenate([np.arange(1, 6) / 5, np.ones(10)])
    np.testing.assert_allclose(rates_of(spec_of(SCHEDULES[1])), expected, rtol=1e-6)


def test_steps_are_those_of_the_formula():
    np.testing.assert_allclose(rates_of(spec_of(SCHEDULES[2])), np.repeat([0.02, 0.01, 0.005], 5), rtol=1e-6)


def test_a_cosine_begins_after_its_warm_up():
    after = np.maximum(np.arange(15) - 2.5, 0) / 5
    falls = 0.1 + 0.9 * (1 + np.cos(np.pi * after / 2.5)) / 2
    grows = np.minimum(np.arange(1, 16) / 2.5, 1)
    np.testing.assert_allclose(rates_of(spec_of(SCHEDULES[3])), 0.02 * falls * grows, rtol=1e-6)


class _Scheduler(keras.callbacks.Callback):
    """Keras' own way: sets the rate before each update; keeps the losses."""

    def __init__(self, rates):
        super().__init__()
        self.rates, self.losses = list(rates), []

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.rates.pop(0)

    def on_train_batch_end(self, batch, logs):
        self.losses.append(logs["loss"])
        self.model.reset_metrics()


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_losses_under_a_schedule_are_those_of_fit(optimizer, splits):
    spec, train = spec_of(SCHEDULES[3], optimizer), splits["train"]
    model = compiled.build_model(spec.model, SHAPE, 3, "float32", spec.seed)
    model.compile(optimizers.build(spec.optimizer), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    scheduler = _Scheduler(rates_of(spec))
    stepper = compiled.stepper(spec, SHAPE, 3, "uint8", BATCH, "float32", "cpu")
    data = stepper.load(train.images, train.labels, np.ones(3))
    course, losses = Course(spec, 70, BATCH), []
    for epoch in range(3):
        order = order_of(spec.seed, epoch, 70)
        x, y = train.images[order] / np.float32(255), train.labels[order]
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[scheduler])
        stepper.epoch(data, course.epoch(epoch, order), lambda new, _: losses.extend(new))
    np.testing.assert_allclose(losses, scheduler.losses, rtol=1e-4)
    for ours, theirs in zip(stepper.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_schedules_and_rates_share_what_is_compiled(splits, monkeypatch):
    monkeypatch.setattr(compiled, "_kept", {})
    steppers = {compiled.stepper(spec_of(s), SHAPE, 3, "uint8", BATCH, "float32", "cpu") for s in SCHEDULES}
    assert len(steppers) == 1


def test_watched_updates_are_spread_over_the_run():
    course = Course(spec_of(SCHEDULES[0], epochs=400), 70, BATCH)
    watched = np.flatnonzero(np.concatenate([course.epoch(epoch, np.arange(70)).watched for epoch in range(400)])) + 1
    assert (len(watched), watched[0], watched[-1]) == (50, 1, 2000)
    assert np.ptp(np.diff(watched)) <= 1


def test_every_update_of_a_short_run_is_watched():
    assert Course(spec_of(SCHEDULES[0]), 70, BATCH).epoch(2, np.arange(70)).watched.all()


def test_evenly_holds_both_ends_and_no_number_twice():
    assert evenly(0, 10, 3) == [0, 5, 10]
    assert evenly(1, 4, 64) == [1, 2, 3, 4]
    assert evenly(1, 1, 64) == [1]
