import keras
import numpy as np
import pytest

from medcore import catalog
from medcore.spec import OptimizerSpec
from medcore.training import optimizers


def step(spec: OptimizerSpec, gradients, first) -> list[np.ndarray]:
    """Values of a kernel and a bias after one step for each of `gradients`."""
    variables = [keras.Variable(value, name=name) for value, name in zip(first, ("kernel", "bias"), strict=True)]
    optimizer = optimizers.build(spec)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradient], variables)
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


KERNEL, BIAS = np.asarray([[1.0, -2.0]], np.float32), np.asarray([0.5, 3.0], np.float32)
ZERO = [np.zeros_like(KERNEL), np.zeros_like(BIAS)]


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_without_weight_decay_nothing_moves_on_a_zero_gradient(name):
    after = step(OptimizerSpec(name, 0.1, 0.0), [ZERO], [KERNEL, BIAS])
    np.testing.assert_array_equal(after[0], KERNEL)
    np.testing.assert_array_equal(after[1], BIAS)


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_weight_decay_is_decoupled_and_takes_biases_too(name):
    """On a zero gradient, three steps take (1 - rate * decay)³ of every weight, whatever the optimizer's memory."""
    kernel, bias = step(OptimizerSpec(name, 0.1, 0.5), [ZERO] * 3, [KERNEL, BIAS])
    np.testing.assert_allclose(kernel, KERNEL * 0.95**3, rtol=1e-5)
    np.testing.assert_allclose(bias, BIAS * 0.95**3, rtol=1e-5)


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_decay_does_not_pass_through_the_gradient(name):
    """With decay, one step is the decay and then the step without decay."""
    gradient = [[np.full_like(KERNEL, 0.3), np.full_like(BIAS, -0.2)]]
    with_decay = step(OptimizerSpec(name, 0.1, 0.5), gradient, [KERNEL, BIAS])
    without = step(OptimizerSpec(name, 0.1, 0.0), gradient, [KERNEL * np.float32(0.95), BIAS * np.float32(0.95)])
    for a, b in zip(with_decay, without, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_momentum_is_the_articles_rule():
    """v = beta v - lr g; w += v."""
    ones = [np.ones_like(KERNEL), np.ones_like(BIAS)]
    kernel, _ = step(OptimizerSpec("momentum", 0.1, options={"momentum": 0.9}), [ones, ones], [KERNEL, BIAS])
    np.testing.assert_allclose(kernel, KERNEL - 0.1 - 0.19, rtol=1e-5)


def test_nesterov_looks_ahead():
    """w += beta v - lr g with the new v."""
    ones = [np.ones_like(KERNEL), np.ones_like(BIAS)]
    kernel, _ = step(OptimizerSpec("nesterov", 0.1, options={"momentum": 0.9}), [ones], [KERNEL, BIAS])
    np.testing.assert_allclose(kernel, KERNEL - 0.19, rtol=1e-5)


@pytest.mark.parametrize("name", catalog.OPTIMIZERS)
def test_options_at_both_ends_of_their_range_are_taken(name):
    for end in ("low", "high"):
        options = {key: getattr(parameter, end) for key, parameter in catalog.OPTIMIZERS[name].parameters.items()}
        kernel, _ = step(OptimizerSpec(name, 0.1, options=options), [ZERO], [KERNEL, BIAS])
        assert np.isfinite(kernel).all()
