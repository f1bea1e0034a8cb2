"""One image in memory: kept with what is known of it, answered beside it, gone with the session."""

import numpy as np
import pytest

from medcore.data import own_image, session_sets
from medcore.data.own_image import OwnImage

PIXELS = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
IMAGE = OwnImage(PIXELS, (30, 40), True, {"task": "classification"}, ("a", "b"))


def test_comes_back_as_it_was_kept(home):
    name = own_image.keep(IMAGE)
    found = own_image.load(name)
    np.testing.assert_array_equal(found.pixels, PIXELS)
    assert (found.original, found.colour, found.learned, found.classes) == (
        (30, 40),
        True,
        {"task": "classification"},
        ("a", "b"),
    )
    assert own_image.model(name) is None
    session_sets.forget(name)


def test_an_answer_and_a_model_lie_beside_it_and_go_with_it(home):
    name = own_image.keep(IMAGE, b"model")
    assert own_image.model(name).read_bytes() == b"model"
    assert own_image.answered(name) is None
    own_image.answer(name, {"said": 1}, {"heat": np.ones((2, 2))})
    facts, arrays = own_image.answered(name)
    assert facts == {"said": 1}
    np.testing.assert_array_equal(arrays["heat"], np.ones((2, 2)))
    session_sets.forget(name)
    for gone in (own_image.load, own_image.answered):
        with pytest.raises(FileNotFoundError, match="went when the session ended"):
            gone(name)
    with pytest.raises(FileNotFoundError):
        own_image.answer(name, {}, {})


def test_nothing_lies_under_home_where_there_is_memory(home):
    if not session_sets.in_memory():
        pytest.skip("this machine has no memory that files can lie in")
    name = own_image.keep(IMAGE)
    assert home not in session_sets.folder(name).parents
    session_sets.forget(name)
