"""`/api/surface` and `/api/descent`: a surface to look at, and the paths of optimizers down it.

They take what `optimization.race` reads from an address, and answer with numbers for the browser to draw, so that a
slider is followed without a rerun of the page.
"""

import functools
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medcore.optimization.race import Race, read, read_surface
from medcore.optimization.surfaces import Surface

SURFACE_PATH, DESCENT_PATH = "/api/surface", "/api/descent"
MEDIA_TYPE = "image/x-medcore-floats"
"""An image type, so that Streamlit does not spend time on compressing it."""
_HEADERS = {"Cache-Control": "no-store"}
_MOST_AT_ONCE = 4


def packed_surface(ground: Surface) -> bytes:
    """Facts {"x", "y", "cells", "floor", "offset", "minima", "formula"}, and the heights row by row, from the lowest
    y: one more than cells each way."""
    x, _, heights = ground.heights()
    facts = {
        "x": ground.domain[0],
        "y": ground.domain[1],
        "cells": len(x) - 1,
        "floor": ground.floor,
        "offset": ground.offset,
        "minima": ground.minima,
        "formula": ground.formula,
    }
    return _packed(facts, [heights])


def packed_paths(race: Race) -> bytes:
    """[{"rule", "steps", "diverged", "numbers": [[name, columns], …]}, …], and of each its points, values, gradients
    and numbers, one after the other."""
    facts, arrays = [], []
    for rule, path in race.paths().items():
        numbers = [[name, series[0].size] for name, series in path.numbers.items()]
        facts.append({"rule": rule, "steps": len(path.gradients), "diverged": path.diverged_at, "numbers": numbers})
        arrays += [path.points, path.values, path.gradients, *path.numbers.values()]
    return _packed(facts, arrays)


def _packed(facts: Any, arrays: Sequence[np.ndarray]) -> bytes:
    """The length of the facts (4 bytes, little-endian); the facts, JSON filled up with spaces; from a multiple of 8
    bytes on the arrays as little-endian float64."""
    header = json.dumps(facts).encode()
    header += b" " * (-(4 + len(header)) % 8)
    floats = [np.ascontiguousarray(array, "<f8").tobytes() for array in arrays]
    return b"".join([struct.pack("<I", len(header)), header, *floats])


def _surface(query: Mapping[str, str]) -> bytes:
    return packed_surface(read_surface(query))


def _paths(query: Mapping[str, str]) -> bytes:
    return packed_paths(read(query))


def _route(path: str, pack: Callable[[Mapping[str, str]], bytes]) -> Route:
    async def answer(request: Request) -> Response:
        query = dict(request.query_params)
        try:
            body = await anyio.to_thread.run_sync(pack, query, abandon_on_cancel=True, limiter=_limiter())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422, _HEADERS)
        return Response(body, media_type=MEDIA_TYPE, headers=_HEADERS)

    return Route(path, answer, methods=["GET"])


@functools.cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_MOST_AT_ONCE)


ROUTES = [_route(SURFACE_PATH, _surface), _route(DESCENT_PATH, _paths)]
