"""Surfaces and paths as the browser gets them."""

import json
import struct
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
    heights = heights.reshape(descent.CELLS + 1, -1)
    ground = read(QUERY).ground
    assert (facts["x"], facts["y"]) == ([-5, 5], [-5, 5])
    assert facts["minima"] == [list(point) for point in ground.minima]
    assert heights[0, -1] == pytest.approx(ground.height(ground.value(5.0, -5.0)))
    assert heights[-1, 0] == pytest.approx(ground.height(ground.value(-5.0, 5.0)))


@pytest.mark.parametrize("path", [descent.SURFACE_PATH, descent.DESCENT_PATH])
def test_what_cannot_be_is_refused_in_one_sentence(path):
    answer = ask(path, x="1e9")
    assert answer.status == 422
    assert json.loads(answer.text)["error"].startswith("The start must lie in the plot")


def test_paths_that_diverge_at_once_are_answered():
    facts, floats = unpacked(ask(descent.DESCENT_PATH, lr_gd="10"))
    assert facts[0]["diverged"] == facts[0]["steps"] < 20
    assert np.isfinite(floats[:2]).all()
