"""The part of the page on transfer learning that asks a network about an image of one's own."""

import io

import keras
import numpy as np
import pytest
from PIL import Image

from medcore.data import session_sets, sources
from medcore.explanation import prediction
from medcore.runs import files
from medcore.spec import DataSpec, RunSpec
from medcore.ui.predict import predict_answer
from tests.training.conftest import Recorder
from tests.ui import made_runs

PAGE, PART = "transfer_learning", "Predict"


@pytest.fixture
def network(store):
    """Id of a finished run whose network has the first weights that came, and what it said of validation images."""
    sources.keep_snapshot("digits", {})  # in this process, which has all that is needed
    (run_id,) = store.create({"CNN": RunSpec(data=DataSpec("digits"))}, "somebody")
    store.claim("small")
    result = made_runs.result(0.5, 0.5, parameters=650, published={})
    result["data"] |= {"classes": list("0123456789")}
    store.finish(run_id, "done", result=result)
    folder = files.folder(run_id)
    folder.mkdir(parents=True)
    image = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(4, 3, activation="relu")(image)
    keras.Model(image, keras.layers.Dense(10)(keras.layers.Flatten()(maps))).save(folder / "model.keras")
    said = np.random.default_rng(0).dirichlet(np.ones(10), 100).astype(np.float32)
    labels = np.arange(100) % 10
    np.savez(
        folder / "predictions.npz",
        probabilities=said,
        labels=labels,
        rows=labels,
        val_probabilities=said,
        val_labels=labels,
    )
    return run_id


def asked(store):
    """The question that waits for an answer."""
    return store.active()[0]


def answer(store):
    """Does what a training process would do."""
    question = asked(store)
    store.claim("small")
    folder = files.folder(question.id)
    folder.mkdir(parents=True)
    result = prediction.predict(RunSpec.from_dict(question.spec), Recorder(folder))
    store.finish(question.id, "done", result=result)
    return question


def test_from_a_picture_to_the_answer(open_page, store, network):
    page = open_page(PAGE, part=PART, model=network)
    assert not page.exception
    assert "For teaching and research, not for diagnosis" in page.caption[0].value
    assert [button.label for button in page.button if button.key == "predict_ask"] == []

    picture = io.BytesIO()
    pixels = np.asarray(sources.snapshot("digits")["test"].images[0])
    gray = pixels if pixels.dtype == np.uint8 else np.rint(255 * pixels).astype(np.uint8)
    Image.fromarray(gray[..., 0]).resize((64, 64)).save(picture, "PNG")
    page.file_uploader(key="upload_0").upload("Miller^Anna.png", picture.getvalue(), "image/png")
    page.run()
    for _ in range(100):
        if any(button.key == "predict_ask" for button in page.button):
            break
        page.run()
    page.button(key="predict_ask").click().run()
    assert not page.exception
    question = asked(store)
    assert "Miller" not in str(question)
    assert question.spec["base"] == network
    answer(store)
    page.run()
    assert not page.exception
    assert [error.value for error in page.error if "Refused" not in error.value] == []
    assert any("validation images" in said.value for said in (*page.markdown, *page.success))

    if any(toggle.key == "predict_anyway" for toggle in page.toggle):
        page.toggle(key="predict_anyway").set_value(True).run()
    words = [markdown.value for markdown in page.markdown]
    assert "**For teaching and research, not for diagnosis.**" in words
    assert any(caption.value.startswith("Calibrated on 100 validation images") for caption in page.caption)
    assert any("training images nearest to it" in word for word in words)

    first = question.spec["data"]["name"]
    page.button(key="predict_ask").click().run()
    second = asked(store).spec["data"]["name"]
    assert first != second
    with pytest.raises(FileNotFoundError):
        session_sets.folder(first)
    assert session_sets.folder(second).is_dir()


def test_noise_is_refused_and_the_answer_shown_on_demand_alone(open_page, store, network):
    page = open_page(PAGE, part=PART, model=network)
    page.button(key="predict_example_Noise").click().run()
    for _ in range(100):
        if any(button.key == "predict_ask" for button in page.button):
            break
        page.run()
    page.button(key="predict_ask").click().run()
    answer(store)
    page.run()
    assert any("Refused" in error.value for error in page.error)
    words = [markdown.value for markdown in page.markdown]
    assert "**For teaching and research, not for diagnosis.**" not in words
    page.toggle(key="predict_anyway").set_value(True).run()
    assert "**For teaching and research, not for diagnosis.**" in [markdown.value for markdown in page.markdown]


def test_a_network_that_is_torn_between_two_classes_is_said_not_to_know():
    classes = ["a", "b", "c"]
    assert 'does not know: "b" (45%) is hardly likelier to it than "a" (40%)' in predict_answer.unsure(
        classes, [0.40, 0.45, 0.15]
    )
    assert predict_answer.unsure(classes, [0.30, 0.55, 0.15]) == ""


def test_a_model_that_carries_code_is_refused(open_page, store):
    page = open_page(PAGE, part=PART, predict_whose="Brought along")
    page.file_uploader(key="predict_bring_0").upload("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(64))
    page.run()
    assert not page.exception
    (error,) = page.error
    assert "an .h5 file of an older Keras, which may carry code" in error.value


def test_without_a_network_one_can_be_trained_at_once(open_page, store):
    page = open_page(PAGE, part=PART)
    assert not page.exception
    page.button(key="first_train").click().run()
    (record,) = store.active()
    assert record.spec["data"]["name"] == "ct-simulator"


def test_a_cluster_cannot_see_the_image(open_page, store, network, monkeypatch):
    monkeypatch.setenv("MEDCORE_SCHEDULER", "tcp://127.0.0.1:1")
    page = open_page(PAGE, part=PART, model=network)
    assert not page.exception
    assert any("Trainings run on a cluster here" in info.value for info in page.info)
