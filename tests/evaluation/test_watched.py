import numpy as np
import pytest

from medcore.evaluation import watched
from medcore.evaluation.watched import Moment, Watched


def test_what_was_watched_comes_back_epoch_by_epoch(tmp_path):
    assert watched.epochs(tmp_path / "nowhere") == []
    images = Watched(np.full((2, 3, 4, 1), 7, np.uint8), np.ones((2, 3, 4), np.uint8), np.array([1, 5]))
    watched.write(tmp_path / watched.FILE, images)
    for epoch in (10, 0, 2):
        masks = np.full((2, 3, 4), epoch, np.uint8)
        watched.write(tmp_path / watched.name(epoch), Moment(masks, masks + 1))
    (tmp_path / "unfinished-12-watched-003.npz").touch()
    assert watched.epochs(tmp_path) == [0, 2, 10]
    assert np.array_equal(watched.images(tmp_path).images, images.images)
    assert watched.images(tmp_path).rows.tolist() == [1, 5]
    assert (watched.moment(tmp_path, 10).classes == 11).all()


def test_what_is_not_there_or_broken_is_said(tmp_path):
    with pytest.raises(OSError, match="watched no masks"):
        watched.images(tmp_path)
    (tmp_path / watched.name(1)).write_bytes(b"PK")
    with pytest.raises(OSError, match="cannot be read"):
        watched.moment(tmp_path, 1)
