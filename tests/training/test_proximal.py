"""Proximal steps against the closed form, our own in NumPy, and scikit-learn on convex problems."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression

from medcore.optimization.proximal import walk
from medcore.spec import OptimizerSpec
from medcore.training import optimizers
from medcore.training.losses import CrossEntropy
from medcore.training.proximal import soft_threshold
from tests.training.conftest import quadrants

RATES = {"minibatch": 0.3, "momentum": 0.1, "adam": 0.02, "adamw": 0.02}
CLOSE = 1e-3
STRENGTH = 0.03


def built(name: str, l1: float, l2: float, variables: list[keras.Variable], rate: float | None = None):
    spec = OptimizerSpec(name, rate or RATES[name], weight_decay=0)
    optimizer = optimizers.build(spec, "proximal")
    optimizer.build(variables)
    optimizer.strengths.assign([l1, l2])
    return optimizer


def test_soft_threshold_is_the_closed_form():
    ours = soft_threshold(np.float32([-3.0, -0.5, 0.0, 0.2, 2.0]), 0.5)
    np.testing.assert_array_equal(ours, [-2.5, 0, 0, 0, 1.5])


@pytest.mark.parametrize("name", ["minibatch", "momentum", "adam"])
def test_steps_are_those_of_our_rules_in_numpy(name):
    """A kernel is shrunk, a bias of the same values is not; the gradient of the third weight is 0 from the start."""
    start = np.float32([1.0, -0.3, 0.05, 0.2])
    slope = np.float32([0.5, -2.0, 0.0, 0.01])
    kernel, bias = keras.Variable(start, name="kernel"), keras.Variable(start, name="bias")
    optimizer = built(name, 0.1, 0.0, [kernel, bias], 0.01)
    moved, free = [start], [start]
    for _ in range(12):
        gradients = [slope * (1 + v.numpy()) for v in (kernel, bias)]
        optimizer.apply([tf.constant(gradient) for gradient in gradients], [kernel, bias])
        moved.append(kernel.numpy())
        free.append(bias.numpy())
    expected = walk(name, "proximal", start, lambda w: slope * (1 + w), 0.1, 0.01, 12)
    plain = walk(name, "subgradient", start, lambda w: slope * (1 + w), 0.0, 0.01, 12)
    np.testing.assert_allclose(moved, expected, atol=2e-6)
    np.testing.assert_allclose(free, plain, atol=2e-6)


def test_a_unit_that_saw_no_gradient_yet_is_not_dead_at_once():
    """With Adam alone in the length of the step, the smallest penalty would take everything."""
    kernel = keras.Variable(np.float32([0.08, -0.02]), name="kernel")
    optimizer = built("adam", 1e-5, 0.0, [kernel], 0.001)
    optimizer.apply([tf.zeros(2)], [kernel])
    np.testing.assert_allclose(kernel.numpy(), [0.079, -0.019], atol=1e-4)


def test_weight_decay_comes_before_the_threshold():
    kernel = keras.Variable(np.float32([1.0]), name="kernel")
    for name, moved in (
        ("minibatch", 0.1 * 0.5),
        ("adamw", 0.1),
    ):  # one unit of gradient: Adam's first step is its rate
        kernel.assign([1.0])
        optimizer = optimizers.build(OptimizerSpec(name, 0.1, weight_decay=0.2), "proximal")
        optimizer.build([kernel])
        optimizer.strengths.assign([0.3, 0.0])
        optimizer.apply([tf.constant([0.5])], [kernel])
        cut = 0.1 * 0.3 if name == "minibatch" else 0.1 / 0.5 * 0.3
        assert kernel.numpy()[0] == pytest.approx(1 - 0.1 * 0.2 - moved - cut, abs=1e-5)


@pytest.mark.parametrize("name", ["minibatch", "momentum", "adamw"])
def test_no_velocity_knows_of_the_weight_decay(name):
    """Without a gradient and all but without a penalty each update takes away the same share, as Keras' own does."""
    kernel = keras.Variable(np.float32([1.0]), name="kernel")
    optimizer = optimizers.build(OptimizerSpec(name, 0.01, weight_decay=0.1), "proximal")
    optimizer.build([kernel])
    optimizer.strengths.assign([1e-12, 0.0])
    for _ in range(50):
        optimizer.apply([tf.zeros(1)], [kernel])
    assert kernel.numpy()[0] == pytest.approx((1 - 0.01 * 0.1) ** 50, abs=1e-5)


