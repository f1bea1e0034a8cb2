"""Asks an ASGI app without a server."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from starlette.types import ASGIApp

from medcore import settings
from medcore.runs.store import Store


@dataclass
class Answer:
    """What an app answered; `parts` are the body's pieces as they were sent."""

    status: int
    headers: dict[str, str]
    parts: list[bytes]

    @property
    def text(self) -> str:
        return b"".join(self.parts).decode()


def get(app: ASGIApp, url: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
    """GET, or another method, of an app that answers by itself."""
    address = urlsplit(url)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": address.path,
        "query_string": address.query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    sent = []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    async def ask():
        async with asyncio.timeout(20):
            await app(scope, receive, send)

    asyncio.run(ask())
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, [message["body"] for message in sent[1:]])


@pytest.fixture
def store(home) -> Store:
    opened = Store(settings.database_url())
    yield opened
    opened.close()
