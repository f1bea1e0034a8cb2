import threading
from contextlib import closing

import numpy as np
import pytest

from medcore.training import ahead


def nobody() -> None:
    pass


def drawing_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("augmentation")]


def test_every_epoch_in_turn():
    with closing(ahead.drawn(lambda epoch, check: np.full(3, epoch), 4, nobody)) as epochs:
        assert [images[0] for images in epochs] == [0, 1, 2, 3]
    assert not drawing_threads()


def test_the_next_epoch_is_drawn_while_the_present_one_trains():
    begun = [threading.Event() for _ in range(3)]

    def draw(epoch, check):
        begun[epoch].set()
        return np.full(1, epoch)

    with closing(ahead.drawn(draw, 3, nobody)) as epochs:
        assert next(epochs)[0] == 0
        assert begun[1].wait(30)
        assert not begun[2].is_set()


def test_closing_ends_a_drawing_at_its_next_image():
    looked = threading.Event()

    def draw(epoch, check):
        while epoch:
            looked.set()
            check()
        return np.zeros(1)

    epochs = ahead.drawn(draw, 2, nobody)
    next(epochs)
    assert looked.wait(30)
    epochs.close()
    assert not drawing_threads()


def test_who_waits_may_give_up():
    class GivesUpError(Exception):
        pass

    def pause():
        raise GivesUpError

    def draw(epoch, check):
        while True:
            check()

    with pytest.raises(GivesUpError), closing(ahead.drawn(draw, 2, pause)) as epochs:
        next(epochs)
    assert not drawing_threads()


def test_what_goes_wrong_in_a_drawing_is_told():
    def draw(epoch, check):
        raise ValueError("The recipe does not fit.")

    with pytest.raises(ValueError, match="The recipe does not fit"), closing(ahead.drawn(draw, 2, nobody)) as epochs:
        next(epochs)
