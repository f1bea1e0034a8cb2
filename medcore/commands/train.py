"""`train`: trains runs in the foreground, one after the other."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from medcore import catalog, settings
from medcore.spec import RunSpec
from medcore.training.run import Cancelled, Row


class Job(NamedTuple):
    """A run and its name."""

    label: str
    spec: RunSpec


def add(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train runs in the foreground",
        description="Trains what `spec` printed. Models and predictions go to the folder runs of MEDCORE_HOME.",
    )
    parser.add_argument("file", help="JSON list of runs as `spec` prints it, or one run; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object a finished run")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trains every run; returns 1 if one failed."""
    jobs = read(arguments.file)
    settings.home()
    _check_data(jobs)
    _mute_native_libraries()

    from medcore.training import devices

    devices.prepare("large" if any(job.spec.size == "large" for job in jobs) else "small")
    with _stopped_by_ctrl_c() as stopping:
        return max(_train(job, arguments.json, stopping) for job in jobs)


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets beside its interrupt, which is lost where a library swallows what callbacks raise."""
    stopping = threading.Event()

    def interrupt(*_: object) -> None:
        stopping.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)


def read(name: str) -> list[Job]:
    """The runs in a file, or on standard input where the name is "-".

    Raises:
        OSError: if it cannot be read.
        ValueError: if it holds no run, or a wrong one.
    """
    try:
        content = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The runs must be JSON as `python -m medcore spec` prints it: {error}") from error
    runs = content if isinstance(content, list) else [content]
    if not runs:
        raise ValueError("There is no run to train. Received: []")
    return [_job(values) for values in runs]


def _job(values: Any) -> Job:
    """A run from plain values, named after its optimizer where it has no label."""
    label = None
    if isinstance(values, dict):
        values = dict(values)
        label = values.pop("label", None)
    spec = RunSpec.from_dict(values)
    return Job(str(label or catalog.OPTIMIZERS[spec.optimizer.name].label), spec)


def _check_data(jobs: Sequence[Job]) -> None:
    """Reads every data set once, so that a bad one is refused before the first run trains."""
    from medcore.data import sources

    for data in {json.dumps(job.spec.to_dict()["data"], sort_keys=True): job.spec.data for job in jobs}.values():
        sources.load(data)


def _mute_native_libraries() -> None:
    """Python goes on writing to stderr; TensorFlow's libraries, which tell people nothing there, do not."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _train(job: Job, as_json: bool, stopping: threading.Event) -> int:
    """Trains one run and prints how it went; returns 1 if it failed."""
    from medcore.runs.child import sentence

    try:
        result = catalog.resolve(catalog.TASKS[job.spec.task].target)(job.spec, Foreground(job, as_json, stopping))
    except Cancelled as error:
        raise KeyboardInterrupt from error
    except Exception as error:  # noqa: BLE001 - the other runs go on
        print(f"{job.label} failed: {sentence(error)}", file=sys.stderr)
        if as_json:
            _print_json(job, {"error": sentence(error)})
        return 1
    if as_json:
        _print_json(job, result | {"folder": str(_folder(job))})
    else:
        print(_line(job, result), flush=True)
    return 0


def _folder(job: Job) -> Path:
    return settings.home() / "runs" / job.spec.hash


def _print_json(job: Job, facts: dict[str, Any]) -> None:
    from medcore.runs.store import finite

    facts = finite({"label": job.label, "spec": job.spec.to_dict(), **facts})
    print(json.dumps(facts, allow_nan=False), flush=True)


def _line(job: Job, result: dict[str, Any]) -> str:
    """A finished run for people."""
    if "after" in result:
        figures = [f"{when}: {_figures(result[when], ('accuracy', 'auc'))}" for when in ("before", "after")]
    elif "points" in result:
        figures = [_point(point) for point in result["points"]]
    elif isinstance(result.get("test"), list) or "test" not in result:
        figures = ["done"]  # as many figures as there are shares or strengths, which --json has
    else:
        figures = [_figures(result["test"], ("accuracy", "balanced_accuracy", "auc", "f1_macro", "dice", "iou"))]
    parts = [*figures, f"{result['seconds']:.1f} s", result.get("stopped") or ""]
    return f"{job.label}: {', '.join(part for part in parts if part)}"


def _point(point: dict[str, Any]) -> str:
    """One strength of a regularization path."""
    if point["diverged_at"]:
        return f"lambda {point['strength']:g} diverged"
    loss = f"loss {point['val']['loss']:.3f}" if point["val"] else f"training loss {point['train_loss']:.3f}"
    return f"lambda {point['strength']:g}: {loss}"


def _figures(test: dict[str, Any], names: Sequence[str]) -> str:
    known = [name for name in names if test.get(name) is not None]
    return ", ".join(f"{name} {test[name]:.3f}{_interval(test, name)}" for name in known)


def _interval(test: dict[str, Any], name: str) -> str:
    interval = test["intervals"].get(name)
    return f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else ""


class Foreground:
    """A run on the terminal (`medcore.training.run.Run`): says on stderr how it goes, unless quiet."""

    def __init__(self, job: Job, quiet: bool, stopping: threading.Event) -> None:
        self.folder = _folder(job)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._label, self._quiet, self._stopping = job.label, quiet, stopping
        self._steps = 0

    def plan(self, **facts: Any) -> None:
        self._steps = facts["steps"]
        device = facts["device"]
        self._say(f"{facts['parameters']:,} parameters on {device['name']}, {device['precision']}: {device['why']}")

    def status(self, sentence: str) -> None:
        self._say(sentence)

    def log(self, rows: Iterable[Row]) -> None:
        epoch = [row for row in rows if row.metric != "train_loss" and "/" not in row.metric]  # those are of layers
        if epoch:
            figures = ", ".join(f"{row.metric.replace('_', ' ')} {row.value:.4f}" for row in epoch)
            self._say(f"step {epoch[0].step:,} of {self._steps:,}: {figures}")

    def cancelled(self) -> bool:
        return self._stopping.is_set()

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(f"{self._label}: {text}", file=sys.stderr)
