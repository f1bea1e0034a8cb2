"""Counts of labels, against what a reading of the whole set gives."""

import numpy as np
import pytest

from medcore.data import class_counts, session_sets, sources
from medcore.spec import DataSpec, SampleSpec
from tests.data.test_session_sets import CLASSES, archive


def read(name: str, options=None) -> tuple[list[int], list[int], int | None]:
    """Counts of train, counts and patients of train and validation together."""
    splits = sources.load(DataSpec(name, options or {}))
    train, val = splits["train"], splits["val"]
    classes = len(train.class_names)
    counts = [np.bincount(part.labels, minlength=classes) for part in (train, val)]
    patients = None if train.groups is None else len(set(train.groups.tolist()) | set(val.groups.tolist()))
    return counts[0].tolist(), sum(counts).tolist(), patients


def counted(name: str, options=None) -> tuple[list[int], list[int], int | None]:
    found = class_counts.count(name, options)
    return list(found.train.values()), list(found.pool.values()), found.patients


def test_the_simulator_is_counted_without_a_scan(home):
    assert counted("ct-simulator", {"images": 100}) == read("ct-simulator", {"images": 100})


def test_splits_made_on_reading_are_counted_to_an_image(home):
    train, pool, patients = counted("digits")
    really = read("digits")
    np.testing.assert_allclose(train, really[0], atol=1)
    np.testing.assert_allclose(pool, really[1], atol=1)
    assert patients is None


def test_real_images_are_counted_from_their_labels(home, shared_data, monkeypatch):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    assert counted("breastmnist") == read("breastmnist") == ([147, 399], [168, 456], None)
    with pytest.raises(ValueError, match=r"to 546, which is all there are\. Received: 547"):
        class_counts.check(DataSpec("breastmnist"), SampleSpec(images=547))
    class_counts.check(DataSpec("breastmnist"), SampleSpec(images=546))


def test_beyond_what_is_simulated_at_once_the_size_is_still_known(home):
    options = {"images": 10_000}
    assert class_counts.count("ct-simulator", options) is None
    with pytest.raises(ValueError, match=r"There are 7,000 training images\. Received: 7,001"):
        class_counts.check(DataSpec("ct-simulator", options), SampleSpec(images=7001))


def test_masks_have_no_classes_to_count(home, shared_data, monkeypatch):
    monkeypatch.setenv("MEDCORE_DATA", str(shared_data))
    assert class_counts.count("dsb2018") is None


@pytest.mark.parametrize(
    ("sample", "received"),
    [(SampleSpec(images=141), r"140 training images\. Received: 141"), (SampleSpec(oversample=True), "oversampling")],
)
def test_what_masks_alone_do_not_allow_is_said_before_anything_is_made(home, sample, received):
    with pytest.raises(ValueError, match=received):
        class_counts.check(DataSpec("ct-volumes", {"patients": 10}), sample)
    class_counts.check(DataSpec("ct-volumes", {"patients": 10}), SampleSpec(images=140))


def test_a_set_of_a_session_is_counted_with_its_patients(home):
    name = session_sets.keep(archive(), CLASSES)
    try:
        assert counted(name) == ([6, 6], [8, 8], 6)  # the archive's patients have the same names in every split
    finally:
        session_sets.forget(name)
