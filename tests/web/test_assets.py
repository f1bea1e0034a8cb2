import gzip
from importlib.metadata import version
from pathlib import Path

import plotly
import pytest
from starlette.applications import Starlette

from medcore import web
from medcore.web import assets
from tests.web.conftest import get

WHEEL = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@pytest.fixture(scope="module")
def app() -> Starlette:
    return Starlette(routes=web.routes(web.Feed(lambda: None)))


def test_plotly_is_the_wheels_own(app):
    answer = get(app, assets.PLOTLY_PATH)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert b"".join(answer.parts) == WHEEL.read_bytes()


def test_it_comes_compressed_where_the_browser_can(app):
    answer = get(app, assets.PLOTLY_PATH, {"Accept-Encoding": "gzip, br"})
    packed = b"".join(answer.parts)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < WHEEL.stat().st_size / 2
    assert gzip.decompress(packed) == WHEEL.read_bytes()


def test_it_is_kept_for_ever_under_its_version(app):
    assert version("plotly") in assets.PLOTLY_PATH
    assert "immutable" in get(app, assets.PLOTLY_PATH).headers["cache-control"]
