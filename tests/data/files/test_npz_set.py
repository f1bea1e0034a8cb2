"""Labelled sets in one file."""

import numpy as np
import pytest

from medcore.data import splitting
from medcore.data.entry import ignore
from medcore.data.files import npz_set


def saved(path, arrays, **changes):
    np.savez(path, **{name: array for name, array in {**arrays, **changes}.items() if array is not None})
    return path


def load(path):
    return npz_set.entry(path).read({}, ignore)


def test_medmnist_layout(tmp_path, medmnist_arrays):
    path = saved(tmp_path / "mine.npz", medmnist_arrays)
    entry = npz_set.entry(path)
    assert (entry.name, entry.sizes, entry.classes) == ("mine", {"train": 40, "val": 10, "test": 20}, ("0", "1"))
    assert entry.shape == (6, 5, 1)
    for split, part in load(path).items():
        np.testing.assert_array_equal(part.images[..., 0], medmnist_arrays[f"{split}_images"])
        np.testing.assert_array_equal(part.labels, medmnist_arrays[f"{split}_labels"][:, 0])
        assert part.labels.dtype == np.int64


def test_keras_layout_gets_a_val_split_from_train(tmp_path, medmnist_arrays):
    arrays = {
        "x_train": medmnist_arrays["train_images"],
        "y_train": medmnist_arrays["train_labels"][:, 0],
        "x_test": medmnist_arrays["test_images"],
        "y_test": medmnist_arrays["test_labels"][:, 0],
    }
    path = saved(tmp_path / "mine.npz", arrays)
    entry, splits = npz_set.entry(path), load(path)
    assert entry.sizes == {split: len(part) for split, part in splits.items()} == {"train": 36, "val": 4, "test": 20}
    assert "taken from train here" in entry.card.notes[0]
    np.testing.assert_array_equal(splits["test"].images[..., 0], arrays["x_test"])
    both = np.concatenate([splits["train"].images, splits["val"].images])
    assert sorted(image.tobytes() for image in both) == sorted(image.tobytes() for image in arrays["x_train"])


def test_train_alone_is_split_in_three(tmp_path, medmnist_arrays):
    path = saved(tmp_path / "mine.npz", {k: v for k, v in medmnist_arrays.items() if k.startswith("train")})
    assert {split: len(part) for split, part in load(path).items()} == splitting.sizes(40)


@pytest.mark.parametrize("top", [1.0, 255.0])
def test_float_images_come_as_float32_of_0_to_1(tmp_path, medmnist_arrays, top):
    images = {k: v / 255 * top if "images" in k else v for k, v in medmnist_arrays.items()}
    part = load(saved(tmp_path / "mine.npz", images))["train"]
    assert part.images.dtype == np.float32
    np.testing.assert_allclose(part.images[..., 0], medmnist_arrays["train_images"] / 255, rtol=1e-6)


def test_other_arrays_are_no_set(tmp_path):
    np.savez(tmp_path / "weights.npz", kernel=np.zeros((3, 3)))
    assert npz_set.entry(tmp_path / "weights.npz") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"val_labels": np.zeros((9, 1), np.uint8)}, r"one label an image: 10 in val. Received: uint8 .* \(9, 1\)"),
        ({"train_labels": np.zeros((40, 14), np.uint8)}, "several labels an image"),
        ({"train_labels": np.array(["a"] * 40)}, "one label an image: 40 in train. Received: <U1"),
        ({"train_images": np.zeros((40, 6, 5), np.int16)}, "uint8 or float. Received: int16 in train"),
        ({"train_images": np.zeros((40, 6, 5, 4), np.uint8)}, r"Received: \(40, 6, 5, 4\) in train"),
        ({"test_images": np.zeros((20, 6, 6), np.uint8)}, "images of another size in test"),
        ({"train_images": np.zeros((0, 6, 5), np.uint8), "train_labels": np.zeros(0, np.uint8)}, "no images in train"),
        ({"train_labels": np.full((40, 1), -1)}, "whole numbers from 0 to 999 in train_labels"),
        ({"train_labels": np.full((40, 1), 0.5)}, "whole numbers from 0 to 999 in train_labels"),
        ({"train_labels": np.full((40, 1), np.nan)}, "whole numbers from 0 to 999 in train_labels"),
        ({"train_labels": np.full((40, 1), 10**9)}, "whole numbers from 0 to 999 in train_labels"),
    ],
)
def test_what_does_not_fit_is_refused_when_listed(tmp_path, medmnist_arrays, changes, expected):
    with pytest.raises(ValueError, match=expected):
        npz_set.entry(saved(tmp_path / "mine.npz", medmnist_arrays, **changes))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0, 1e6])
def test_pixels_that_make_no_sense_are_refused_when_read(tmp_path, medmnist_arrays, bad):
    images = medmnist_arrays["val_images"].astype(np.float32)
    images[3, 2, 1] = bad
    path = saved(tmp_path / "mine.npz", medmnist_arrays, val_images=images)
    with pytest.raises(ValueError, match=r"float images of 0\.\.1 or 0\.\.255"):
        load(path)


def test_a_name_that_starts_like_a_published_set_borrows_its_labels_not_its_figures(tmp_path, medmnist_arrays):
    entry = npz_set.entry(saved(tmp_path / "pneumoniamnist_mine.npz", medmnist_arrays))
    assert entry.classes == ("normal", "pneumonia")
    assert entry.card.licence == "CC BY 4.0"
    assert entry.card.published == {}
    assert "not the official PneumoniaMNIST file" in entry.card.notes[0]


def test_the_official_name_with_other_sizes_is_not_official(tmp_path, medmnist_arrays):
    card = npz_set.entry(saved(tmp_path / "breastmnist.npz", medmnist_arrays)).card
    assert card.published == {}
    assert "not the official BreastMNIST file" in card.notes[0]
