import threading

from medcore.sandbox.seats import Seats
from tests.imaging.uploads import until


def waiting(seats):
    with seats._lock:
        return sum(len(turns) for turns in seats._waiting.values())


def test_sessions_are_served_in_turn_whatever_each_has_asked_for():
    seats, served, ready = Seats(1), [], threading.Barrier(7)
    seats.take(0)

    def wait(owner):
        ready.wait()
        seats.take(owner)
        served.append(owner)
        seats.leave()

    threads = [threading.Thread(target=wait, args=(owner,)) for owner in (1, 1, 1, 1, 2, 3)]
    for thread in threads:
        thread.start()
    ready.wait()
    until(lambda: waiting(seats) == 6)
    seats.leave()
    for thread in threads:
        thread.join(timeout=10)
    assert len(served) == 6
    assert set(served[:3]) == {1, 2, 3}


def test_a_free_seat_is_given_at_once():
    seats = Seats(2)
    seats.take(1)
    seats.take(1)
    seats.leave()
    seats.take(2)
