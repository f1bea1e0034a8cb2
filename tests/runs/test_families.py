"""Runs with a parent: served before it, found from it, and kept where the rest is cancelled."""

import pytest

from medcore.runs.store import Store
from medcore.spec import ModelSpec, RunSpec
from tests.runs.conftest import until


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


def family(*seeds, task="classification"):
    folds = {f"Fold {i}": RunSpec(task=task, model=ModelSpec("mlp"), seed=seed) for i, seed in enumerate(seeds[:-1], 1)}
    return folds | {"Whole set": RunSpec(task=task, model=ModelSpec("mlp"), seed=seeds[-1])}


def test_the_last_is_the_parent_of_the_others(store):
    *folds, parent = store.create_family(family(1, 2, 3, 4), "ada")
    records = store.find([*folds, parent])
    assert [record.label for record in records] == ["Fold 1", "Fold 2", "Fold 3", "Whole set"]
    assert [record.parent for record in records] == [parent] * 3 + [None]
    assert [record.id for record in store.children(parent)] == folds
    assert store.children(folds[0]) == []


def test_the_parent_is_served_last_and_others_have_their_turn(store):
    *folds, parent = store.create_family(family(1, 2, 3), "ada")
    (other,) = store.create({"Adam": RunSpec(model=ModelSpec("mlp"))}, "bob")
    served = []
    while record := store.claim("small"):
        served.append(record.id)
    assert served == [folds[0], other, folds[1], parent]


def test_cancelled_half_way_the_finished_ones_keep_what_they_logged(choices_of_tests, serving):
    """One fold finishes, the next one streams, the rest waits or streams; then all are cancelled."""
    specs = family(30, 100_000, 100_001, 100_002, 100_003, task="stream")
    *folds, parent = serving.store.create_family(specs, "a student")
    done = serving.ended(folds[0])
    serving.logged(folds[1], 5)
    serving.store.cancel([*folds, parent])
    ended = until(lambda: all(serving.get(run).ended for run in (*folds, parent)) and serving.store.children(parent))
    assert [record.state for record in ended] == ["done", "cancelled", "cancelled", "cancelled"]
    assert serving.get(parent).state == "cancelled"
    assert len(serving.store.history([done.id])) >= 30
    assert len(serving.store.history([folds[1]])) >= 5
