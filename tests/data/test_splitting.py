"""Splits by patient, stratified, and repeatable."""

import numpy as np
import pytest

from medcore.data import splitting


def whole(parts):
    return sorted(np.concatenate(list(parts.values())).tolist())


@pytest.mark.parametrize("count", [3, 7, 10, 101, 1797])
def test_sizes_are_those_of_the_split_itself(count):
    parts = splitting.split(count)
    assert {name: len(part) for name, part in parts.items()} == splitting.sizes(count)
    assert whole(parts) == list(range(count))
    assert all(len(part) for part in parts.values())


def test_classes_keep_their_shares():
    labels = np.repeat([0, 1, 2], [700, 250, 50])
    for part in splitting.split(1000, labels).values():
        np.testing.assert_allclose(np.bincount(labels[part]) / len(part), [0.7, 0.25, 0.05], atol=0.011)


def test_a_class_too_rare_to_stratify_does_not_stop_the_split():
    labels = np.array([0] * 30 + [1])
    assert whole(splitting.split(31, labels)) == list(range(31))


def test_the_seed_decides():
    first, again, other = (splitting.split(50, seed=seed)["test"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("labelled", [False, True])
def test_patients_are_never_shared(labelled):
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 600)
    labels = rng.integers(0, 2, 600) if labelled else None
    parts = splitting.split(600, labels, groups)
    patients = [set(groups[part]) for part in parts.values()]
    assert whole(parts) == list(range(600))
    assert sum(map(len, patients)) == len(set.union(*patients)) == 60
    assert len(parts["test"]) == pytest.approx(120, abs=30)
    assert len(parts["val"]) == pytest.approx(60, abs=30)


def test_patients_are_stratified_too():
    groups = np.repeat(np.arange(100), 4)
    labels = np.repeat(np.arange(100) % 4 == 0, 4).astype(int)
    for part in splitting.split(400, labels, groups).values():
        assert labels[part].mean() == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize(("count", "groups"), [(2, None), (6, np.array([0, 0, 0, 1, 1, 1]))])
def test_too_few_to_split_is_refused(count, groups):
    with pytest.raises(ValueError, match=r"At least 3 .* are needed to make the splits. Received: 2"):
        splitting.split(count, groups=groups)


def test_only_what_a_set_lacks_is_taken_from_train():
    x = {"train": np.arange(100), "test": np.arange(1000, 1010)}
    parts = splitting.complete({name: (array,) for name, array in x.items()})
    np.testing.assert_array_equal(parts["test"][0], x["test"])
    assert sorted(np.concatenate([parts["train"][0], parts["val"][0]]).tolist()) == list(range(100))
    assert {name: len(part[0]) for name, part in parts.items()} == splitting.planned({"train": 100, "test": 10})
