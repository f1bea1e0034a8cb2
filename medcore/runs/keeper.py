"""Keeps an engine running as long as this web process lives, and no longer.

Every web process touches a file of its own. The engine, a process of its own, ends when no
such file is left or touched: at once when the last web process closes, within seconds when
it is killed; a web process restarted before that finds its runs still training.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

import medcore
from medcore import settings
from medcore.runs import status
from medcore.runs.status import Status
from medcore.runs.store import Store

BEAT_SECONDS = 0.5
SILENCE_SECONDS = 5.5
HEALTHY_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 30.0
LARGEST_LOG = 10**6
_COMMAND = "from medcore.runs.engine import main; main()"  # with -m every child would import the engine again


def signs() -> dict[str, float]:
    """Signs of life of the web processes: by name, when each last touched its file."""
    found = {}
    for file in _folder().iterdir():
        try:
            found[file.name] = file.stat().st_mtime
        except OSError:  # closed meanwhile
            continue
    return found


def bury(name: str) -> None:
    """Removes the sign of life of a web process that died."""
    (_folder() / name).unlink(missing_ok=True)


def keep(store: Store) -> "Keeper":
    """Starts the engine for `store`, and again whenever it dies, until the keeper is closed."""
    return Keeper(store)


class Keeper:
    """One web process' hold on the engine. Usable as a context manager."""

    def __init__(self, store: Store) -> None:
        self._url = store.url.render_as_string(hide_password=False)
        self._sign = _folder() / str(os.getpid())
        self._sign.touch()
        self._closed = threading.Event()
        self._engine: subprocess.Popen | None = None
        self._thread = threading.Thread(target=self._keep, name="engine keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lets go: the engine ends if no other web process holds it. Waits for that, 2 s at most."""
        self._closed.set()
        self._thread.join()
        self._sign.unlink(missing_ok=True)
        if self._engine is not None and not signs():
            try:
                self._engine.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._engine.kill()

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep(self) -> None:
        crashes, started, next_start = 0, 0.0, 0.0
        while True:
            with contextlib.suppress(OSError):  # a full disk, say: it may pass
                self._sign.touch()
                now = time.monotonic()
                if self._engine is not None and self._engine.poll() is not None:
                    self._engine = None
                    crashes = 1 if now - started > HEALTHY_SECONDS else crashes + 1
                    pause = min(2.0 ** (crashes - 1) - 1, LONGEST_PAUSE_SECONDS)
                    next_start = now + pause
                    if pause:
                        status.write(Status(None, time.time(), problem=_problem(crashes, pause)))
                if self._engine is None and now >= next_start:
                    started = now
                    self._engine = _start(self._url)
            if self._closed.wait(BEAT_SECONDS):
                return


def _start(url: str) -> subprocess.Popen:
    """Starts an engine in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    package = str(Path(medcore.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "MEDCORE_DATABASE": url}
    detached = {"creationflags": 0x200} if os.name == "nt" else {"start_new_session": True}
    with _log().open("ab") as log:
        if log.tell() > LARGEST_LOG:
            log.truncate(0)
        engine = subprocess.Popen(
            [sys.executable, "-c", _COMMAND],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **detached,
        )
    with contextlib.suppress(psutil.Error):  # the pages come first: training takes what they leave
        psutil.Process(engine.pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else 10)
    return engine


def _problem(crashes: int, pause: float) -> str:
    lines = [line for line in _log().read_text(errors="replace").splitlines() if line.strip()]
    last = lines[-1].strip()[:200] if lines else "it left no message"
    times = "" if crashes == 1 else f" {crashes} times in a row"
    return f"The training engine stopped{times} and starts again in {pause:.0f} s: {last}"


def _log() -> Path:
    return settings.home() / "engine.log"


def _folder() -> Path:
    folder = settings.home() / "web"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
