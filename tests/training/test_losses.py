import keras
import numpy as np
import pytest
import tensorflow as tf

from medcore.training.losses import CrossEntropy, Focal, Huber, MeanSquaredError, SoftmaxTwice

LOGITS = np.log(np.asarray([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], np.float32))
LABELS = np.asarray([0, 1])
ERRORS = np.asarray([[-0.3, 0.2, 0.1], [0.1, -0.7, 0.6]])


def values(loss):
    return keras.ops.convert_to_numpy(loss(LABELS, LOGITS))


def test_cross_entropy_is_minus_log_of_the_true_class():
    np.testing.assert_allclose(values(CrossEntropy()), -np.log([0.7, 0.3]), rtol=1e-6)


def test_two_softmaxes_are_two_even_though_keras_would_find_the_first():
    p = np.asarray([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    expected = np.log(np.exp(p).sum(axis=1)) - [0.7, 0.3]
    np.testing.assert_allclose(values(SoftmaxTwice()), expected, rtol=1e-6)
    sure = keras.ops.convert_to_numpy(SoftmaxTwice()(np.asarray([0]), np.asarray([[99.0] + [0.0] * 9], np.float32)))
    np.testing.assert_allclose(sure, np.log(np.e + 9) - 1, rtol=1e-6)


def test_squared_error_is_the_mean_over_classes():
    np.testing.assert_allclose(values(MeanSquaredError()), (ERRORS**2).mean(axis=1), rtol=1e-5)


def test_huber_is_quadratic_up_to_delta_and_linear_beyond():
    delta = 0.25
    small, large = ERRORS**2 / 2, delta * np.abs(ERRORS) - delta**2 / 2
    expected = np.where(np.abs(ERRORS) <= delta, small, large).mean(axis=1)
    np.testing.assert_allclose(values(Huber(delta=delta)), expected, rtol=1e-5)


def test_huber_with_a_large_delta_is_half_the_squared_error():
    np.testing.assert_allclose(values(Huber(delta=1.0)), values(MeanSquaredError()) / 2, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_smoothed_labels_are_those_of_keras(smoothing):
    rng = np.random.default_rng(3)
    logits, labels = rng.normal(0, 3, (50, 4)).astype(np.float32), rng.integers(4, size=50)
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing, reduction=None)
    expected = keras.ops.convert_to_numpy(theirs(np.eye(4, dtype=np.float32)[labels], logits))
    ours = keras.ops.convert_to_numpy(CrossEntropy(smoothing)(labels, logits))
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_focal_loss_by_hand():
    """p = .7 and .3: (1 - p)^2 is .09 and .49."""
    np.testing.assert_allclose(values(Focal(2.0)), [-0.09 * np.log(0.7), -0.49 * np.log(0.3)], rtol=1e-5)
    np.testing.assert_allclose(values(Focal(0.5)), [-(0.3**0.5) * np.log(0.7), -(0.7**0.5) * np.log(0.3)], rtol=1e-5)
    np.testing.assert_array_equal(values(Focal(0.0)), values(CrossEntropy()))


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_loss_has_a_slope_where_the_network_is_as_sure_as_can_be(gamma):
    logits = tf.Variable([[200.0, 0.0], [-200.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(Focal(gamma)(np.asarray([0, 0]), logits))
    np.testing.assert_allclose(tape.gradient(loss, logits), [[0, 0], [-1, 1]], atol=1e-6)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (CrossEntropy(), keras.losses.CategoricalCrossentropy(reduction=None)),
        (MeanSquaredError(), keras.losses.MeanSquaredError(reduction=None)),
        (Huber(delta=0.3), keras.losses.Huber(delta=0.3, reduction=None)),
    ],
)
def test_equal_those_of_keras_on_probabilities(ours, theirs):
    rng = np.random.default_rng(3)
    logits, labels = rng.normal(0, 3, (50, 4)).astype(np.float32), rng.integers(4, size=50)
    one_hot, probabilities = np.eye(4, dtype=np.float32)[labels], keras.ops.softmax(logits)
    expected = keras.ops.convert_to_numpy(theirs(one_hot, probabilities))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours(labels, logits)), expected, rtol=1e-4, atol=1e-6)


def test_bfloat16_logits_are_computed_in_float32():
    loss = CrossEntropy()(LABELS, keras.ops.cast(LOGITS, "bfloat16"))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
