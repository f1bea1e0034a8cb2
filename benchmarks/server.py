"""A Streamlit server of its own for a measurement, in a home folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APP = ("run", "app.py")
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Server:
    """A running server. `healthy_after` is the time from the start of the process to a healthy answer, in s."""

    url: str
    pid: int
    home: Path
    started: float
    healthy_after: float


@contextmanager
def serve(
    command: Sequence[str] = APP, environment: dict[str, str] | None = None, port: int | None = None
) -> Iterator[Server]:
    """Starts `streamlit COMMAND` on 127.0.0.1, on a free port if none is named, and ends it as Ctrl-C would.

    Raises:
        RuntimeError: if it is not healthy within two minutes, with what it wrote.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = {"MEDCORE_HOME": str(Path(folder) / "home")} | (environment or {})
        url = f"http://127.0.0.1:{port or _free_port()}"
        log = Path(folder) / "log"
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", *command, *_options(url)],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_healthy(url, process, log)
            home = Path(environment["MEDCORE_HOME"])
            yield Server(url, process.pid, home, started, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _options(url: str) -> list[str]:
    settings = {
        "server.port": url.rpartition(":")[2],
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    return [f"--{name}={value}" for name, value in settings.items()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise RuntimeError(f"The server did not become healthy:\n{log.read_text(errors='replace')[-2000:]}")
