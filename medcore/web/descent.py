"""`/api/surface` and `/api/descent`: a surface to look at, and the paths of optimizers down it.

Both take what `optimization.race.read` reads from an address, and answer with numbers for the browser to draw, so
that a slider is followed without a rerun of the page.
"""

import functools
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medcore.optimization.race import Race, read

SURFACE_PATH, DESCENT_PATH = "/api/surface", "/api/descent"
MEDIA_TYPE = "image/x-medcore-floats"
"""An image type, so that Streamlit does not spend time on compressing it."""
CELLS = 120
"""Of the grid on which a surface is drawn, along each axis."""
_HEADERS = {"Cache-Control": "no-store"}
_MOST_AT_ONCE = 4


def packed_surface(race: Race) -> bytes:
    """Facts {"x", "y", "floor", "offset", "minima", "formula"}, and the heights row by row, from the lowest y."""
    ground = race.ground
    x, y = (np.linspace(low, high, CELLS + 1) for low, high in ground.domain)
    heights = ground.height(ground.value(*np.meshgrid(x, y)))
    facts = {
        "x": ground.domain[0],
        "y": ground.domain[1],
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


def _route(path: str, pack: Callable[[Race], bytes]) -> Route:
    async def answer(request: Request) -> Response:
        try:
            race = read(request.query_params)
            body = await anyio.to_thread.run_sync(pack, race, abandon_on_cancel=True, limiter=_limiter())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422, _HEADERS)
        return Response(body, media_type=MEDIA_TYPE, headers=_HEADERS)

    return Route(path, answer, methods=["GET"])


@functools.cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_MOST_AT_ONCE)


ROUTES = [_route(SURFACE_PATH, packed_surface), _route(DESCENT_PATH, packed_paths)]
