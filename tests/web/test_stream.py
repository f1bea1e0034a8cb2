"""The stream against a real store, read as a browser reads it."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from medcore.runs import status
from medcore.runs.status import Status
from medcore.runs.store import Store, StoreError
from medcore.spec import RunSpec
from medcore.training.run import Row
from medcore.web import Feed, feed, stream, token

SECONDS = 20


def begin(store: Store, runs: int = 1) -> list[str]:
    """Runs that a worker has claimed."""
    ids = store.create({f"run {i}": RunSpec(seed=i) for i in range(runs)}, owner="me")
    for _ in ids:
        store.claim(RunSpec().size)
    return ids


def losses(first: int, last: int) -> list[tuple[Row, float]]:
    return [(Row(step, "train_loss", 1 / step), time.time()) for step in range(first, last + 1)]


def ask(feed_: Feed, ids: list[str], last_event_id: str | None = None, **changes: str):
    query = dict(parse_qsl(urlsplit(token.stream_url(ids)).query)) | changes
    return stream.answer(feed_, query, last_event_id)


async def read(response) -> AsyncIterator[tuple[str, str, object]]:
    """(event, id, data) of each event."""
    async with aclosing(response.body_iterator) as pieces:
        async for piece in pieces:
            fields = dict(line.split(": ", 1) for line in piece.decode().strip().splitlines() if line[0] != ":")
            if "event" in fields:
                yield fields["event"], fields.get("id", ""), json.loads(fields["data"])


def collected(events) -> dict[int, dict[str, list[tuple[int, float | None]]]]:
    """Points by run and metric."""
    points: dict = {}
    for name, _, data in events:
        for run, metric, steps, values in data if name == "rows" else ():
            points.setdefault(run, {}).setdefault(metric, []).extend(zip(steps, values, strict=True))
    return points


async def until_end(response) -> list[tuple[str, str, object]]:
    async with asyncio.timeout(SECONDS):
        return [event async for event in read(response)]


def test_an_ended_run_is_told_in_full_and_the_stream_closes(store):
    (run,) = begin(store)
    store.log(run, 1, [*losses(1, 3), (Row(3, "val_loss", float("nan")), 0.0)])
    store.finish(run, "done", result={})
    events = asyncio.run(until_end(ask(Feed(lambda: store), [run])))
    assert collected(events) == {0: {"train_loss": [(1, 1.0), (2, 0.5), (3, 0.333333)], "val_loss": [(3, None)]}}
    assert [data["state"] for name, _, data in events if name == "state"] == ["done"]
    assert events[-1][0] == "end"
    assert next(position for name, position, _ in events if name == "rows") == "4"


def test_long_runs_come_in_pages_with_nothing_lost(store):
    ids = begin(store, 2)
    for run in ids:
        store.log(run, 1, losses(1, 12_345))
        store.finish(run, "done", result={})
    events = asyncio.run(until_end(ask(Feed(lambda: store), ids)))
    for run in (0, 1):
        assert [step for step, _ in collected(events)[run]["train_loss"]] == list(range(1, 12_346))
    assert max(len(data[0][2]) for name, _, data in events if name == "rows") <= feed.PAGE


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_reconnect_neither_repeats_nor_loses(store, how):
    ids = begin(store, 2)
    shared = Feed(lambda: store)

    async def drop_and_return():
        store.log(ids[0], 1, losses(1, 40))
        store.log(ids[1], 1, losses(1, 7))
        first = []
        async with asyncio.timeout(SECONDS):
            async for event in read(ask(shared, ids)):
                first.append(event)
                if event[1] == "40,7":
                    break
        store.log(ids[0], 41, losses(41, 60))
        store.log(ids[1], 8, losses(8, 9))
        for run in ids:
            store.finish(run, "done", result={})
        position = first[-1][1]
        again = ask(shared, ids, position) if how == "header" else ask(shared, ids, after=position)
        return first, await until_end(again)

    first, second = asyncio.run(drop_and_return())
    assert [step for step, _ in collected(first)[0]["train_loss"]] == list(range(1, 41))
    assert [step for step, _ in collected(second)[0]["train_loss"]] == list(range(41, 61))
    assert [step for step, _ in collected(second)[1]["train_loss"]] == [8, 9]


def test_states_are_told_as_they_change(store):
    (run,) = store.create({"Adam": RunSpec()}, owner="me")
    ready = Status(os.getpid(), time.time(), ready=True, slots=2)
    starting, waiting = "The training engine is starting", "Waiting for a free training slot"
    what_happens_then = {
        ("queued", starting): lambda: status.write(ready),
        ("queued", waiting): lambda: status.write(replace(ready, problem="The engine stopped.")),
        ("queued", "The engine stopped."): lambda: store.claim(RunSpec().size),
        ("running", ""): lambda: store.say(run, status="Loading the images"),
        ("running", "Loading the images"): lambda: store.finish(run, "failed", error="No images."),
        ("failed", ""): lambda: None,
    }

    async def watch():
        told = []
        async with asyncio.timeout(SECONDS):
            async for name, _, data in read(ask(Feed(lambda: store), [run])):
                if name == "state":
                    told.append((data["state"], data["status"]))
                    what_happens_then[told[-1]]()
        return told, name

    told, last = asyncio.run(watch())
    assert told == list(what_happens_then)
    assert last == "end"


def test_each_row_is_sent_without_waiting_for_the_next_one(store):
    (run,) = begin(store)
    sent = []

    async def follow():
        store.log(run, 1, losses(1, 1))
        async with asyncio.timeout(SECONDS):
            async for name, _, data in read(ask(Feed(lambda: store), [run])):
                if name != "rows":
                    continue
                sent.append(data)
                if len(sent) == 10:
                    store.finish(run, "done", result={})
                else:
                    store.log(run, len(sent) + 1, losses(len(sent) + 1, len(sent) + 1))

    asyncio.run(follow())
    assert [data[0][2] for data in sent] == [[step] for step in range(1, 11)]


async def until_watched(feed_: Feed, watchers: list[int], rows: int) -> None:
    """Waits until so many watch each run, and the feed has read so many rows of all."""
    channels = feed_._channels
    async with asyncio.timeout(SECONDS):
        while [c.watchers for c in channels.values()] != watchers or sum(map(len, channels.values())) != rows:
            await asyncio.sleep(0.01)


def test_fifty_who_watch_cost_one_reader_and_all_get_everything(store, monkeypatch):
    ids = begin(store, 2)
    store.log(ids[0], 1, losses(1, 100))
    asking, at_once = 0, []
    tail = store.tail

    def counted(*args, **kwargs):
        nonlocal asking
        asking += 1
        at_once.append(asking)
        try:
            return tail(*args, **kwargs)
        finally:
            asking -= 1

    monkeypatch.setattr(store, "tail", counted)
    shared = Feed(lambda: store)

    async def watch():
        readers = [asyncio.create_task(until_end(ask(shared, ids))) for _ in range(40)]
        await until_watched(shared, [40, 40], rows=100)
        readers += [asyncio.create_task(until_end(ask(shared, ids))) for _ in range(10)]
        store.log(ids[1], 1, losses(1, 50))
        await until_watched(shared, [50, 50], rows=150)
        for run in ids:
            store.finish(run, "done", result={})
        return await asyncio.gather(*readers)

    everybody = asyncio.run(watch())
    assert set(at_once) == {1}
    for events in everybody:
        points = collected(events)
        assert [step for step, _ in points[0]["train_loss"]] == list(range(1, 101))
        assert [step for step, _ in points[1]["train_loss"]] == list(range(1, 51))


def test_nothing_is_read_while_nobody_watches(store):
    (run,) = begin(store)
    shared = Feed(lambda: store)

    async def look_and_leave():
        async with aclosing(ask(shared, [run]).body_iterator) as pieces:
            async for piece in pieces:
                if b"event: state" in piece:
                    break
        assert not shared._channels
        async with asyncio.timeout(SECONDS):
            while shared._reader is not None:
                await asyncio.sleep(0.01)

    asyncio.run(look_and_leave())


def test_a_store_that_fails_ends_the_stream_with_its_sentence_and_the_next_one_works(store):
    (run,) = begin(store)
    store.log(run, 1, losses(1, 5))
    broken = True

    def open_store():
        if broken:
            raise StoreError("The disk that holds the run store is full; free some space. Received: /x")
        return store

    shared = Feed(open_store)

    async def twice():
        nonlocal broken
        first = await until_end(ask(shared, [run]))
        broken = False
        store.finish(run, "done", result={})
        return first, await until_end(ask(shared, [run]))

    first, second = asyncio.run(twice())
    assert [(name, data) for name, _, data in first] == [
        ("problem", "The disk that holds the run store is full; free some space. Received: /x")
    ]
    assert len(collected(second)[0]["train_loss"]) == 5


def test_runs_that_are_not_in_the_store_end_at_once(store):
    events = asyncio.run(until_end(ask(Feed(lambda: store), ["nothing"])))
    assert [(name, data.get("state")) for name, _, data in events] == [("state", "unknown"), ("end", None)]


def test_the_streams_end_when_the_server_goes_down(store):
    (run,) = begin(store)
    store.log(run, 1, losses(1, 5))
    shared = Feed(lambda: store)

    async def go_down():
        reader = asyncio.create_task(until_end(ask(shared, [run])))
        await until_watched(shared, [1], rows=5)
        shared.close()
        return await reader

    assert "end" not in [name for name, _, _ in asyncio.run(go_down())]


def test_quiet_streams_are_kept_alive(store, monkeypatch):
    monkeypatch.setattr(stream, "KEEP_ALIVE_SECONDS", 0.05)
    (run,) = begin(store)

    async def first_comment():
        async with asyncio.timeout(SECONDS), aclosing(ask(Feed(lambda: store), [run]).body_iterator) as pieces:
            return await anext(piece async for piece in pieces if piece.startswith(b":"))

    assert asyncio.run(first_comment()).endswith(b"\n\n")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "0" * 64}, 403),
        ({"token": ""}, 403),
        ({"runs": "another"}, 403),
        ({"runs": ""}, 403),
        ({"expires": "99999999999"}, 403),
        ({"expires": "tomorrow"}, 403),
        ({"expires": "1", "token": None}, 410),
        ({"after": "1,2"}, 400),
        ({"after": "-1"}, 400),
        ({"after": "one"}, 400),
        ({"after": "9" * 30}, 400),
    ],
)
def test_a_bad_address_is_refused_with_one_sentence(home, changes, status):
    if changes.get("token", "") is None:
        changes = changes | {"token": token.sign("a", changes["expires"])}
    answer = ask(Feed(lambda: None), ["a"], **changes)
    assert answer.status_code == status
    assert answer.media_type == "text/plain"
    assert answer.body.decode().count("\n") == 0
    assert answer.body.decode().rstrip().endswith((".", "'"))


def test_proxies_and_browsers_keep_nothing(store):
    (run,) = begin(store)
    headers = ask(Feed(lambda: store), [run]).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
