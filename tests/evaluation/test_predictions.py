"""Reading what a run said: whole, old, damaged, diverged."""

import numpy as np
import pytest

from medcore.evaluation.predictions import FILE, read

HALVES = np.full((3, 2), 0.5, np.float32)
LABELS = np.array([0, 1, 1])


def test_a_whole_file(tmp_path):
    np.savez(
        tmp_path / FILE, probabilities=HALVES, labels=LABELS, rows=LABELS, val_probabilities=HALVES, val_labels=LABELS
    )
    found = read(tmp_path)
    assert found.probabilities.dtype == found.val_probabilities.dtype == np.float64
    np.testing.assert_array_equal(found.rows, LABELS)
    np.testing.assert_array_equal(found.right, [True, False, False])


def test_a_file_of_an_older_version_lacks_what_was_not_kept(tmp_path):
    np.savez(tmp_path / FILE, probabilities=HALVES, labels=LABELS)
    found = read(tmp_path)
    assert found.rows is found.val_probabilities is found.val_labels is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive", b"\x93NUMPY"])
def test_a_damaged_file_is_told_in_a_sentence(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(OSError, match="cannot be read: train it again"):
        read(tmp_path)


def test_what_cannot_be_measured_is_told_in_a_sentence(tmp_path):
    with pytest.raises(OSError, match="kept no predictions"):
        read(tmp_path)
    np.savez(tmp_path / FILE, probabilities=HALVES * np.nan, labels=LABELS)
    with pytest.raises(ValueError, match="diverged"):
        read(tmp_path)
    np.savez(tmp_path / FILE, probabilities=HALVES[:0], labels=LABELS[:0])
    with pytest.raises(ValueError, match="no image"):
        read(tmp_path)
