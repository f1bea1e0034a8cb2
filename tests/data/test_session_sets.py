"""Data sets of one session: found by name alone, readable by nobody else, gone at its end."""

import io
import json
import os
import re
import stat
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from medcore.data import session_sets, sources
from medcore.spec import DataSpec

CLASSES = ("without", "with")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory that files can lie in is on Linux alone")
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")


def archive(seed: int = 0) -> bytes:
    """A set of 12, 4 and 4 images of two classes."""
    random = np.random.default_rng(seed)
    arrays = {}
    for split, count in {"train": 12, "val": 4, "test": 4}.items():
        arrays[f"{split}_images"] = random.integers(0, 256, (count, 28, 28), np.uint8)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8)[:, None] % 2
        arrays[f"{split}_groups"] = np.arange(count) // 2
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def kept(home):
    names = []

    def keep(*arguments):
        names.append(session_sets.keep(*arguments))
        return names[-1]

    yield keep
    for name in names:
        session_sets.forget(name)


def places(name):
    return list(session_sets._places(name))


def test_a_set_is_found_and_loaded_by_its_name_alone(kept):
    name = kept(archive(), CLASSES, ["Windowed to 8 bits."])
    assert re.fullmatch("session-[0-9a-f]{32}", name)
    entry = sources.find(name)
    assert entry.classes == CLASSES
    assert dict(entry.sizes) == {"train": 12, "val": 4, "test": 4}
    assert "Windowed to 8 bits." in entry.card.notes
    splits = sources.load(DataSpec(name))
    assert splits["test"].class_names == CLASSES
    with np.load(io.BytesIO(archive())) as arrays:
        assert np.array_equal(splits["test"].images[..., 0], arrays["test_images"])
        assert splits["val"].groups.tolist() == [0, 0, 1, 1]
        assert splits["train"].labels.tolist() == arrays["train_labels"][:, 0].tolist()


def test_no_list_shows_it(kept, capsys):
    from medcore.__main__ import main

    name = kept(archive(), CLASSES)
    assert name not in [entry.name for entry in sources.listing()]
    assert main(["datasets", "--json"]) == 0
    assert "session-" not in capsys.readouterr().out
    with pytest.raises(FileNotFoundError) as error:
        sources.find("session")
    assert name not in str(error.value)


@pytest.mark.parametrize("name", ["session-*", "session-", f"session-{'0' * 31}/", f"session-{'?' * 32}"])
def test_a_pattern_finds_nothing(kept, name):
    kept(archive(), CLASSES)
    with pytest.raises(FileNotFoundError):
        sources.find(name)


def test_two_sets_have_names_of_their_own(kept):
    assert kept(archive(), CLASSES) != kept(archive(), CLASSES)


@POSIX
def test_nobody_else_may_read_it(kept):
    (place,) = places(kept(archive(), CLASSES))
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}


@LINUX
def test_it_lies_in_memory_with_all_that_is_computed_of_it(kept, home):
    name = kept(archive(), CLASSES)
    sources.facts(name)
    snapshot = sources.snapshot(name)
    sources.overview(name)
    assert np.array_equal(snapshot["val"].images, sources.load(DataSpec(name))["val"].images)
    (place,) = places(name)
    assert place.is_relative_to("/dev/shm")
    assert list(place.glob("snapshot-*/overview*"))
    assert list(place.glob("facts-*.json"))
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_without_room_in_memory_it_lies_on_disk_and_that_is_known_before(kept, home, monkeypatch):
    monkeypatch.setattr(session_sets.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert session_sets.on_disk(archive())
    name = kept(archive(), CLASSES)
    (place,) = places(name)
    assert place.is_relative_to(home / "sessions")
    assert sources.find(name).classes == CLASSES


@LINUX
def test_what_lies_beside_a_set_needs_room_in_memory_too(kept, home, monkeypatch):
    monkeypatch.setattr(session_sets.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**7))
    lie = {name: session_sets.put(archive(), {"model.keras": bytes(size)}) for name, size in (("a", 10), ("b", 10**7))}
    there = {key: places(name)[0].is_relative_to("/dev/shm") for key, name in lie.items()}
    for name in lie.values():
        session_sets.forget(name)
    assert there == {"a": True, "b": False}


@POSIX
def test_a_folder_that_others_could_enter_is_not_used(home, monkeypatch, tmp_path):
    monkeypatch.setattr(session_sets, "MEMORY", tmp_path)
    (tmp_path / session_sets._folder()).mkdir(mode=0o755)
    os.chmod(tmp_path / session_sets._folder(), 0o755)
    with pytest.raises(OSError, match="cannot be put where trainings find it"):
        session_sets.keep(archive(), CLASSES)


@POSIX
def test_a_link_in_place_of_the_folder_is_not_followed(home, monkeypatch, tmp_path):
    monkeypatch.setattr(session_sets, "MEMORY", tmp_path)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / session_sets._folder()).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="cannot be put where trainings find it"):
        session_sets.keep(archive(), CLASSES)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_end_of_a_session_removes_it(kept):
    name = kept(archive(), CLASSES)
    sources.facts(name)
    (place,) = places(name)
    session_sets.forget(name)
    assert not place.parent.exists()
    with pytest.raises(FileNotFoundError, match="went when the session ended"):
        sources.load(DataSpec(name))


def test_what_a_killed_process_left_goes_when_the_next_set_is_made(kept):
    left = made_elsewhere("os._exit(0)")
    assert places(left)
    kept(archive(), CLASSES)
    assert not places(left)


def test_the_end_of_the_process_removes_it(home):
    assert not places(made_elsewhere("sys.exit(0)"))
    assert not session_sets._roots()


def made_elsewhere(end):
    """Name of a set of a process that then ended."""
    made = "from tests.data.test_session_sets import *; print(session_sets.keep(archive(), CLASSES), flush=True);"
    return subprocess.run([sys.executable, "-c", made + end], capture_output=True, text=True, check=True).stdout.strip()


def test_the_sets_of_living_processes_stay(kept):
    first = kept(archive(), CLASSES)
    session_sets.sweep()
    assert places(first)


def test_a_younger_process_with_the_same_number_does_not_keep_it(kept, monkeypatch):
    name = kept(archive(), CLASSES)
    (place,) = places(name)
    born = psutil.Process().create_time()
    os.utime(place, (born - 100, born - 100))
    session_sets.sweep()
    assert not places(name)


def test_what_was_measured_too_late_is_removed_as_well(kept):
    name = kept(archive(), CLASSES)
    (place,) = places(name)
    (place / "set.npz").unlink()
    session_sets.sweep()
    assert places(name)
    old = place.stat().st_mtime - session_sets.UNFINISHED_SECONDS - 1
    os.utime(place, (old, old))
    session_sets.sweep()
    assert not places(name)


def test_a_cluster_cannot_read_it(home, monkeypatch):
    assert session_sets.unreachable() == ""
    monkeypatch.setenv("MEDCORE_SCHEDULER", "tcp://127.0.0.1:8786")
    with pytest.raises(ValueError, match="cluster"):
        session_sets.keep(archive(), CLASSES)


def test_a_full_disk_leaves_nothing_behind(home, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "full")

    monkeypatch.setattr(session_sets, "_private", full)
    with pytest.raises(OSError, match="No space left"):
        session_sets.keep(archive(), CLASSES)
    assert not [place for root in session_sets._roots() for place in root.glob("session-*")]


def test_its_card_is_plain_json_without_paths(kept):
    name = kept(archive(), CLASSES)
    text = json.dumps(sources.find(name).to_dict())
    assert str(places(name)[0].parent) not in text
