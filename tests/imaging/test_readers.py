import threading

from medcore.imaging.readers import Readers
from tests.imaging.uploads import PATIENCE, until


def test_work_is_done_in_order_and_no_more_at_once_than_allowed():
    readers, done, gate = Readers(1), [], threading.Event()
    readers.submit(lambda: gate.wait(PATIENCE))
    for number in range(50):
        readers.submit(lambda number=number: done.append(number))
    assert done == []
    gate.set()
    until(lambda: len(done) == 50)
    assert done == list(range(50))


def test_work_that_fails_costs_no_other_and_is_told_without_its_words(caplog):
    readers, done = Readers(1), threading.Event()

    def fail():
        raise KeyError("Doe^Jane")

    readers.submit(fail)
    readers.submit(fail)
    readers.submit(done.set)
    assert done.wait(PATIENCE)
    assert "KeyError" in caplog.text
    assert "Doe" not in caplog.text
    until(lambda: not readers._running)


def test_as_many_at_once_as_allowed_and_threads_end_with_the_work():
    readers, together = Readers(3), threading.Barrier(3, timeout=PATIENCE)
    finished = threading.Semaphore(0)

    def work():
        together.wait()
        finished.release()

    for _ in range(9):
        readers.submit(work)
    for _ in range(9):
        assert finished.acquire(timeout=PATIENCE)
    until(lambda: not any(thread.name == "reader" for thread in threading.enumerate()))
    readers.submit(finished.release)
    assert finished.acquire(timeout=PATIENCE)
