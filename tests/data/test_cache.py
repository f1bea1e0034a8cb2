"""The cache between processes, over damage and on a full disk."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from medcore.data import cache

ROOT = Path(__file__).parents[2]

MAKER = """
import sys, time
from pathlib import Path
import numpy as np
from medcore.data import cache

def make():
    with open(sys.argv[1], "a") as log:
        log.write("made\\n")
    Path(sys.argv[2]).touch()
    deadline = time.monotonic() + 30
    while not Path(sys.argv[3]).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return {"x": np.arange(5)}

print(cache.arrays("slow", make, lambda: print("waiting", flush=True))["x"].sum())
"""


def test_two_processes_make_it_once(home, tmp_path):
    log, started, finish = tmp_path / "log", tmp_path / "started", tmp_path / "finish"
    command = [sys.executable, "-c", MAKER, str(log), str(started), str(finish)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    second = None
    try:
        while not started.exists():
            assert first.poll() is None, "the first process ended before it began to make"
        second = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert second.stdout.readline() == "waiting\n"
        finish.touch()
        assert first.communicate(timeout=30)[0] == "10\n"
        assert second.communicate(timeout=30)[0] == "10\n"
    finally:
        for process in (first, second):
            if process and process.poll() is None:
                process.kill()
    assert log.read_text() == "made\n"


@pytest.mark.parametrize("damage", [b"", b"no archive at all", None])
def test_a_damaged_file_is_made_again(home, damage):
    cache.arrays("set", lambda: {"x": np.arange(1000)})
    path = cache.folder() / "set.npz"
    path.write_bytes(path.read_bytes()[:-100] if damage is None else damage)
    again = cache.arrays("set", lambda: {"x": np.arange(3)})
    np.testing.assert_array_equal(again["x"], np.arange(3))


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing_behind(home):
    def full(file):
        file.write(b"part")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = cache.folder() / "facts.json"
    target.write_text("older")
    with pytest.raises(OSError, match=r'"facts\.json" cannot be written to the cache: No space left on device'):
        cache.write(target, full)
    assert target.read_text() == "older"
    assert [path.name for path in cache.folder().iterdir()] == ["facts.json"]


def test_the_arrays_used_last_are_kept(home, monkeypatch):
    monkeypatch.setattr(cache, "MAX_FILES", 2)
    for age, name in ((100, "old"), (50, "new")):
        cache.arrays(name, lambda: {"x": np.zeros(1)})
        stat = (cache.folder() / f"{name}.npz").stat()
        os.utime(cache.folder() / f"{name}.npz", (stat.st_atime - age, stat.st_mtime - age))
    cache.arrays("old", lambda: pytest.fail("made again"))  # used: now the newest
    cache.arrays("third", lambda: {"x": np.zeros(1)})
    assert sorted(path.stem for path in cache.folder().glob("*.npz")) == ["old", "third"]


def test_keys_depend_on_content_alone():
    assert cache.key({"a": 1, "b": 2.0}) == cache.key({"b": 2.0, "a": 1})
    assert cache.key({"a": 1}) != cache.key({"a": 2})
