"""Snapshots: what is written is mapped again, whole or not at all, and the oldest are forgotten."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from medcore.data import cache, sources
from medcore.data.dataset import SPLITS, Card, ImageDataset
from medcore.data.inspection import measure, snapshot
from medcore.spec import DataSpec

ROOT = Path(__file__).parents[3]
CARD = Card("x", "X", "classification", "s", "l", "c", "t", notes=("Mind this.",), published={"accuracy": 0.9})


def made(side: int = 4, count: int = 5) -> dict[str, ImageDataset]:
    rng = np.random.default_rng(side)
    return {
        split: ImageDataset(
            images=rng.random((count, side, side, 1), dtype=np.float32),
            labels=rng.integers(0, 2, count),
            class_names=("a", "b"),
            card=CARD,
            masks=rng.integers(0, 2, (count, side, side), dtype=np.uint8),
            spacing=(0.5, 0.25),
            groups=np.array([f"patient {i}" for i in range(count)], dtype=object),
            mask_names=("nothing", "lesion"),
            volumes=np.arange(count) // 2,
            step=1.5,
        )
        for split in SPLITS
    }


def same(found: ImageDataset, expected: ImageDataset) -> bool:
    arrays = ("images", "labels", "masks", "groups", "original_sizes", "volumes")
    plain = ("class_names", "card", "spacing", "mask_names", "step")
    return all(np.array_equal(getattr(found, name), getattr(expected, name)) for name in arrays) and all(
        getattr(found, name) == getattr(expected, name) for name in plain
    )


def test_what_is_written_is_mapped_again(tmp_path):
    snapshot.write(tmp_path / "snapshot-1", made())
    found = snapshot.read(tmp_path / "snapshot-1")
    assert list(found) == list(SPLITS)
    for split, part in made().items():
        assert same(found[split], part)
        assert isinstance(found[split].images, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            found[split].images[0] = 0
    assert found["train"].original_sizes is None


@pytest.mark.parametrize("damage", ["no set.json", "half an array", "no JSON", "no step", "another version"])
def test_a_damaged_snapshot_is_none_and_is_written_again(tmp_path, damage):
    folder = tmp_path / "snapshot-1"
    snapshot.write(folder, made())
    about, images = folder / "set.json", folder / "val.images.npy"
    if damage == "no set.json":
        about.unlink()
    elif damage == "half an array":
        images.write_bytes(images.read_bytes()[:-10])
    elif damage == "no JSON":
        about.write_text("{")
    elif damage == "no step":  # as before there were volumes
        about.write_text(about.read_text().replace(', "step": 1.5', ""))
    else:
        about.write_text('{"train": {"arrays": ["images"], "colour": 1}}')
    assert snapshot.read(folder) is None
    snapshot.write(folder, made())
    assert same(snapshot.read(folder)["val"], made()["val"])


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError, match=r"^The images cannot be written to the cache: No space left on device\.$"):
        snapshot.write(tmp_path / "snapshot-1", made())
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys, time
from pathlib import Path
from medcore.data.inspection import snapshot
from tests.data.inspection.test_snapshot import made

real = snapshot._write_split
def slow(folder, split, part):
    if split == "val":
        Path(sys.argv[2]).touch()
        time.sleep(60)
    return real(folder, split, part)
snapshot._write_split = slow
snapshot.write(Path(sys.argv[1]), made())
"""


