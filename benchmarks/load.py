"""Fifty people on the optimizer page while a run streams: how long does a rerun take?

Real websocket clients speak Streamlit's own protocol: each changes a control about once a
second, as people with a slider in the hand do, and waits for its page; each also listens to
the metric stream of the run.
"""

import asyncio
import os
import time
import urllib.parse
from collections.abc import Mapping

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import report
from benchmarks.server import serve
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.web import stream_url

TARGETS = {"rerun_p95_ms": ("<=", 250), "errors": ("<=", 0)}
SESSIONS = 50
PERIOD_SECONDS = 1.0


def measure(quick: bool) -> Mapping[str, float]:
    """Opens the sessions, lets a run train, and times every rerun."""
    with serve() as server:
        os.environ["MEDCORE_HOME"] = str(server.home)  # its secret signs the streams
        store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
        specs = optimizers.runs(dataset="digits", model="mlp", optimizers=["adam"], epochs=5000)
        ids = store.create(specs, owner="benchmark")
        _wait_for_points(store, ids)
        times, errors = asyncio.run(_load(server.url, ids, seconds=12 if quick else 40))
        assert store.find(ids)[0].state == "running", "the run ended before the measurement did"
        store.cancel(ids)
        store.close()
    times.sort()
    return {
        "rerun_p50_ms": 1000 * times[len(times) // 2],
        "rerun_p95_ms": 1000 * times[int(0.95 * len(times))],
        "reruns": len(times),
        "sessions": SESSIONS,
        "errors": errors,
    }


def _wait_for_points(store: Store, ids: list[str]) -> None:
    deadline = time.monotonic() + 90
    while not store.progress(ids):
        if time.monotonic() > deadline:
            raise RuntimeError("The run did not start within 90 s")
        time.sleep(0.1)


async def _load(url: str, ids: list[str], seconds: float) -> tuple[list[float], int]:
    """Times of all reruns in s, and how many sessions or streams failed."""
    times: list[float] = []
    opened = asyncio.Barrier(SESSIONS)
    async with asyncio.timeout(seconds + 180):
        listening = [asyncio.create_task(_listen(url, ids)) for _ in range(SESSIONS)]
        sessions = [_session(url, ids, i, opened, seconds, times) for i in range(SESSIONS)]
        outcomes = await asyncio.gather(*sessions, return_exceptions=True)
        for stream in listening:
            stream.cancel()
        outcomes += await asyncio.gather(*listening, return_exceptions=True)
    return times, sum(isinstance(outcome, Exception) for outcome in outcomes)


async def _listen(url: str, ids: list[str]) -> None:
    """Reads the metric stream, as a browser does, until cancelled."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {stream_url(ids)} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"The stream answered {status!r}")
    while await reader.read(65_536):
        pass
    raise RuntimeError("The stream ended while the run trained")


async def _session(
    url: str, ids: list[str], number: int, opened: asyncio.Barrier, seconds: float, times: list[float]
) -> None:
    """One person: opens the page, then moves a slider about once a second."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=60) as socket:
        await _rerun(socket, _query(ids, number, 0))
        await opened.wait()
        await asyncio.sleep(PERIOD_SECONDS * number / SESSIONS)
        end, turn = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            turn += 1
            began = time.perf_counter()
            await _rerun(socket, _query(ids, number, turn))
            taken = time.perf_counter() - began
            times.append(taken)
            await asyncio.sleep(max(0.0, PERIOD_SECONDS - taken))


def _query(ids: list[str], number: int, turn: int) -> str:
    epochs = 1 + (number + turn) % 49
    return urllib.parse.urlencode({"runs": ",".join(ids), "epochs": epochs, "dataset": "Digits 8x8", "model": "MLP"})


async def _rerun(socket: websockets.ClientConnection, query: str) -> None:
    """One rerun of the optimizer page, until the script has finished; raises if the page shows an exception."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = "optimizer_comparison"
    await socket.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        if answer.WhichOneof("type") == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(answer.delta.new_element.exception.message)
        if answer.WhichOneof("type") == "script_finished":
            return


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
