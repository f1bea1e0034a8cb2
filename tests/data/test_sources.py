"""The one door to all data sets."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medcore.data import cache, checks, sources
from medcore.data.files import nifti_folder, npz, pictures
from medcore.data.inspection.facts import Facts, content_hash
from medcore.spec import DataSpec

ROOT = Path(__file__).parents[2]
HEAVY = ("sklearn", "scipy", "skimage", "nibabel", "pooch", "requests", "PIL", "pandas", "keras", "tensorflow")


def test_the_built_in_and_published_sets_are_listed_in_order(home):
    names = [entry.name for entry in sources.listing()]
    assert names[:6] == ["ct-simulator", "ct-volumes", "digits", "mnist", "pathmnist", "chestmnist"]
    assert len(names) == 16
    assert [entry.name for entry in sources.listing() if entry.available] == ["ct-simulator", "ct-volumes", "digits"]


def test_every_line_is_plain_json_without_paths(folder, medmnist_arrays):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    (folder / "broken.npz").write_bytes(b"")
    text = json.dumps([entry.to_dict() for entry in sources.listing()])
    assert str(folder) not in text
    assert str(folder.parent) not in text
    lines = {line["name"]: line for line in json.loads(text)}
    assert lines["mine"]["sizes"] == {"train": 40, "val": 10, "test": 20}
    assert lines["mine"]["available"]
    assert not lines["broken"]["available"]
    assert lines["broken"]["how"]
    assert lines["ct-simulator"]["options"]["scanner"]["values"] == ["A", "B"]


def test_listing_is_light_in_imports(folder, medmnist_arrays):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    code = f"""
import sys
from medcore.data import sources
assert "mine" in [entry.name for entry in sources.listing()]
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_listing_again_opens_no_set(home, monkeypatch, shared_data):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    first = [entry.to_dict() for entry in sources.listing()]
    monkeypatch.setattr(npz, "headers", lambda path: pytest.fail(f"opened {path.name}"))
    monkeypatch.setattr(pictures, "size", lambda path: pytest.fail(f"opened {path.name}"))
    monkeypatch.setattr(nifti_folder, "_open", lambda path: pytest.fail(f"opened {path.name}"))
    assert [entry.to_dict() for entry in sources.listing()] == first


@pytest.mark.parametrize("name", ["ct-simulator", "digits", "breastmnist", "pneumoniamnist_rebuilt", "hippocampus"])
def test_what_is_listed_is_what_is_loaded(home, monkeypatch, shared_data, name):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    options = {"images": 40} if name == "ct-simulator" else {}
    entry, splits = sources.find(name), sources.load(DataSpec(name, options))
    if not options:
        assert {split: len(part) for split, part in splits.items()} == dict(entry.sizes)
    for part in splits.values():
        assert part.images.shape[1:] == entry.shape
        assert part.class_names == sources.find(name).classes
        assert part.card.name == name
    assert checks.check(splits) == ()


def test_an_unknown_name_gets_near_names(home):
    with pytest.raises(FileNotFoundError, match=r'no data set named "brestmnist"\. Near names: breastmnist'):
        sources.find("brestmnist")
    with pytest.raises(FileNotFoundError, match=r"There are ct-simulator, ct-volumes, digits, mnist"):
        sources.find("???")


def test_the_official_set_that_is_not_here_points_to_the_near_ones(home, monkeypatch, shared_data):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    expected = '"pneumoniamnist" is not available. Download it.*Near names on this machine: pneumoniamnist_rebuilt, '
    with pytest.raises(FileNotFoundError, match=expected):
        sources.load(DataSpec("pneumoniamnist"))


def test_a_damaged_file_of_a_published_set_keeps_its_card_and_can_be_downloaded(folder):
    (folder / "bloodmnist.npz").write_bytes(b"PK")
    entry = sources.find("bloodmnist")
    assert (entry.card.title, entry.available, entry.remote.file) == ("BloodMNIST", False, "bloodmnist.npz")
    assert "damaged" in entry.how


def test_a_set_of_the_name_of_a_built_in_one_is_hidden_and_said(folder, medmnist_arrays):
    np.savez(folder / "digits.npz", **medmnist_arrays)
    entry = sources.find("digits")
    assert entry.shape == (8, 8, 1)
    assert "the one built in comes first" in entry.card.notes[-1]


def test_sets_without_options_take_none(home):
    with pytest.raises(ValueError, match=r'"digits" takes no options\. Received'):
        sources.load(DataSpec("digits", {"dose": 1}))
    with pytest.raises(ValueError, match="Received: 'doze'"):
        sources.load(DataSpec("ct-simulator", {"doze": 1}))


def test_what_cannot_be_downloaded_says_why(home):
    with pytest.raises(FileNotFoundError, match="several labels an image"):
        sources.download("chestmnist")
    with pytest.raises(FileNotFoundError, match='"digits" cannot be downloaded'):
        sources.download("digits")


