import keras
import numpy as np
import pytest

from medcore.optimization import plane
from medcore.training import path
from medcore.training.path import WeightPath


@pytest.fixture
def model() -> keras.Model:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])


def put(model: keras.Model, value: float) -> None:
    model.set_weights([np.full_like(weights, value) for weights in model.get_weights()])


def saved(kept: WeightPath, tmp_path) -> tuple[np.ndarray, np.ndarray]:
    kept.save(tmp_path / "path.npz")
    return path.load(tmp_path / "path.npz")


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
    assert (weights.dtype, weights.shape) == (np.float32, (path.MOST, 11))
    np.testing.assert_array_equal(weights[:, 0], steps)


def test_variables_stand_in_their_order(model, tmp_path):
    _, weights = saved(WeightPath(model, 10), tmp_path)
    expected = np.concatenate([variable.ravel() for variable in model.get_weights()])
    np.testing.assert_array_equal(weights[0], expected)


def test_a_slow_straight_path_is_straight(tmp_path):
    model = keras.Sequential([keras.Input((300,)), keras.layers.Dense(20)])
    first, way = model.get_weights(), np.random.default_rng(0).normal(size=(300, 20)) * 1e-7
    kept = WeightPath(model, 300)
    for step in range(1, 301):
        model.set_weights([first[0] + step * way, first[1]])
        kept.pass_by(step)
    ground, _ = plane.principal(saved(kept, tmp_path)[1])
    assert ground.explained[0] > 0.999


def test_a_run_that_ends_early_keeps_its_last(model, tmp_path):
    kept = WeightPath(model, 1000)
    put(model, 2)
    kept.pass_by(7, last=True)
    assert saved(kept, tmp_path)[0].tolist() == [0, 7]


def test_weights_that_are_no_numbers_are_left_out(model, tmp_path):
    put(model, 0)
    kept = WeightPath(model, 1000)
    for step, value in ((500, 1e6), (1000, np.nan)):
        put(model, value)
        kept.pass_by(step, last=True)
    steps, weights = saved(kept, tmp_path)
    assert steps.tolist() == [0, 500]
    np.testing.assert_allclose(weights[1], 1e6)


@pytest.mark.parametrize(("values", "count"), [(11 * 20, 20), (11 * 3, path.FEWEST), (10**9, path.MOST)])
def test_large_models_keep_fewer(values, count, model, monkeypatch):
    monkeypatch.setattr(path, "MOST_VALUES", values)
    assert len(WeightPath(model, 1000).due) == count
