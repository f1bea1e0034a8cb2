"""A trained network meets images of a person's own: its answer is right, and lies in memory alone."""

import io
import json

import keras
import numpy as np
import pytest

from medcore.data import own_image, session_sets, sources
from medcore.data.own_image import OwnImage
from medcore.evaluation.calibration import best_temperature, cooled
from medcore.explanation import prediction
from medcore.labs import predictions
from medcore.spec import DataSpec, ModelSpec, PreparationSpec, RunSpec, TrainingSpec
from medcore.training import classification
from medcore.training.classification import softmax
from tests.training.conftest import Recorder

BASE = "0123456789abcdef"
SPEC = RunSpec(
    data=DataSpec("digits"),
    training=TrainingSpec(epochs=2, batch_size=64),
    preparation=PreparationSpec({"gaussian_noise": {"sd": 0.3}, "zscore": {"scope": "train"}}, "test"),
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder of runs, with a CNN that learned standardised digits; only test images were noisy."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("MEDCORE_HOME", str(home))
    folder = home / "runs" / BASE
    folder.mkdir(parents=True)
    classification.train(SPEC, Recorder(folder))
    yield folder.parent
    patch.undo()


def digit(number: int) -> np.ndarray:
    image = sources.load(DataSpec("digits"))["test"].images[number]
    return image if image.dtype == np.uint8 else np.rint(255 * image).astype(np.uint8)


def ask(runs, image, method="gradcam", base=BASE, model=b""):
    """The result of the run, facts and arrays."""
    name = own_image.keep(image, model)
    (spec,) = predictions.request(name, base, ModelSpec("cnn"), method).values()
    folder = runs / "asked"
    folder.mkdir(exist_ok=True)
    run = Recorder(folder)
    try:
        result = prediction.predict(spec, run)
        return result, *own_image.answered(name)
    finally:
        session_sets.forget(name)


@pytest.fixture(scope="module")
def answered(runs):
    return ask(runs, OwnImage(digit(3), (80, 80), False, SPEC.to_dict()))


def test_it_says_what_keras_says_without_the_noise_of_the_study(runs, answered):
    _, facts, arrays = answered
    scale = json.loads((runs / BASE / "preparation.json").read_text())["scale"]
    model = keras.models.load_model(runs / BASE / "model.keras", compile=False)
    prepared = (digit(3)[None] / 255 - scale["zero"]) / scale["unit"]
    np.testing.assert_allclose(arrays["image"][None], prepared, atol=1e-5)
    expected = softmax(np.asarray(model(prepared.astype(np.float32)), np.float64))[0]
    np.testing.assert_allclose(facts["probabilities"], expected, atol=2e-2)
    assert facts["said"] == int(expected.argmax())
    assert facts["classes"] == [str(i) for i in range(10)]


def test_probabilities_are_calibrated_by_the_validation_images(runs, answered):
    _, facts, _ = answered
    with np.load(runs / BASE / "predictions.npz") as kept:
        val, labels = kept["val_probabilities"].astype(np.float64), kept["val_labels"]
    temperature = best_temperature(val, labels)
    assert facts["temperature"] == pytest.approx(temperature)
    np.testing.assert_allclose(facts["calibrated"], cooled(np.array([facts["probabilities"]]), temperature)[0])
    found, said = facts["experience"], facts["said"]
    sure = cooled(val, temperature)
    alike = (sure.argmax(axis=1) == said) & (sure[:, said] >= found["low"])
    alike &= (sure[:, said] < found["high"]) | (found["high"] == 1)
    assert (found["images"], found["right"]) == (alike.sum(), (labels[alike] == said).sum())
    assert found["low"] <= facts["calibrated"][said] <= found["high"]


def test_heatmap_and_nearest_images(answered):
    _, facts, arrays = answered
    assert arrays["heat_gradcam"].shape == (8, 8)
    assert arrays["nearest"].shape == (predictions.NEAREST, 8, 8, 1)
    train = sources.load(DataSpec("digits"))["train"]
    for one, pixels in zip(facts["nearest"], arrays["nearest"], strict=True):
        image = train.images[one["row"]]
        np.testing.assert_allclose(pixels, image if image.dtype == np.uint8 else 255 * image, atol=0.51)
        assert one["label"] == train.labels[one["row"]]


def test_nothing_of_the_image_is_in_result_or_home(runs):
    own = digit(3) // 3 * 2 + 1  # in no data set
    result, facts, _ = ask(runs, OwnImage(own, (80, 80), False, SPEC.to_dict()))
    assert set(result) == {"seconds", "base"}
    assert list((runs / "asked").iterdir()) == []
    kept = b"".join(file.read_bytes() for file in runs.parent.rglob("*") if file.is_file())
    assert own.tobytes() not in kept
    assert json.dumps(facts["probabilities"]).encode() not in kept


def test_it_is_such_as_the_network_knows_and_its_inversion_is_not(runs, answered):
    assert not answered[1]["verdict"]["refused"]
    assert answered[1]["verdict"]["compared"] > 100
    inverted = ask(runs, OwnImage(255 - digit(3), (80, 80), False, SPEC.to_dict()))[1]
    assert inverted["verdict"]["refused"]
    assert "inverted" in {reason["kind"] for reason in inverted["verdict"]["reasons"]}


def test_an_image_of_another_size_is_refused(runs):
    with pytest.raises(ValueError, match="takes images of"):
        ask(runs, OwnImage(np.zeros((9, 9, 1), np.uint8), (80, 80), False, SPEC.to_dict()))


def test_a_model_that_was_brought_along_answers_without_a_past(runs, tmp_path):
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")]
    )
    model.save(tmp_path / "theirs.keras")
    image = OwnImage(digit(5), (80, 80), False, {}, ("a", "b", "c"))
    _, facts, arrays = ask(runs, image, "gradcam", "", (tmp_path / "theirs.keras").read_bytes())
    expected = np.asarray(model((digit(5)[None] / 255).astype(np.float32)))[0]
    np.testing.assert_allclose(facts["probabilities"], expected, atol=1e-5)  # no softmax over a softmax
    assert facts["classes"] == ["a", "b", "c"]
    assert (facts["calibrated"], facts["nearest"]) == (None, [])
    assert set(facts["methods"]) == {"integrated_gradients"}  # it has no maps
    assert arrays["heat_integrated_gradients"].shape == (8, 8)


def test_a_model_of_one_number_is_refused(runs, tmp_path):
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.save(tmp_path / "one.keras")
    with pytest.raises(ValueError, match="two classes or more"):
        ask(runs, OwnImage(digit(5), (80, 80), False), "gradcam", "", (tmp_path / "one.keras").read_bytes())


def test_a_session_that_has_ended_is_said(runs):
    (spec,) = predictions.request(f"session-{'0' * 32}", BASE, ModelSpec("cnn"), "gradcam").values()
    with pytest.raises(FileNotFoundError, match="went when the session ended"):
        prediction.predict(spec, Recorder(runs / "asked"))


def test_arrays_can_be_read_without_pickle(answered):
    buffer = io.BytesIO()
    np.savez(buffer, **answered[2])
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False) as read:
        assert set(read.files) == set(answered[2])
