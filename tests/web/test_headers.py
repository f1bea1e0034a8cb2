from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from medcore.web import assets
from medcore.web.headers import HEADERS, SecurityHeaders
from tests.web.conftest import get


def test_every_answer_carries_them():
    answer = get(SecurityHeaders(PlainTextResponse("hello")), "/")
    assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
    assert answer.text == "hello"


def test_nothing_may_come_from_another_site():
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert "unsafe-eval" not in HEADERS["Content-Security-Policy"]


def test_streams_pass_piece_by_piece():
    async def pieces():
        yield b"one"
        yield b"two"

    assert get(SecurityHeaders(StreamingResponse(pieces())), "/").parts == [b"one", b"two", b""]


def test_pages_alone_ask_for_plotly_ahead():
    assert assets.PLOTLY_PATH in get(SecurityHeaders(HTMLResponse("<p>")), "/").headers["link"]
    assert "link" not in get(SecurityHeaders(PlainTextResponse("")), "/").headers


def test_websockets_are_left_alone():
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, send))

    async def send(message):
        raise AssertionError

    import asyncio

    asyncio.run(SecurityHeaders(app)({"type": "websocket"}, None, send))
    assert seen == [({"type": "websocket"}, send)]
