"""`/api/stream`: the metrics of some runs as Server-Sent Events, from the first row or from where one was.

Events: `rows` [[run, metric, [steps], [values]], …] with `run` counting in the order asked, values
that are not finite as null, and as `id` how many rows of each run were sent so far; `state`
{"run", "state", "status", "plan", "error"}; `problem` with a sentence, after which the browser comes
again; `end` when no run has more to say.

Reference: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from medcore.web import assets, descent, slices, token
from medcore.web.feed import Channel, Feed

KEEP_ALIVE_SECONDS = 15.0
RETRY_MILLISECONDS = 1000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(feed: Feed) -> list[BaseRoute]:
    """The routes beside the pages."""

    async def stream(request: Request) -> Response:
        return answer(feed, request.query_params, request.headers.get("last-event-id"))

    return [Route(token.PATH, stream), Route(assets.PLOTLY_PATH, assets.plotly_js), slices.ROUTE, *descent.ROUTES]


def answer(feed: Feed, query: Mapping[str, str], last_event_id: str | None) -> Response:
    """The stream, or one sentence on why not: 403 for a wrong token, 410 for an expired one, 400 for a bad position.

    The position is the `Last-Event-ID` that a browser sends when it reconnects by itself, or `after` in the query.
    """
    runs, expires = query.get("runs", ""), query.get("expires", "")
    try:
        if not token.genuine(runs, expires, query.get("token", "")):
            return PlainTextResponse("This address of a metric stream was not made here: open the page again.", 403)
    except OSError as error:
        return PlainTextResponse(str(error), 503)
    if int(expires) <= time.time():
        return PlainTextResponse("This address of a metric stream has expired: reload the page.", 410)
    ids = runs.split(",") if runs else []
    try:
        cursors = _cursors(last_event_id or query.get("after") or "", len(ids))
    except ValueError as error:
        return PlainTextResponse(str(error), 400)
    return StreamingResponse(events(feed, ids, cursors), media_type="text/event-stream", headers=_HEADERS)


def _cursors(text: str, runs: int) -> list[int]:
    """Rows of each run that the browser has, from "12,0,40"; none at first."""
    parts = text.split(",") if text else ["0"] * runs
    if len(parts) != runs or not all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
        raise ValueError(f"The position in a stream must be one whole number for each run. Received: {text[:80]!r}")
    return [int(part) for part in parts]


async def events(feed: Feed, ids: Sequence[str], cursors: Sequence[int]) -> AsyncIterator[bytes]:
    """The stream's bytes, until all runs have ended or the server goes down."""
    have = list(cursors)
    said: list[Any] = [None] * len(ids)
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    async with feed.watching(ids) as channels:
        while not feed.closed:
            news = feed.news
            for run, channel in enumerate(channels):
                if channel.asked and said[run] != (state := _state(run, channel, feed.waiting)):
                    said[run] = state
                    yield _event("state", json.dumps(state))
            while rows := _rows(channels, have):
                yield _event("rows", rows, ",".join(map(str, have)))
            if problem := next((c.problem for c in channels if c.problem), None):
                yield _event("problem", json.dumps(problem))
                return
            if all(channel.complete for channel in channels):
                yield _event("end", "{}")
                return
            try:
                await asyncio.wait_for(news.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"


def _rows(channels: Sequence[Channel], have: list[int]) -> str:
    """What is new in every channel as JSON, empty if nothing is; moves `have` past it."""
    found: list[str] = []
    for run, channel in enumerate(channels):
        rows, series = channel.after(have[run])
        found += [f"[{run},{one}]" for one in series]
        have[run] += rows
    return f"[{','.join(found)}]" if found else ""


def _state(run: int, channel: Channel, waiting: str) -> dict[str, Any]:
    record = channel.record
    if record is None:
        return {"run": run, "state": "unknown", "status": "This run is not in the store."}
    status = waiting if record.state == "queued" else record.status
    return {"run": run, "state": record.state, "status": status, "plan": record.plan, "error": record.error}


def _event(name: str, data: str, id_: str | None = None) -> bytes:
    head = f"id: {id_}\n" if id_ is not None else ""
    return f"{head}event: {name}\ndata: {data}\n\n".encode()
