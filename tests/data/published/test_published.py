"""The published sets as data, and the built-in digits."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from medcore.data import digits
from medcore.data.entry import ignore
from medcore.data.published import medmnist, mnist


def test_the_twelve_sets_and_their_figures():
    """The paper counts 708,069 images; version 3 of the files has taken 107 out of the three organ sets."""
    assert len(medmnist.SETS) == 12
    assert sum(sum(published.sizes) for published in medmnist.SETS.values()) == 708_069 - 107
    card = medmnist.card("breastmnist")
    assert (card.published["auc"], card.published["accuracy"]) == (0.901, 0.863)
    assert "doi:10.1038/s41597-022-01721-8" in card.citation


@pytest.mark.parametrize("name", medmnist.SETS)
def test_each_is_complete(name):
    published, remote = medmnist.SETS[name], medmnist.remote(name)
    kind, digest = remote.digest.split(":")
    assert (kind, len(digest), int(digest, 16) > 0) == ("md5", 32, True)
    assert remote.url == f"https://zenodo.org/records/10519652/files/{name}.npz?download=1"
    assert len(set(published.classes)) == len(published.classes) >= 2
    assert published.source.endswith(".")
    assert published.licence.startswith("CC BY")


def test_only_dermamnist_is_non_commercial():
    assert [name for name, published in medmnist.SETS.items() if "NC" in published.licence] == ["dermamnist"]


def test_the_multi_label_set_is_not_for_the_labs():
    (chest,) = (entry for entry in medmnist.entries() if entry.name == "chestmnist")
    assert not chest.available
    assert chest.remote is None
    assert chest.how == "ChestMNIST has several labels an image, and the labs here take one label an image."


def test_mnist_is_the_file_that_keras_publishes():
    source = pytest.importorskip("importlib").util.find_spec("keras").submodule_search_locations[0]
    with open(f"{source}/src/datasets/mnist.py") as file:
        text = file.read()
    folder, _, file = mnist.REMOTE.url.rpartition("/")
    assert f"{folder}/" in text
    assert file in text
    assert mnist.REMOTE.digest.removeprefix("sha256:") in text


def test_digits_are_those_of_scikit_learn():
    entry, theirs = digits.entry(), load_digits()
    splits = entry.read({}, ignore)
    assert {split: len(part) for split, part in splits.items()} == dict(entry.sizes)
    ours = np.concatenate([part.images[..., 0] for part in splits.values()])
    assert ours.dtype == np.uint8
    assert sorted(image.tobytes() for image in np.rint(ours / (255 / 16)).astype(np.uint8)) == sorted(
        image.tobytes() for image in theirs.images.astype(np.uint8)
    )
    for part in splits.values():
        assert np.bincount(part.labels).min() >= 0.08 * len(part)