@pytest.fixture(scope="module")
def regression():
    """120 measurements of 20 values, of which five count."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 20)).astype(np.float32)
    y = x[:, :5] @ np.float32([2, -1.5, 1, 0.5, -0.3]) + 1 + rng.normal(0, 0.3, 120).astype(np.float32)
    return x, y


def fit(optimizer, kernel, bias, loss, steps: int) -> None:
    """Full-batch steps on `loss`, a function of kernel and bias."""

    @tf.function(jit_compile=True)
    def run():
        for _ in tf.range(steps):
            with tf.GradientTape() as tape:
                value = loss(kernel.value, bias.value)
            optimizer.apply(tape.gradient(value, [kernel.value, bias.value]), [kernel, bias])

    run()


@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("name", RATES)
def test_lasso_and_elastic_net_are_those_of_scikit_learn(name, share, regression):
    """Mean squared error / 2 + 0.1 * (share * |w| + (1 - share) * w² / 2); the intercept goes free."""
    x, y = regression
    kernel, bias = keras.Variable(np.full((20, 1), 0.1, np.float32), name="kernel"), keras.Variable([0.0], name="bias")
    optimizer = built(name, 0.1 * share, 0.1 * (1 - share) / 2, [kernel, bias])
    fit(optimizer, kernel, bias, lambda w, b: tf.reduce_mean((x @ w + b - y[:, None]) ** 2) / 2, 1000)
    reference = Lasso(0.1, tol=1e-8) if share == 1 else ElasticNet(0.1, l1_ratio=share, tol=1e-8)
    reference.fit(x.astype(float), y.astype(float))
    np.testing.assert_allclose(kernel.numpy()[:, 0], reference.coef_, atol=CLOSE)
    np.testing.assert_array_equal(kernel.numpy()[:, 0] == 0, reference.coef_ == 0)
    assert bias.numpy()[0] == pytest.approx(reference.intercept_, abs=CLOSE)


@pytest.fixture(scope="module")
def images():
    """Images of 4x4 pixels of two classes, standardised: 16 values, of which eight count."""
    both = quadrants(300, 0, side=4)
    values = both.images[both.labels < 2].reshape(-1, 16).astype(np.float32)
    return (values - values.mean(axis=0)) / values.std(axis=0), both.labels[both.labels < 2]


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("name", ["minibatch", "momentum", "adam"])
def test_logistic_regression_is_that_of_scikit_learn(name, share, images):
    """Of two columns of weights only the difference d counts: |w0| + |w1| is |d| at best, w0² + w1² is d² / 2."""
    x, labels = images
    kernel = keras.Variable(np.random.default_rng(0).normal(0, 0.1, (16, 2)).astype(np.float32), name="kernel")
    bias = keras.Variable([0.0, 0.0], name="bias")
    optimizer = built(name, STRENGTH * share, STRENGTH * (1 - share), [kernel, bias])
    fit(optimizer, kernel, bias, lambda w, b: tf.reduce_mean(CrossEntropy()(labels, x @ w + b)), 1500)
    reference = LogisticRegression(
        C=1 / (STRENGTH * len(labels)), l1_ratio=share, solver="saga", tol=1e-7, max_iter=20_000
    ).fit(x.astype(float), labels)
    difference = kernel.numpy()[:, 1] - kernel.numpy()[:, 0]
    np.testing.assert_allclose(difference, reference.coef_[0], atol=CLOSE)
    assert bias.numpy()[1] - bias.numpy()[0] == pytest.approx(reference.intercept_[0], abs=CLOSE)
    np.testing.assert_array_equal((kernel.numpy() == 0).all(axis=1), reference.coef_[0] == 0)
    assert 0 < (reference.coef_ == 0).sum() < 16
