"""The loss around the paths of finished runs."""

import numpy as np
import pytest

from medcore.data import sources
from medcore.labs import landscape as lab
from medcore.spec import ModelSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.training import compiled, landscape, path
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder, quadrants

BASES = ("0123456789abcdef0123456789abcdef", "f123456789abcdef0123456789abcdef")
SPEC = RunSpec(model=ModelSpec("mlp", {"hidden": 8}), training=TrainingSpec(record_path=True))


@pytest.fixture(autouse=True)
def images(splits, monkeypatch):
    monkeypatch.setattr(landscape, "SIDE", 5)
    monkeypatch.setattr(sources, "load", lambda spec, report=None: splits)


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "survey"
    folder.mkdir()
    return Recorder(folder)


def weights_of(model):
    return np.concatenate([np.asarray(v).ravel() for v in model.get_weights()])


def keep_path(tmp_path, name, points):
    (tmp_path / name).mkdir()
    points = np.asarray(points, np.float32)
    moves, scales = (points - points[0]).astype(np.float16), np.ones(len(points), np.float32)
    np.savez(tmp_path / name / "path.npz", steps=np.arange(len(points)), start=points[0], moves=moves, scales=scales)


@pytest.fixture
def model():
    return compiled.build_model(SPEC.model, (12, 12, 1), 3, "float32", 0)


def survey(run, bases=BASES, spec=SPEC):
    return landscape.survey(lab.runs(dict.fromkeys(bases, spec))[lab.LABEL], run)


@pytest.fixture
def paths(tmp_path, model):
    """Two runs that go different ways from the same start, on a plane."""
    start = weights_of(model)
    one, other = np.random.default_rng(0).normal(size=(2, len(start))) * 0.02
    keep_path(tmp_path, BASES[0], [start + t * one for t in range(6)])
    keep_path(tmp_path, BASES[1], [start + t * other for t in range(6)])


def mean_loss(model, weights, images):
    sizes = np.cumsum([v.size for v in model.get_weights()])[:-1]
    shapes = [v.shape for v in model.get_weights()]
    parts = np.split(weights.astype(np.float32), sizes)
    model.set_weights([part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)])
    logits = np.asarray(model(images.images / np.float32(255)))
    logits = logits - logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(logits)), images.labels].mean()


def test_the_loss_is_that_of_the_weights_there(run, paths, model, splits):
    found = survey(run)
    assert sum(found["explained"]) == pytest.approx(1, abs=1e-4)
    assert found["images"] == len(splits["train"])
    kept = path.load(run.folder.parent / BASES[1] / path.FILE)[1]
    expected = [mean_loss(model, weights, splits["train"]) for weights in kept]
    np.testing.assert_allclose(found["paths"][1]["loss"], expected, rtol=1e-4)
    assert found["paths"][1]["steps"] == list(range(6))


def test_the_surface_meets_the_paths_that_lie_on_it(run, paths, monkeypatch):
    monkeypatch.setattr(landscape, "SIDE", 25)
    found = survey(run)
    x, y, loss = np.array(found["x"]), np.array(found["y"]), np.array(found["loss"])
    for drawn in found["paths"]:
        for a, b, at in zip(drawn["x"], drawn["y"], drawn["loss"], strict=True):
            column, row = np.searchsorted(x, a) - 1, np.searchsorted(y, b) - 1
            around = loss[row : row + 2, column : column + 2]
            assert around.min() - 0.02 < at < around.max() + 0.02


def test_the_images_are_prepared_as_they_were_for_training(run, paths):
    plain = survey(run)
    spec = RunSpec(
        model=SPEC.model, training=SPEC.training, preparation=PreparationSpec.given({"inverted_contrast": True})
    )
    assert survey(run, spec=spec)["loss"] != plain["loss"]


def test_it_says_how_far_it_is_and_stops_when_told(tmp_path, paths, run):
    survey(run)
    assert any(sentence.startswith("Measuring the loss: ") for sentence in run.sentences)
    with pytest.raises(Cancelled):
        survey(Recorder(run.folder, cancel_at=4))


def test_what_cannot_be_drawn_is_said(run, tmp_path, paths):
    missing = "a" * 32
    with pytest.raises(FileNotFoundError, match="kept no path"):
        survey(run, (missing,))
    keep_path(tmp_path, missing, np.random.default_rng(0).normal(size=(4, 10)))
    with pytest.raises(ValueError, match=r"same network, with .* Received: 10"):
        survey(run, (BASES[0], missing))
    (tmp_path / missing / "path.npz").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match="damaged"):
        survey(run, (missing,))


def test_many_images_are_too_many(run, paths, monkeypatch):
    monkeypatch.setattr(
        sources, "load", lambda spec, report=None: dict.fromkeys(("train", "val", "test"), quadrants(3_000, 5))
    )
    assert survey(run)["images"] == landscape.PIXELS // 144