def test_facts_are_measured_in_another_process_and_kept(folder, medmnist_arrays, monkeypatch):
    medmnist_arrays["test_images"][0] = medmnist_arrays["train_images"][0]
    np.savez(folder / "mine.npz", **medmnist_arrays)
    known = sources.facts("mine")
    assert known.counts == {split: {"0": half, "1": half} for split, half in (("train", 20), ("val", 5), ("test", 10))}
    assert known.duplicates.between == {"train and test": 1}
    assert known.duplicates.places == ((("train", 0), ("test", 0)),)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: pytest.fail("measured again"))
    assert sources.facts("mine") == known
    splits = sources.load(DataSpec("mine"))
    assert known.sha256 == content_hash(splits)
    leak = "Leak: 1 image lies in both train and test (equal to the last pixel)."
    assert leak in sources.find("mine").card.notes
    assert all(leak in part.card.notes for part in splits.values())


def test_classes_of_masks_are_listed_once_a_reading_has_found_them(folder):
    for number in range(5):
        for part, values in (("images", np.full((4, 4), number)), ("masks", np.eye(4) * 2 + np.tri(4))):
            (folder / "cells" / part).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values.astype(np.uint8)).save(folder / "cells" / part / f"{number}.png")
    assert sources.find("cells").to_dict()["classes"] == []
    sources.facts("cells")
    assert sources.find("cells").to_dict()["classes"] == ["background", "class 1", "class 3"]
    assert sources.load(DataSpec("cells"))["test"].class_names == sources.find("cells").classes


def test_what_only_the_reading_notes_is_on_the_card_from_then_on(folder):
    for number in range(5):
        for part in ("images", "masks"):
            (folder / "cells" / part).mkdir(parents=True, exist_ok=True)
            Image.new("L", (4 + number, 4), number + 1).save(folder / "cells" / part / f"{number}.png")
    said = sources.find("cells").card.notes
    (resized,) = (note for note in sources.load(DataSpec("cells"))["train"].card.notes if "size" in note)
    assert resized not in said
    assert resized in sources.find("cells").card.notes


def test_many_who_ask_at_once_start_one_reader(folder, medmnist_arrays, monkeypatch):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    real, readers, everyone = subprocess.run, [], threading.Barrier(6)

    def counted(command, **kwargs):
        readers.append(command)
        return real(command, **kwargs)

    def ask(_):
        everyone.wait(timeout=30)
        return sources.facts("mine")

    monkeypatch.setattr(subprocess, "run", counted)
    with ThreadPoolExecutor(6) as sessions:
        found = list(sessions.map(ask, range(6)))
    assert len(readers) == 1
    assert all(known == found[0] for known in found)


def test_a_reading_that_takes_too_long_gives_one_sentence(folder, medmnist_arrays, monkeypatch):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    monkeypatch.setattr(sources, "FACTS_TIMEOUT", 0.01)
    with pytest.raises(OSError, match=r'^The data set "mine" could not be read within .* minutes\.$'):
        sources.facts("mine")


def test_facts_of_a_changed_file_are_measured_again(folder, medmnist_arrays):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    sources.load(DataSpec("mine"))
    first = sources.facts("mine")
    medmnist_arrays["train_images"][0] ^= 1
    np.savez(folder / "mine.npz", **medmnist_arrays)
    os.utime(folder / "mine.npz", ns=(1, 1))
    assert sources.facts("mine").sha256 != first.sha256


def test_damaged_facts_are_measured_again(folder, medmnist_arrays):
    np.savez(folder / "mine.npz", **medmnist_arrays)
    sources.load(DataSpec("mine"))
    (file,) = cache.folder().glob("facts-*.json")
    expected = Facts.from_dict(json.loads(file.read_bytes()))
    file.write_text('{"counts": ')
    assert sources.facts("mine") == expected


def test_facts_of_a_set_that_cannot_be_read_give_its_sentence(folder, medmnist_arrays):
    images = medmnist_arrays["val_images"].astype(np.float32)
    images[0, 0, 0] = np.nan
    np.savez(folder / "mine.npz", **{**medmnist_arrays, "val_images": images})
    with pytest.raises(ValueError, match=r'"mine" could not be read: mine\.npz must hold float images'):
        sources.facts("mine")


def test_a_file_that_is_not_the_published_one_is_noted(home, monkeypatch, shared_data):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    assert not any("checksum" in note for note in sources.load(DataSpec("breastmnist"))["train"].card.notes)
    assert any("checksum" in note for note in sources.load(DataSpec("mnist"))["train"].card.notes)


def test_empty_masks_and_what_no_mask_shows_are_said(folder):
    """Of 12 pictures one has an empty mask; one class is in a single picture, so most splits lack it."""
    rng = np.random.default_rng(0)
    for kind in ("images", "masks"):
        (folder / "cells" / kind).mkdir(parents=True)
    for number in range(12):
        mask = np.full((8, 6), 1 if number else 0, np.uint8)
        mask[0, 0] = 2 if number == 5 else 0
        Image.fromarray(rng.integers(0, 256, (8, 6), dtype=np.uint8)).save(
            folder / "cells" / "images" / f"{number}.png"
        )
        Image.fromarray(mask).save(folder / "cells" / "masks" / f"{number}.png")
    splits = sources.load(DataSpec("cells"))
    notes = splits["train"].card.notes
    assert sum("Nothing is marked in 1 of the" in note for note in notes) == 1
    assert sum("shows class 2." in note for note in notes) == 2
