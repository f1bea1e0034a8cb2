"""The ZIP: what is in it, what is said of the images, and what cannot be packed."""

import io
import json
import re
import sys
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version

import numpy as np
import psutil
import pytest

from medcore.data import session_sets, sources
from medcore.data.dataset import Card
from medcore.export import archive, bundle, readme, requirements
from medcore.labs import optimizers
from medcore.spec import DataSpec, PreparationSpec, RunSpec

RUNS = optimizers.runs(dataset="digits", model="mlp", optimizers=["momentum", "adam"], epochs=2)
CARD = Card("set", "A set", "classification", "Made.", "CC BY 4.0", "Somebody 2020", "Given.")


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archived:
        return {name: archived.read(name) for name in archived.namelist()}


def packed(runs: Mapping[str, RunSpec]) -> bytes:
    buffer = io.BytesIO()
    archive.write(buffer, runs, {}, lambda share: None)
    return buffer.getvalue()


def arrays(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content)) as file:
        return dict(file)


def own_set(n: int = 12) -> str:
    """A session's set of random pictures; its name."""
    rng, buffer = np.random.default_rng(0), io.BytesIO()
    parts = {}
    for split in ("train", "val", "test"):
        parts[f"{split}_images"] = rng.integers(0, 256, (n, 8, 8), dtype=np.uint8)
        parts[f"{split}_labels"] = np.arange(n)[:, None] % 2
    np.savez(buffer, **parts)
    return session_sets.keep(buffer.getvalue(), ["no", "yes"])


def test_another_process_makes_it_and_says_how_far_it_is(home):
    shares = []
    found = members(bundle.make(RUNS, {}, shares.append))
    assert sorted(found) == [
        "README.txt",
        "data.npz",
        "notebook.ipynb",
        "requirements.txt",
        "script.py",
        "specs.json",
    ]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    data, splits = arrays(found["data.npz"]), sources.load(DataSpec("digits"))
    assert list(data["class_names"]) == list(splits["train"].class_names)
    for split, part in splits.items():
        np.testing.assert_array_equal(data[f"{split}_images"], part.images)
        np.testing.assert_array_equal(data[f"{split}_labels"], part.labels)
    assert b"Licence: CC BY 4.0" in found["README.txt"]
    assert b"10.24432/C50P49" in found["README.txt"]


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({"a": RunSpec(data=DataSpec("digitz"))}, r'no data set named "digitz". Near names: digits.'),
        ({"a": RunSpec(data=DataSpec("session-" + "0" * 32))}, "went when the session ended"),
    ],
)
def test_images_that_are_not_there_any_more_are_said_in_a_sentence(home, runs, message):
    with pytest.raises(ValueError, match=message) as error:
        bundle.make(runs, {}, lambda share: None)
    assert "\n" not in str(error.value)


def says(monkeypatch, code: str) -> None:
    """Lets Python code stand in for the process."""
    monkeypatch.setattr(bundle, "COMMAND", (sys.executable, "-c", f"import sys\n{code}"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("{}['float16']", bundle.FAILED),
        ("sys.exit('UserWarning: 7 images look odd')", bundle.FAILED),
        (f"sys.exit('{bundle.ERROR} A sentence.')", "A sentence."),
        (f"print('{bundle.ERROR} A sentence.', file=sys.stderr); raise KeyError(7)", "A sentence."),
    ],
)
def test_only_a_sentence_for_people_is_passed_on(monkeypatch, code, message):
    says(monkeypatch, code)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        bundle.make(RUNS, {}, lambda share: None)


def test_only_what_it_says_of_its_progress_counts(monkeypatch):
    says(monkeypatch, f"print('0.9', '{bundle.DONE} 0.25', sep='\\n', file=sys.stderr, flush=True)\nsys.stdin.read()")
    shares = []
    assert bundle.make(RUNS, {}, shares.append) == b""
    assert set(shares) <= {0.0, 0.25, 1.0}


