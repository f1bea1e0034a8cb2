"""An upload and its mask lie in the session's memory alone, and come back as they were."""

import numpy as np
import pytest

from medcore.data import own_volume, session_sets
from medcore.data.own_volume import Answer, Learned, OwnVolume, Seen
from medcore.data.turn import Turn

SEEN = Seen(Turn((1, 0, 2), (True, False, True)), 1, 3, (-50.0, 200.0), spacing=(2.5, 0.7), step=0.9)
LEARNED = Learned({"task": "segment"}, ("background", "lesion"), (64, 64, 1), (5.6, 5.6))


def volume(**changes) -> OwnVolume:
    values = np.arange(2 * 4 * 5, dtype=np.int16).reshape(2, 4, 5)
    given = {"values": values, "rescale": np.array([[1.0, -1024.0]] * 2), "seen": SEEN, "learned": LEARNED}
    return OwnVolume(**given | changes)


@pytest.fixture
def kept(home):
    name = own_volume.keep(volume(notes=("One note.",)))
    yield name
    session_sets.forget(name)


def test_a_volume_comes_back_as_it_was_and_goes_with_the_session(kept):
    found, given = own_volume.load(kept), volume(notes=("One note.",))
    np.testing.assert_array_equal(found.values, given.values)
    np.testing.assert_array_equal(found.rescale, given.rescale)
    assert (found.seen, found.learned, found.notes) == (given.seen, given.learned, given.notes)
    assert (found.shape, found.plane) == ((2, 4, 5), (4, 2, 5))
    session_sets.forget(kept)
    with pytest.raises(FileNotFoundError, match="went when the session ended"):
        own_volume.load(kept)


def test_the_answer_lies_beside_it_once_all_of_it_is_there(kept):
    assert own_volume.answered(kept) is None
    layers = [np.full((2, 4, 5), value, np.uint8) for value in (1, 200, 30)]
    own_volume.answer(kept, Answer({"notes": []}, *layers))
    facts, *found = own_volume.answered(kept)
    assert facts == {"notes": []}
    for layer, given in zip(found, layers, strict=True):
        np.testing.assert_array_equal(layer, given)


@pytest.mark.parametrize("turn", [Turn(), Turn((1, 0, 2)), Turn((2, 1, 0), (True, False, True)), Turn((0, 2, 1))])
def test_what_is_written_to_a_slice_lies_where_the_slice_was_cut(turn):
    stack = np.random.default_rng(0).integers(0, 9, (3, 4, 5))
    copy = np.zeros_like(stack)
    slices, rows, columns = turn.shape(stack.shape)
    for index in range(slices):
        cut = turn.cut(stack, index)
        assert cut.shape == (rows, columns)
        turn.cut(copy, index)[...] = cut
    np.testing.assert_array_equal(copy, stack)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": np.zeros((2, 4, 5, 2), np.uint8)}, r"3 colours or none\. Received: shape \(2, 4, 5, 2\)"),
        ({"seen": Seen(Turn(), 0, 3, (0, 1))}, "2 slices. Received: 1 to 3"),
    ],
)
def test_what_is_no_volume_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        volume(**changes)


def test_a_volume_that_is_too_large_is_refused(home, monkeypatch):
    monkeypatch.setattr(own_volume.npz, "memory_limit", lambda: 400)
    with pytest.raises(ValueError, match="2 slices of 5 x 4 pixels"):
        own_volume.keep(volume())


def test_gray_values_come_from_one_place():
    with pytest.raises(ValueError, match="both or neither"):
        Seen(Turn(), 0, 1)
