import keras
import numpy as np
import pytest

from medcore.training import path
from medcore.training.path import WeightPath


@pytest.fixture
def model() -> keras.Model:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])


def put(model: keras.Model, value: float) -> None:
    model.set_weights([np.full_like(weights, value) for weights in model.get_weights()])


def saved(kept: WeightPath, tmp_path) -> tuple[np.ndarray, np.ndarray]:
    kept.save(tmp_path / "path.npz")
    with np.load(tmp_path / "path.npz", allow_pickle=False) as file:
        return file["steps"], file["weights"]


def test_keeps_what_is_due_with_the_first_and_the_last(model, tmp_path):
    put(model, 0)
    kept = WeightPath(model, 1000)
    for step in range(1, 1001):
        put(model, step)
        kept.pass_by(step)
    kept.pass_by(1000, last=True)
    steps, weights = saved(kept, tmp_path)
    assert (len(steps), steps[0], steps[-1]) == (path.MOST, 0, 1000)
    assert np.ptp(np.diff(steps)) <= 1
    assert (weights.dtype, weights.shape) == (np.float16, (path.MOST, 11))
    np.testing.assert_array_equal(weights[:, 0], steps)


def test_variables_stand_in_their_order(model, tmp_path):
    _, weights = saved(WeightPath(model, 10), tmp_path)
    expected = np.concatenate([variable.ravel() for variable in model.get_weights()])
    np.testing.assert_array_equal(weights[0], expected.astype(np.float16))


def test_a_run_that_ends_early_keeps_its_last(model, tmp_path):
    kept = WeightPath(model, 1000)
    put(model, 2)
    kept.pass_by(7, last=True)
    assert saved(kept, tmp_path)[0].tolist() == [0, 7]


def test_weights_beyond_half_precision_are_left_out(model, tmp_path):
    kept = WeightPath(model, 1000)
    for step, value in ((500, 1e6), (1000, np.nan)):
        put(model, value)
        kept.pass_by(step, last=True)
    assert saved(kept, tmp_path)[0].tolist() == [0]


@pytest.mark.parametrize(("values", "count"), [(11 * 20, 20), (11 * 3, path.FEWEST), (10**9, path.MOST)])
def test_large_models_keep_fewer(values, count, model, monkeypatch):
    monkeypatch.setattr(path, "MOST_VALUES", values)
    assert len(WeightPath(model, 1000).due) == count
