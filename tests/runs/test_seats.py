import pytest

from medcore.runs.seats import Seat, Seats


def test_small_runs_take_a_core_each():
    seats = Seats(cores=3, gpus=0)
    assert [seats.take("small") for _ in range(4)] == [Seat(1), Seat(1), Seat(1), None]


def test_a_large_run_takes_every_core():
    seats = Seats(cores=3, gpus=0)
    assert seats.take("large") == Seat(3)
    assert seats.take("small") is None
    seats.give(Seat(3))
    assert seats.take("small") == Seat(1)
    assert seats.take("large") is None


def test_each_gpu_takes_one_run_of_either_size():
    seats = Seats(cores=16, gpus=2)
    first, second = seats.take("large"), seats.take("small")
    assert {first, second} == set(seats.small()) == {Seat(8, gpu=0), Seat(8, gpu=1)}
    assert seats.take("small") is None
    seats.give(first)
    assert seats.take("large") == first


@pytest.mark.parametrize(
    ("visible", "second"),
    [("", "1"), ("2,3", "3"), ("0, 1", "1"), ("GPU-8f6e, GPU-1c2d", "GPU-1c2d"), ("MIG-8f6e,MIG-1c2d", "MIG-1c2d")],
)
def test_a_gpu_is_called_what_the_machine_calls_it(visible, second):
    assert Seat(8, gpu=1).gpu_among(visible) == second
    assert Seat(8).gpu_among(visible) == "-1"


def test_what_runs_need():
    assert (len(Seats(4, 0)), Seats(4, 0).needs("small"), Seats(4, 0).needs("large")) == (4, 1, 4)
    assert (len(Seats(4, 1)), Seats(4, 1).needs("small"), Seats(4, 1).needs("large")) == (1, 1, 1)
