import numpy as np
import pytest

from medcore.training import journal as journals
from medcore.training.course import Epoch
from medcore.training.journal import Diverged, Journal
from medcore.training.run import Row

NAN = float("nan")


def epoch(watched) -> Epoch:
    watched = np.asarray(watched, bool)
    return Epoch(np.arange(len(watched)), np.linspace(0.5, 1, len(watched)), watched, np.zeros_like(watched))


def rows(run, *without: str) -> list[Row]:
    return [row for row in run.rows if row.metric not in ("seconds", *without)]


def test_layers_and_rates_stand_at_the_updates_watched(run):
    journal = Journal(run, ["a", "b"], varies=True)
    journal.open(epoch([0, 1, 0]))
    norms = np.arange(12.0).reshape(3, 2, 2)
    journal.write(np.asarray([3.0, 2.0]), norms[:2])
    journal.write(np.asarray([1.0]), norms[2:])
    assert rows(run) == [
        Row(1, "train_loss", 3),
        Row(2, "train_loss", 2),
        Row(2, "learning_rate", 0.75),
        Row(2, "gradient_norm/a", 4),
        Row(2, "update_ratio/a", 5),
        Row(2, "gradient_norm/b", 6),
        Row(2, "update_ratio/b", 7),
        Row(3, "train_loss", 1),
    ]


def test_a_constant_rate_is_not_repeated(run):
    journal = Journal(run, [], varies=False)
    journal.open(epoch([1]))
    journal.write(np.asarray([3.0]), None)
    assert rows(run) == [Row(1, "train_loss", 3)]


def test_seconds_are_those_of_updates_alone(run, monkeypatch):
    now = 100.0
    monkeypatch.setattr(journals.time, "perf_counter", lambda: now)
    journal = Journal(run, [], varies=False)
    journal.open(epoch([0, 0]))
    now += 2  # an update
    journal.write(np.asarray([3.0]), None)
    now += 5  # weights are kept
    journal.resume()
    now += 1
    journal.write(np.asarray([2.0]), None)
    now += 30  # a validation
    journal.open(epoch([0, 0]))
    now += 4
    journal.write(np.asarray([3.0, 2.0]), None)
    seconds = [(row.step, row.value) for row in run.rows if row.metric == "seconds"]
    assert seconds == [(1, 2), (2, 3), (4, 7)]
    assert journal.seconds == 6  # an update takes 1 s, so 1 s of the first was compiling


def test_before_the_clock_was_read_twice_compiling_is_not_known(run, monkeypatch):
    now = 100.0
    monkeypatch.setattr(journals.time, "perf_counter", lambda: now)
    journal = Journal(run, [], varies=False)
    assert journal.seconds == 0
    journal.open(epoch([0]))
    now += 2
    journal.write(np.asarray([3.0]), None)
    assert journal.seconds == 2


def test_what_comes_after_a_loss_that_is_no_number_is_left_out(run):
    journal = Journal(run, ["a"], varies=False)
    journal.open(epoch([1, 1, 1]))
    with pytest.raises(Diverged):
        journal.write(np.asarray([3.0, NAN, 1.0]), np.full((3, 1, 2), NAN))
    assert journal.steps == 2
    assert [row.step for row in rows(run)] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("first", "limit"), [(2.5, 250.0), (0.01, 100.0)])
def test_a_loss_far_above_the_first_is_divergence(run, first, limit):
    journal = Journal(run, [], varies=False)
    journal.open(epoch([0] * 5))
    journal.write(np.asarray([first, limit]), None)
    with pytest.raises(Diverged):
        journal.write(np.asarray([1.0, 1.01 * limit, 1.0]), None)
    assert journal.steps == 4