def test_one_that_takes_too_long_is_ended(monkeypatch):
    says(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(bundle, "SECONDS", 0.1)
    with pytest.raises(ValueError, match="was not ready after 15 minutes"):
        bundle.make(RUNS, {}, lambda share: None)


def test_one_that_nobody_waits_for_is_ended(monkeypatch):
    says(monkeypatch, "import time; time.sleep(60)")
    before = set(psutil.Process().children())

    def refuse(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        bundle.make(RUNS, {}, refuse)
    assert set(psutil.Process().children()) <= before


def test_few_are_made_at_once(monkeypatch):
    """Who waits for his turn may give up."""
    monkeypatch.setattr(bundle, "_places", threading.BoundedSemaphore(1))
    says(monkeypatch, "sys.stdin.read()")
    waits = threading.Event()

    def second(share):
        waits.set()
        raise InterruptedError

    def first(share):
        if not waits.is_set():
            with pytest.raises(InterruptedError):
                bundle.make(RUNS, {}, second)

    bundle.make(RUNS, {}, first)
    assert waits.is_set()
    bundle.make(RUNS, {}, lambda share: None)


def test_the_same_runs_give_the_same_bytes(home):
    first, again = (packed(RUNS) for _ in range(2))
    assert first == again


def test_images_are_as_the_network_sees_them(home):
    spec = RunSpec(data=DataSpec("digits"), preparation=PreparationSpec({"zscore": {}, "gaussian_noise": {"sd": 0.1}}))
    found = members(packed({"a": spec}))
    images = arrays(found["data.npz"])["train_images"]
    assert images.dtype == np.float32
    assert abs(images.mean()) < 1e-4
    assert abs(images.std() - 1) < 1e-4
    assert b"Changed: Medcore prepared the images (Gaussian noise, Z-score; see specs.json)." in found["README.txt"]


def test_variants_that_are_too_many_are_left_out_and_said(home, monkeypatch):
    spec = RunSpec(data=DataSpec("digits"), preparation=PreparationSpec({"flip": {}}))
    monkeypatch.setattr(archive, "MAX_BYTES", 3 * 1797 * 64 * 4)  # of five epochs
    found = members(packed({"a": spec}))
    assert "augmented_images" not in arrays(found["data.npz"])
    assert "were too many for this ZIP" in " ".join(found["README.txt"].decode().split())


def test_images_that_are_too_many_are_refused(home, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 2**16)
    with pytest.raises(ValueError, match=r"0 MB of images at most.* Received: 0 MB"):
        packed(RUNS)


def test_a_sessions_own_images_are_packed_without_their_secret_name(home):
    name = own_set()
    try:
        content = bundle.make({"a": RunSpec(data=DataSpec(name))}, {}, lambda share: None)
    finally:
        session_sets.forget(name)
    found = members(content)
    assert not [member for member, data in found.items() if name.encode() in data]
    assert arrays(found["data.npz"])["train_images"].shape == (12, 8, 8, 1)
    assert readme.NOT_STATED.encode()[:60] in found["README.txt"]
    assert json.loads(found["specs.json"])[0]["label"] == "a"


@pytest.mark.parametrize(
    ("licence", "sentence"),
    [("CC BY-NC 4.0", readme.NOT_COMMERCIAL), ("not stated", readme.NOT_STATED), ("CC BY 4.0", None)],
)
def test_what_a_licence_means_is_said(licence, sentence):
    card = Card(**(vars(CARD) | {"licence": licence}))
    text = " ".join(readme.text(RUNS, {"data.npz": card}, []).split())
    assert f"Licence: {licence}" in text
    for other in (readme.NOT_COMMERCIAL, readme.NOT_STATED):
        assert (other in text) == (other == sentence)


@pytest.mark.parametrize("files", [["data.npz"], ["data-1.npz", "data-2.npz"]])
def test_the_readme_names_the_files_that_are_there(files):
    runs = {
        f"seed {n}": replace(RUNS["Adam"], seed=n, preparation=PreparationSpec({"gaussian_noise": {"sd": 0.1}}))
        for n, _ in enumerate(files)
    }
    text = readme.text(runs, dict.fromkeys(files, CARD), [])
    assert [line.split()[0] for line in text.splitlines() if "images and labels of" in line] == files


def test_requirements_are_the_versions_that_run_here():
    assert requirements.text(RUNS).split() == [f"{name}=={version(name)}" for name in ("tensorflow", "keras", "numpy")]
