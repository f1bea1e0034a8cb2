import os
import signal
import threading

import numpy as np
import pytest

from medcore.imaging import loading
from medcore.imaging.loading import Loader
from medcore.imaging.pixels import Pixels
from medcore.imaging.shelf import Shelf
from medcore.sandbox import Sandbox
from tests.imaging.uploads import PATIENCE, frames, series, until, volume


class Filled:
    """A shelf with one stack, and a loader of it that a test makes when it wants to."""

    def __init__(self, *files: bytes):
        self.shelf = Shelf(2**27)
        for data in files:
            self.shelf.add("file", data)
        assert self.shelf.wait(PATIENCE)
        (self.stack,) = self.shelf.stacks()
        self.pixels = Pixels(self.stack.shape, self.stack.samples, self.stack.dtype)
        self.everything = range(self.stack.shape[0])

    def load(self, sandbox: Sandbox | None = None) -> Loader:
        return Loader(self.stack, self.pixels, self.shelf.file, self.shelf.found, sandbox or self.shelf.sandbox)


@pytest.fixture
def fill():
    made = []

    def fill(*files):
        made.append(Filled(*files))
        return made[-1]

    yield fill
    for filled in made:
        filled.shelf.close()


@pytest.fixture
def tests_sandbox(monkeypatch):
    sandbox = Sandbox(2, "tests")
    yield sandbox
    sandbox.close()


class Recorder:
    """A sandbox that notes which frames of how many files are asked for, and waits to be let go on."""

    def __init__(self, sandbox: Sandbox):
        self._sandbox = sandbox
        self.asked: list[list[int]] = []
        self.go = threading.Event()

    def stream(self, target, values, data, **limits):
        self.asked.append(values["frames"])
        assert self.go.wait(PATIENCE)
        return self._sandbox.stream(target, values, data, **limits)


def is_a_sentence(why: str) -> bool:
    return why[0].isupper() and "\n" not in why and (why.endswith(".") or ". Received: " in why)


def test_every_slice_of_many_files_arrives(fill):
    expected = volume(30)
    filled = fill(*series(expected))
    filled.load()
    assert filled.pixels.wait(filled.everything, PATIENCE)
    np.testing.assert_array_equal(filled.pixels.array, expected)
    assert filled.pixels.progress() == (30, 30)
    assert not filled.pixels.failed


def test_every_frame_of_one_file_arrives_in_a_few_jobs(fill):
    expected = volume(40)
    filled = fill(frames(expected))
    recorder = Recorder(filled.shelf.sandbox)
    recorder.go.set()
    filled.load(recorder)
    assert filled.pixels.wait(filled.everything, PATIENCE)
    np.testing.assert_array_equal(filled.pixels.array, expected)
    assert len(recorder.asked) == loading.PARTS
    assert sorted(frame for asked in recorder.asked for frame in asked) == list(range(40))


def test_the_middle_comes_first_and_a_slice_that_is_awaited_next(fill, monkeypatch):
    monkeypatch.setattr(loading.os, "cpu_count", lambda: 1)
    filled = fill(frames(volume(80)))
    recorder = Recorder(filled.shelf.sandbox)
    loader = filled.load(recorder)
    until(lambda: recorder.asked)
    assert recorder.asked[0][0] == 40
    loader.want([3])
    recorder.go.set()
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert recorder.asked[1][0] == 3
    assert filled.pixels.ready.all()


def test_a_long_job_gives_way_to_a_slice_that_is_awaited(fill, monkeypatch, tests_sandbox):
    monkeypatch.setattr(loading.os, "cpu_count", lambda: 1)
    monkeypatch.setattr(loading, "JOB", "tests.imaging.false_answers:slowly")
    filled = fill(frames(volume(160)))
    recorder = Recorder(tests_sandbox)
    recorder.go.set()
    loader = filled.load(recorder)
    assert filled.pixels.wait([80], PATIENCE)
    loader.want([0])
    assert filled.pixels.wait([0], PATIENCE)
    assert filled.pixels.progress()[0] < 20
    assert recorder.asked[1][0] == 0
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert filled.pixels.ready.all()


@pytest.mark.parametrize("count", [1, 3])
def test_a_slice_that_cannot_be_decoded_costs_no_other(fill, count):
    expected = volume(12)
    files = series(expected)
    filled = fill(*files)
    broken = {f"f{number}" for number in range(2, 2 + count)}
    whole = filled.shelf.file
    loader = Loader(
        filled.stack,
        filled.pixels,
        lambda file: whole(file)[:200] if file in broken else whole(file),
        filled.shelf.found,
        filled.shelf.sandbox,
    )
    assert filled.pixels.wait(filled.everything, PATIENCE)
    loader.stop()
    assert set(filled.pixels.failed) == set(range(1, 1 + count))
    assert all(is_a_sentence(why) for why in filled.pixels.failed.values())
    good = filled.pixels.ready
    assert good.sum() == 12 - count
    np.testing.assert_array_equal(filled.pixels.array[good], expected[good])
    assert not filled.pixels.array[~good].any()


def test_frames_after_a_bad_one_are_still_tried(fill, monkeypatch, tests_sandbox):
    monkeypatch.setattr(loading, "JOB", "tests.imaging.false_answers:all_but_number_five")
    filled = fill(frames(volume(20)))
    filled.load(tests_sandbox)
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert filled.pixels.failed == {5: "Frame 5 is damaged."}
    assert filled.pixels.ready.sum() == 19


def test_a_file_of_which_nothing_can_be_decoded_is_given_up(fill, monkeypatch, tests_sandbox):
    monkeypatch.setattr(loading, "JOB", "tests.sandbox.jobs:refuse")
    filled = fill(frames(volume(60)))
    recorder = Recorder(tests_sandbox)
    recorder.go.set()
    filled.load(recorder)
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert len(filled.pixels.failed) == 60
    assert len(recorder.asked) <= loading.MOST_FAILURES + (os.cpu_count() or 1)


@pytest.mark.parametrize("answer", ["wrong_frame", "too_short", "too_long", "too_few", "too_many"])
def test_a_child_that_was_taken_over_cannot_disturb_more_than_its_slices(fill, monkeypatch, tests_sandbox, answer):
    monkeypatch.setattr(loading, "JOB", f"tests.imaging.false_answers:{answer}")
    filled = fill(frames(volume(4)))
    filled.load(tests_sandbox)
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert all(is_a_sentence(why) for why in filled.pixels.failed.values())


def test_a_child_killed_in_the_middle_costs_one_slice_at_most(fill):
    filled = fill(frames(np.zeros((64, 256, 256), np.int16)))
    filled.load()
    until(lambda: filled.pixels.ready.any())
    for pid in filled.shelf.sandbox.pids():
        os.kill(pid, signal.SIGTERM if os.name != "posix" else signal.SIGKILL)
    assert filled.pixels.wait(filled.everything, PATIENCE)
    assert len(filled.pixels.failed) <= (os.cpu_count() or 1)


def test_stopping_begins_nothing_further(fill, monkeypatch):
    monkeypatch.setattr(loading.os, "cpu_count", lambda: 1)
    filled = fill(*series(volume(20)))
    recorder = Recorder(filled.shelf.sandbox)
    loader = filled.load(recorder)
    until(lambda: recorder.asked)
    loader.stop()
    recorder.go.set()
    assert filled.pixels.wait([10], PATIENCE)
    until(lambda: not any(thread.name.startswith("loader") for thread in threading.enumerate()))
    assert filled.pixels.progress() == (1, 20)