def test_a_process_killed_in_the_middle_leaves_no_snapshot_and_its_rest_is_removed(tmp_path, monkeypatch):
    folder, reached = tmp_path / "snapshot-1", tmp_path / "reached"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder), str(reached)], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not reached.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    (rest,) = tmp_path.glob(".snapshot-1.*.tmp")
    assert (rest / "train.images.npy").exists()
    assert snapshot.read(folder) is None
    snapshot.write(folder, made())
    assert same(snapshot.read(folder)["train"], made()["train"])
    assert rest.exists()  # it might be another process at work
    monkeypatch.setattr(snapshot, "UNFINISHED_SECONDS", 0)
    snapshot.forget_oldest(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reached", "snapshot-1"]


def test_the_snapshots_used_last_are_kept(tmp_path, monkeypatch):
    for age, name in ((300, "a"), (200, "b"), (100, "c")):
        snapshot.write(tmp_path / f"snapshot-{name}", made())
        os.utime(tmp_path / f"snapshot-{name}" / "set.json", (time.time() - age, time.time() - age))
    size = sum(path.stat().st_size for path in (tmp_path / "snapshot-a").iterdir())
    kept = snapshot.read(tmp_path / "snapshot-a")  # used: now the newest
    monkeypatch.setattr(snapshot, "MAX_BYTES", int(2.5 * size))
    snapshot.forget_oldest(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["snapshot-a", "snapshot-c"]
    monkeypatch.setattr(snapshot, "MAX_BYTES", 1)
    snapshot.write(tmp_path / "snapshot-d", made())
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot-d"]
    if sys.platform != "win32":
        assert same(kept["test"], made()["test"])  # who has mapped it keeps it


@pytest.fixture
def mine(folder, medmnist_arrays):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    return folder / "mine.npz"


def test_many_who_ask_at_once_start_one_reader_and_get_what_is_loaded(mine, monkeypatch):
    real, readers, everyone = subprocess.run, [], threading.Barrier(6)

    def counted(command, **kwargs):
        readers.append(command)
        return real(command, **kwargs)

    def ask(_):
        everyone.wait(timeout=30)
        return sources.snapshot("mine")

    monkeypatch.setattr(subprocess, "run", counted)
    with ThreadPoolExecutor(6) as sessions:
        found = list(sessions.map(ask, range(6)))
    assert len(readers) == 1
    sources.facts("mine")
    assert len(readers) == 1, "one reading gives the facts too"
    loaded = sources.load(DataSpec("mine"))
    assert all(same(splits[split], loaded[split]) for splits in found for split in SPLITS)


def test_a_changed_file_and_other_options_have_snapshots_of_their_own(mine, medmnist_arrays):
    first = np.array(sources.snapshot("mine")["train"].images)
    medmnist_arrays["train_images"] ^= 1
    np.savez(mine, **medmnist_arrays)
    os.utime(mine, ns=(1, 1))
    assert np.array_equal(sources.snapshot("mine")["train"].images, first ^ 1)
    few, more = (sources.snapshot("ct-simulator", {"images": images}) for images in (40, 100))
    assert [sum(map(len, splits.values())) for splits in (few, more)] == [40, 100]


def test_a_damaged_snapshot_of_a_source_is_read_again(mine):
    sources.snapshot("mine")
    (found,) = cache.folder().glob("snapshot-*/")
    (found / "train.images.npy").write_bytes(b"")
    assert sources.snapshot("mine")["train"].images.shape == (40, 6, 5, 1)


def test_a_set_that_keeps_its_things_beside_it_leaves_nothing_in_the_cache(mine, tmp_path, monkeypatch):
    beside = tmp_path / "session"
    beside.mkdir()
    real = sources.listing
    monkeypatch.setattr(sources, "listing", lambda: [_kept(entry, beside) for entry in real()])
    monkeypatch.setattr(sources, "_run", lambda what, name, options: measure.WORK[what](name, options))
    sources.snapshot("mine")
    sources.overview("mine")
    assert list(cache.folder().iterdir()) == []
    assert list(beside.glob("snapshot-*/overview-*.npz"))


def _kept(entry, folder):
    return replace(entry, kept=folder) if entry.name == "mine" else entry


def test_a_set_that_cannot_be_read_gives_its_sentence(mine, medmnist_arrays):
    images = medmnist_arrays["val_images"].astype(np.float32)
    images[0, 0, 0] = np.nan
    np.savez(mine, **{**medmnist_arrays, "val_images": images})
    with pytest.raises(ValueError, match=r'"mine" could not be read: mine\.npz must hold float images'):
        sources.snapshot("mine")


ASKER = """
import subprocess, sys, time
command = [sys.executable, "-m", "medcore.data.inspection.measure", "read", "ct-simulator", '{"images": 20000}']
child = subprocess.Popen(command)
print(child.pid, flush=True)
child.wait()
"""


def test_the_reader_ends_with_the_process_that_asked(home):
    asker = subprocess.Popen([sys.executable, "-c", ASKER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    reader = psutil.Process(int(asker.stdout.readline()))
    deadline = time.monotonic() + 60
    while not (home / "cache").exists():  # it is past its imports, and at work
        assert reader.is_running()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    asker.send_signal(signal.SIGTERM)
    asker.wait()
    asker.stdout.close()
    reader.wait(timeout=20)
    assert not list((home / "cache").glob("snapshot-*"))


def test_looking_at_a_large_set_takes_little_memory(mine, medmnist_arrays):
    rng = np.random.default_rng(0)
    large = rng.integers(0, 256, (3000, 224, 224), dtype=np.uint8)  # 150 MB
    np.savez(
        mine,
        **{
            **medmnist_arrays,
            **{f"{s}_images": large[:n, :, :] for s, n in (("train", 3000), ("val", 10))},
            "test_images": large[:20],
            "train_labels": np.arange(3000) % 2,
        },
    )
    before = psutil.Process().memory_info().rss
    splits = sources.snapshot("mine")
    np.testing.assert_array_equal(splits["train"].images[2999, ..., 0], large[2999])
    assert psutil.Process().memory_info().rss - before < 40 * 2**20
