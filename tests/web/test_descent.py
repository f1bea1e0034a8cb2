"""Surfaces and paths as the browser gets them."""

import json
import struct
import threading
from urllib.parse import urlencode

import numpy as np
import pytest
from starlette.applications import Starlette

from medcore.optimization.race import read
from medcore.web import descent
from tests.web.conftest import Answer, get

QUERY = {"surface": "himmelblau", "optimizers": "gd,nadam", "steps": "20"}


def ask(path: str, **differs: str) -> Answer:
    return get(Starlette(routes=descent.ROUTES), f"{path}?{urlencode(QUERY | differs)}")


def unpacked(answer: Answer) -> tuple[list, np.ndarray]:
    body = b"".join(answer.parts)
    (length,) = struct.unpack_from("<I", body)
    assert (4 + length) % 8 == 0
    return json.loads(body[4 : 4 + length]), np.frombuffer(body, "<f8", offset=4 + length)


def test_paths_come_one_after_the_other_with_all_their_numbers():
    facts, floats = unpacked(ask(descent.DESCENT_PATH))
    at = 0
    for fact, (rule, path) in zip(facts, read(QUERY).paths().items(), strict=True):
        assert (fact["rule"], fact["steps"], fact["diverged"]) == (rule, 20, None)
        assert dict(fact["numbers"]) == {name: series[0].size for name, series in path.numbers.items()}
        for array in (path.points, path.values, path.gradients, *path.numbers.values()):
            np.testing.assert_array_equal(floats[at : at + array.size], array.ravel())
            at += array.size
    assert at == floats.size


def test_a_surface_comes_as_heights_from_the_lowest_y():
    facts, heights = unpacked(ask(descent.SURFACE_PATH))
    heights = heights.reshape(facts["cells"] + 1, -1)
    ground = read(QUERY).ground
    assert (facts["x"], facts["y"]) == ([-5, 5], [-5, 5])
    assert facts["minima"] == [list(point) for point in ground.minima]
    assert heights[0, -1] == pytest.approx(ground.height(ground.value(5.0, -5.0)))
    assert heights[-1, 0] == pytest.approx(ground.height(ground.value(-5.0, 5.0)))


@pytest.mark.parametrize("path", [descent.SURFACE_PATH, descent.DESCENT_PATH])
def test_what_cannot_be_is_refused_in_one_sentence(path):
    answer = ask(path, surface="bowl", condition="0")
    assert answer.status == 422
    assert json.loads(answer.text)["error"].startswith("The condition number must lie in 1 to 1000")


def test_paths_that_diverge_at_once_are_answered():
    facts, floats = unpacked(ask(descent.DESCENT_PATH, lr_gd="10"))
    assert facts[0]["diverged"] == facts[0]["steps"] < 20
    assert np.isfinite(floats[:2]).all()


def test_thousands_of_optimizers_are_refused_in_one_short_sentence():
    answer = ask(descent.DESCENT_PATH, optimizers="sgd," * 5000)
    assert answer.status == 422
    assert json.loads(answer.text) == {"error": "Choose at most 8 optimizers. Received: 5000"}


def test_an_address_is_not_read_where_every_session_waits(monkeypatch):
    readers = []
    monkeypatch.setattr(descent, "read", lambda query: readers.append(threading.current_thread()) or read(query))
    ask(descent.DESCENT_PATH)
    assert readers != [threading.main_thread()]


def test_a_surface_needs_no_optimizers():
    assert ask(descent.SURFACE_PATH, optimizers="").status == 200
