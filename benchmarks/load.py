"""Fifty people on the optimizer page while a run streams: how long does a rerun take?

Real websocket clients speak Streamlit's own protocol: each moves a slider every few seconds, as a
class with the page in hand does, reruns the page's fragments when they are due, as a browser
does, and listens to the metric stream of the run.
"""

import asyncio
import os
import time
import urllib.parse
from collections.abc import Mapping

import websockets
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import report
from benchmarks.server import serve
from medcore.labs import optimizers
from medcore.runs.store import Store
from medcore.web import stream_url

TARGETS = {"rerun_p95_ms": ("<=", 250), "errors": ("<=", 0)}
SESSIONS = 50
PERIOD_SECONDS = 5.0


def measure(quick: bool) -> Mapping[str, float]:
    """Opens the sessions, lets a run train, and times every rerun."""
    with serve() as server:
        os.environ["MEDCORE_HOME"] = str(server.home)  # its secret signs the streams
        store = Store(f"sqlite:///{server.home / 'runs.sqlite'}")
        specs = optimizers.runs(dataset="digits", model="cnn", optimizers=["adam"], epochs=5000)
        ids = store.create(specs, owner="benchmark")
        _wait_for_points(store, ids)
        times, parts, errors = asyncio.run(_load(server.url, ids, seconds=12 if quick else 40))
        assert store.find(ids)[0].state == "running", "the run ended before the measurement did"
        store.cancel(ids)
        store.close()
    return {
        "rerun_p50_ms": 1000 * _quantile(times, 0.5),
        "rerun_p95_ms": 1000 * _quantile(times, 0.95),
        "reruns": len(times),
        "fragment_p95_ms": 1000 * _quantile(parts, 0.95),
        "fragment_reruns": len(parts),
        "sessions": SESSIONS,
        "errors": errors,
    }


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _wait_for_points(store: Store, ids: list[str]) -> None:
    deadline = time.monotonic() + 90
    while not store.progress(ids):
        if time.monotonic() > deadline:
            raise RuntimeError("The run did not start within 90 s")
        time.sleep(0.1)


async def _load(url: str, ids: list[str], seconds: float) -> tuple[list[float], list[float], int]:
    """Seconds of all reruns of pages and of fragments, and how many sessions or streams failed."""
    times: list[float] = []
    parts: list[float] = []
    opened = asyncio.Barrier(SESSIONS)
    async with asyncio.timeout(seconds + 180):
        listening = [asyncio.create_task(_listen(url, ids)) for _ in range(SESSIONS)]
        sessions = [_session(url, ids, i, opened, seconds, times, parts) for i in range(SESSIONS)]
        outcomes = await asyncio.gather(*sessions, return_exceptions=True)
        for stream in listening:
            stream.cancel()
        outcomes += await asyncio.gather(*listening, return_exceptions=True)
    return times, parts, sum(isinstance(outcome, Exception) for outcome in outcomes)


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


class _Person:
    """One open page: its websocket, and when each of its fragments is due."""

    def __init__(self, socket: websockets.ClientConnection, ids: list[str], number: int) -> None:
        self._socket, self._ids, self._number = socket, ids, number
        self._due: dict[str, tuple[float, float]] = {}
        self._turn = 0

    async def move_slider(self) -> float:
        """Reruns the page with another number of epochs; returns the seconds it took."""
        self._turn += 1
        self._due.clear()
        return await self._rerun("")

    async def wait_until(self, end: float, fragments: list[float]) -> None:
        """Lets time pass, with the fragments' reruns; adds the seconds each took to `fragments`."""
        while (now := time.perf_counter()) < end:
            fragment = min(self._due, key=lambda name: self._due[name][1], default=None)
            due = self._due[fragment][1] if fragment else end
            await asyncio.sleep(max(0.0, min(due, end) - now))
            if fragment and due < end:
                fragments.append(await self._rerun(fragment))

    async def _rerun(self, fragment: str) -> float:
        """One rerun, until the script has finished; raises if the page shows an error."""
        message = BackMsg()
        message.rerun_script.query_string = _query(self._ids, self._number, self._turn)
        message.rerun_script.page_name = "optimizer_comparison"
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self._socket.recv())
            match answer.WhichOneof("type"):
                case "delta":
                    _refuse_errors(answer.delta.new_element)
                case "auto_rerun":
                    interval = answer.auto_rerun.interval
                    self._due[answer.auto_rerun.fragment_id] = (interval, time.perf_counter() + interval)
                case "script_finished":
                    if fragment in self._due:
                        interval = self._due[fragment][0]
                        self._due[fragment] = (interval, time.perf_counter() + interval)
                    return time.perf_counter() - began


def _refuse_errors(element: Element) -> None:
    kind = element.WhichOneof("type")
    if kind == "exception" or (kind == "alert" and element.alert.format == Alert.ERROR):
        raise RuntimeError(f"The page shows an error: {element}")


async def _session(
    url: str,
    ids: list[str],
    number: int,
    opened: asyncio.Barrier,
    seconds: float,
    times: list[float],
    parts: list[float],
) -> None:
    """Opens the page; once everybody has, moves a slider every `PERIOD_SECONDS`."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=60) as socket:
        person = _Person(socket, ids, number)
        await person.move_slider()
        await opened.wait()
        start = time.perf_counter()
        move, end = start + PERIOD_SECONDS * number / SESSIONS, start + seconds
        while move < end:
            await person.wait_until(move, parts)
            times.append(await person.move_slider())
            move += PERIOD_SECONDS


def _query(ids: list[str], number: int, turn: int) -> str:
    epochs = 1 + (number + turn) % 49
    return urllib.parse.urlencode(
        {
            "runs": ",".join(ids),
            "epochs": epochs,
            "dataset": "Digits 8x8",
        }
    )


if __name__ == "__main__":
    report.run(measure, TARGETS, __doc__)
