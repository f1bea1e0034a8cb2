"""Pixels measured on training images, held against scikit-learn."""

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest
from sklearn.preprocessing import StandardScaler

from medcore.data import pixelwise


@pytest.fixture
def images():
    found = np.random.default_rng(0).integers(0, 256, (60, 5, 4, 1)).astype(np.uint8)
    found[:, 0, 0] = 7  # never varies
    return found


LABELS = np.arange(60) % 3


def test_scaled_as_by_scikit_learn(images):
    train, new = images[:40], images[40:]
    ours = pixelwise.measure(train, LABELS[:40], scale=True, screen=0)(new)
    theirs = StandardScaler().fit(train.reshape(40, -1) / 255).transform(new.reshape(20, -1) / 255)
    np.testing.assert_allclose(ours.reshape(20, -1), theirs, atol=1e-5)
    assert (ours[:, 0, 0] == 0).all()


@pytest.mark.filterwarnings("ignore")
def test_screened_as_by_scikit_learn(images):
    images[LABELS == 1, 2, 3] = 250
    found = pixelwise.measure(images, LABELS, scale=False, screen=4)
    theirs = SelectKBest(k=4).fit(images.reshape(60, -1)[:, 1:], LABELS).get_support()
    assert found.kept.ravel()[1:].tolist() == theirs.tolist()
    assert found.kept[2, 3, 0]
    blackened = found(images)
    assert (blackened[:, ~found.kept] == 0).all()
    np.testing.assert_allclose(blackened[:, found.kept], images[:, found.kept] / 255, atol=1e-6)


def test_kept_on_disk(images, tmp_path):
    found = pixelwise.measure(images, LABELS, scale=True, screen=3)
    found.save(tmp_path / "pixels.npz")
    assert (pixelwise.load(tmp_path / "pixels.npz")(images) == found(images)).all()


def test_all_are_kept_where_there_are_no_more(images):
    assert pixelwise.measure(images, LABELS, scale=False, screen=20).kept is None
