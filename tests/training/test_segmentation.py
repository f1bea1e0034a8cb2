"""A whole run on masks: what it learns, logs, keeps and measures."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from medcore.data import sources
from medcore.evaluation import cases, masks, watched
from medcore.spec import PreparationSpec, SegmentationSpec, TrainingSpec
from medcore.training import segmentation
from medcore.training.run import Cancelled
from tests.training.conftest import Recorder
from tests.training.masked import NAMES, SIDE, spec_of, splits

EPOCHS = 30


def trained(spec, parts, folder, monkeypatch, **settings):
    monkeypatch.setattr(sources, "load", lambda *_: parts)
    run = Recorder(folder, **settings)
    return segmentation.train(spec, run), run


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Result, log and images of one run."""
    parts = splits()
    spec = spec_of(training=TrainingSpec(EPOCHS, 8), segmentation=SegmentationSpec(watched=3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        return *trained(spec, parts, tmp_path_factory.mktemp("run"), monkeypatch), parts


def test_learns_masks_of_two_classes(finished):
    result, _, _ = finished
    assert result["test"]["dice"] > 0.8
    assert list(result["test"]["classes"]) == list(NAMES[1:])
    assert result["data"]["classes"] == list(NAMES)
    assert result["test"]["classes"]["dark"]["units"] == 4
    assert (result["unit"], result["length_unit"], result["volume_unit"]) == ("image", "mm", "mm²")
    assert result["spacing"] == (2.0, 1.0)


def test_what_is_logged_at_the_end_is_what_the_result_says_of_the_validation(finished):
    result, run, _ = finished
    for name in ("dice", "iou", "dice_whole"):
        assert len(run.values(f"val_{name}")) == EPOCHS
        assert run.values(f"val_{name}")[-1] == pytest.approx(result["val"][name])
    assert run.values("val_dice_2")[-1] == pytest.approx(result["val"]["classes"]["dark"]["dice"])
    assert run.values("val_accuracy")[-1] == pytest.approx(result["val"]["pixel_accuracy"])
    assert 0.9 < run.values("train_accuracy")[-1] <= 1


def test_cases_are_what_the_saved_network_says(finished):
    result, run, parts = finished
    model, kept = keras.saving.load_model(run.folder / "model.keras"), cases.read(run.folder)
    images = parts["test"].images
    foreground, classes = masks.said(masks.softmax(model.predict_on_batch(images / np.float32(255))))
    assert np.abs(kept.foreground.astype(int) - foreground).max() <= 1 + 5 * (
        result["device"]["precision"] != "float32"
    )
    assert (kept.classes == classes)[kept.truth > 0].mean() > 0.99
    np.testing.assert_array_equal(kept.truth, parts["test"].masks)
    assert result["files"]["cases"] == cases.FILE


def test_watches_the_same_images_from_before_training_on(finished):
    _, run, parts = finished
    seen = watched.images(run.folder)
    np.testing.assert_array_equal(seen.images, parts["val"].images[seen.rows])
    np.testing.assert_array_equal(seen.truth, parts["val"].masks[seen.rows])
    assert watched.epochs(run.folder) == list(range(EPOCHS + 1))
    first, last = (masks.masks(*watched.moment(run.folder, epoch)) for epoch in (0, EPOCHS))
    assert (last == seen.truth).mean() > 0.95 > (first == seen.truth).mean()


@pytest.mark.usefixtures("eager")
def test_volumes_with_neighbours_resized_and_drawn_anew(tmp_path, monkeypatch):
    """Masks move with their images; a case is a volume; pixels are as large as the network sees them."""
    parts = splits(volumes=True)
    steps = {"resize": {"side": SIDE // 2}, "flip": {}, "zscore": {}}
    spec = spec_of(
        training=TrainingSpec(1, 8),
        segmentation=SegmentationSpec(context=1, watched=2),
        preparation=PreparationSpec(steps),
    )
    result, run = trained(spec, parts, tmp_path, monkeypatch)
    assert (result["unit"], result["volume_unit"], result["test"]["n"]) == ("volume", "ml", 2)
    assert (result["spacing"], result["step"]) == ((4.0, 2.0), 3.0)
    assert keras.saving.load_model(run.folder / "model.keras").input_shape == (None, SIDE // 2, SIDE // 2, 3)
    assert watched.images(run.folder).images.shape == (2, SIDE // 2, SIDE // 2, 1)
    assert result["receptive_field"] > SIDE
    one = cases.read(run.folder)
    assert one.volume_true[0].sum() == pytest.approx((one.truth[:4] > 0).sum() * 4 * 2 * 3 / 1000)


def test_a_network_that_diverged_is_a_result_without_measures(tmp_path, monkeypatch):
    parts, spec = splits(), spec_of(training=TrainingSpec(2, 8))
    nothing = np.full((8, SIDE, SIDE, 3), np.nan)
    monkeypatch.setattr("medcore.training.loop.Loop.logits", lambda _, images, pause: nothing[: len(images)])
    result, _ = trained(spec, parts, tmp_path, monkeypatch)
    assert result["diverged_at"] == 3
    assert result["test"]["dice"] is None
    assert "cases" not in result["files"]


def test_cancelled_while_validating(tmp_path, monkeypatch):
    with pytest.raises(Cancelled):
        trained(spec_of(training=TrainingSpec(2, 8)), splits(), tmp_path, monkeypatch, cancel_at=6)
    assert not (tmp_path / "model.keras").exists()


def without(part, number):
    return replace(part, masks=np.where(part.masks == number, 0, part.masks))


def test_a_class_that_no_training_mask_shows_is_said(tmp_path, monkeypatch):
    parts = splits()
    parts["train"] = without(parts["train"], 2)
    result, _ = trained(spec_of(training=TrainingSpec(1, 8)), parts, tmp_path, monkeypatch)
    assert "No training mask shows dark: what is not shown cannot be learned." in result["notes"]
    assert result["test"]["classes"]["dark"]["units"] == 4


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (lambda part: replace(part, masks=None, labels=np.zeros(len(part), int)), "a mask of every image"),
        (lambda part: without(without(part, 1), 2), "those of all 20 training images are empty"),
        (lambda part: replace(part, mask_names=NAMES[:1]), "a class beside the background"),
    ],
)
def test_sets_that_cannot_be_learned_are_refused(broken, sentence, tmp_path, monkeypatch):
    parts = splits()
    parts["train"] = broken(parts["train"])
    with pytest.raises(ValueError, match=sentence):
        trained(spec_of(), parts, tmp_path, monkeypatch)


def test_class_weights_are_refused(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="weighs the foreground"):
        trained(spec_of(training=TrainingSpec(class_weights=True)), splits(), tmp_path, monkeypatch)
