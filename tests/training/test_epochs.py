"""What is around the steps, with a stepper whose losses are written down."""

import math

import numpy as np
import pytest

from medcore.spec import RunSpec, TrainingSpec
from medcore.training.epochs import class_weights, fit, order_of
from medcore.training.run import Cancelled, Row
from tests.training.conftest import Recorder

NAN = float("nan")


class Model:
    """The only weight is the number of the epoch."""

    def __init__(self):
        self.weight = 0

    def get_weights(self):
        return [np.asarray(self.weight)]

    def set_weights(self, weights):
        self.weight = int(weights[0])


class Scripted:
    """Takes 35 images a step: losses[epoch] are the steps' losses, a chunk each."""

    batch, layers = 35, ()

    def __init__(self, losses, correct=0):
        self.model, self._losses, self._correct = Model(), losses, correct
        self.orders, self.weights = [], None

    def load(self, images, labels, weights, room=0):
        self.weights = weights

    def epoch(self, data, epoch, report):
        self.orders.append(epoch.order)
        self.model.weight += 1
        for loss in self._losses[len(self.orders) - 1]:
            report(np.asarray([loss], np.float32), None)
        return self._correct

    def logits(self, images, pause):
        pause()
        return np.tile([1.0, 0.0, 0.0], (len(images), 1))


def validation(*losses):
    """A loss function whose mean in epoch i is losses[i]."""
    left = iter(losses)
    return lambda labels, logits: np.full(len(labels), next(left), np.float32)


def without_seconds(run):
    return [row for row in run.rows if row.metric != "seconds"]


def trained(splits, run, val_losses, step_losses=None, seed=0, **settings):
    spec = RunSpec(training=TrainingSpec(epochs=len(val_losses), **settings), seed=seed)
    stepper = Scripted(step_losses or [[0.5, 0.5]] * len(val_losses))
    outcome = fit(stepper, validation(*val_losses), splits["train"], splits["val"], spec, run)
    return outcome, stepper


def test_logs_every_step_and_the_epoch_at_its_last(splits, run):
    stepper = Scripted([[3.0, 1.0], [0.5, 0.25]], correct=49)
    spec = RunSpec(training=TrainingSpec(epochs=2))
    fit(stepper, validation(0.9, 0.8), splits["train"], splits["val"], spec, run)
    share = (splits["val"].labels == 0).mean()
    assert without_seconds(run) == [
        Row(1, "train_loss", 3.0),
        Row(2, "train_loss", 1.0),
        Row(2, "epoch_train_loss", 2.0),
        Row(2, "train_accuracy", 0.7),
        Row(2, "val_loss", pytest.approx(0.9)),
        Row(2, "val_accuracy", share),
        Row(3, "train_loss", 0.5),
        Row(4, "train_loss", 0.25),
        Row(4, "epoch_train_loss", 0.375),
        Row(4, "train_accuracy", 0.7),
        Row(4, "val_loss", pytest.approx(0.8)),
        Row(4, "val_accuracy", share),
    ]


def test_a_short_last_batch_counts_by_its_images(splits, run):
    stepper = Scripted([[1.0, 4.0]])
    stepper.batch = 60
    fit(stepper, validation(0.9), splits["train"], splits["val"], RunSpec(training=TrainingSpec(epochs=1)), run)
    assert run.values("epoch_train_loss") == [pytest.approx((60 * 1 + 10 * 4) / 70)]


def test_order_is_a_permutation_that_follows_from_seed_and_epoch(splits, run):
    _, stepper = trained(splits, run, [1, 1], seed=7)
    for epoch, order in enumerate(stepper.orders):
        np.testing.assert_array_equal(order, np.random.default_rng([7, epoch]).permutation(70))
    assert not np.array_equal(*stepper.orders)
    assert not np.array_equal(order_of(7, 0, 70), order_of(8, 0, 70))


def test_best_weights_are_those_of_the_lowest_validation_loss(splits, run):
    outcome, stepper = trained(splits, run, [3, 1, 2, 1], weights="best")
    assert (outcome.best_epoch, stepper.model.weight) == (2, 2)


def test_last_weights_stay(splits, run):
    outcome, stepper = trained(splits, run, [3, 1, 2], weights="last")
    assert (outcome.best_epoch, stepper.model.weight) == (2, 3)


def test_patience_stops_after_so_many_epochs_without_a_lower_loss(splits, run):
    outcome, _ = trained(splits, run, [3, 2, 2, 2.5, 1], patience=2)
    assert (outcome.epochs, outcome.best_epoch) == (4, 2)
    assert outcome.stopped == "No lower validation loss in 2 epochs."


def test_without_patience_every_epoch_is_taken(splits, run):
    outcome, _ = trained(splits, run, [1, 2, 3, 4, 5])
    assert (outcome.epochs, outcome.stopped) == (5, None)


@pytest.mark.parametrize("bad", [NAN, math.inf])
def test_a_loss_that_is_no_number_ends_the_run_where_it_arose(splits, run, bad):
    outcome, stepper = trained(splits, run, [1, 1, 1], [[0.5, 0.4], [0.3, bad, 0.1], [0.1]], weights="best")
    assert (outcome.diverged_at, outcome.steps, outcome.epochs) == (4, 4, 1)
    assert "step 4" in outcome.stopped
    assert without_seconds(run)[-1].step == 4
    assert not math.isfinite(without_seconds(run)[-1].value)
    assert stepper.model.weight == 1


def test_a_chunk_is_cut_behind_the_first_bad_loss(splits, run):
    class Chunked(Scripted):
        def epoch(self, data, epoch, report):
            report(np.asarray([0.5, NAN, NAN, 0.2], np.float32), None)
            raise AssertionError("went on after a bad loss")

    spec = RunSpec(training=TrainingSpec(epochs=1, weights="best"))
    outcome = fit(Chunked([]), validation(), splits["train"], splits["val"], spec, run)
    assert (outcome.diverged_at, outcome.best_epoch, len(without_seconds(run))) == (2, None, 2)


def test_a_validation_loss_that_is_no_number_is_divergence_too(splits, run):
    outcome, _ = trained(splits, run, [1, NAN, 1])
    assert (outcome.diverged_at, outcome.best_epoch) == (4, 1)


def test_cancelled_is_noticed_after_each_report(splits, tmp_path):
    run = Recorder(tmp_path, cancel_at=2)
    with pytest.raises(Cancelled):
        trained(splits, run, [1, 1], [[1, 2, 3], [4, 5, 6]])
    assert run.values("train_loss") == [1, 2]


def test_class_weights_make_every_class_weigh_the_same():
    labels = np.asarray([0] * 6 + [1] * 3 + [3] * 3)
    weights = class_weights(labels, 4)
    np.testing.assert_allclose(weights, [12 / 18, 12 / 9, 0, 12 / 9])
    assert weights[labels].sum() == pytest.approx(len(labels))


def test_class_weights_are_used_where_asked_for(splits, run):
    labels = splits["train"].labels
    expected = len(labels) / (3 * np.bincount(labels))
    np.testing.assert_allclose(trained(splits, run, [1], class_weights=True)[1].weights, expected)
    np.testing.assert_array_equal(trained(splits, run, [1])[1].weights, [1, 1, 1])
