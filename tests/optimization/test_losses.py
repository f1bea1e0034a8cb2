import numpy as np
import pytest

from medcore.optimization.losses import LOSSES, curve, floor

P = np.array([1e-4, 0.01, 0.2, 0.5, 0.9, 0.999])


def keras_curve(loss, classes, delta, smoothing=0.0, gamma=2.0):
    """The loss that runs train with, and its gradient by the true logit on the tape."""
    import tensorflow as tf

    from medcore.training import losses

    made = {
        "cross_entropy": losses.CrossEntropy(smoothing),
        "focal": losses.Focal(gamma),
        "mse": losses.MeanSquaredError(),
        "huber": losses.Huber(delta=delta),
        "softmax_twice": losses.SoftmaxTwice(),
    }[loss]
    probabilities = np.repeat((1 - P[:, None]) / (classes - 1), classes, axis=1)
    probabilities[:, 1] = P
    logits = tf.Variable(np.log(probabilities).astype(np.float32))
    with tf.GradientTape() as tape:
        values = made(np.ones(len(P), np.int32), logits)
        total = tf.reduce_sum(values)
    return values.numpy(), np.abs(tape.gradient(total, logits).numpy()[:, 1])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("classes", "delta"), [(2, 1.0), (10, 0.3)])
def test_values_and_gradients_are_those_that_runs_train_with(loss, classes, delta):
    value, gradient = keras_curve(loss, classes, delta)
    ours = curve(loss, P, classes, delta)
    np.testing.assert_allclose(ours.value, value, rtol=2e-4, atol=2e-6)
    np.testing.assert_allclose(ours.gradient, gradient, rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize(("loss", "smoothing", "gamma"), [("cross_entropy", 0.2, 2.0), ("focal", 0.0, 0.5)])
def test_smoothing_and_gamma_are_those_that_runs_train_with(loss, smoothing, gamma):
    value, gradient = keras_curve(loss, 3, 1.0, smoothing, gamma)
    ours = curve(loss, P, 3, smoothing=smoothing, gamma=gamma)
    np.testing.assert_allclose(ours.value, value, rtol=2e-4, atol=2e-6)
    np.testing.assert_allclose(ours.gradient, gradient, rtol=2e-4, atol=2e-6)


def test_values_are_those_of_keras_on_probabilities():
    import keras

    for loss, theirs in (
        ("mse", keras.losses.MeanSquaredError()),
        ("huber", keras.losses.Huber(delta=0.3)),
        ("cross_entropy", keras.losses.CategoricalCrossentropy()),
    ):
        expected = float(theirs([[1.0, 0.0, 0.0]], [[0.4, 0.3, 0.3]]))
        assert curve(loss, 0.4, 3, 0.3).value == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_pulls_hardest_where_the_answer_is_wrongest():
    np.testing.assert_allclose(curve("cross_entropy", P).gradient, 1 - P)


@pytest.mark.parametrize("loss", ["mse", "huber", "softmax_twice"])
def test_the_others_hardly_pull_at_a_confident_wrong_answer(loss):
    assert curve(loss, 1e-3).gradient < 2e-3
    assert curve("cross_entropy", 1e-3).gradient > 0.99


def test_huber_is_half_the_squared_error_from_a_delta_of_one_on():
    for delta in (1.0, 10.0):
        huber, mse = curve("huber", P, 5, delta), curve("mse", P, 5)
        np.testing.assert_allclose(huber.value, mse.value / 2)
        np.testing.assert_allclose(huber.gradient, mse.gradient / 2)


def test_two_softmaxes_have_a_floor():
    assert floor(10) == pytest.approx(1.4612, abs=5e-5)
    assert floor(2) == pytest.approx(0.3133, abs=5e-5)
    for classes in (2, 10):
        values = curve("softmax_twice", np.linspace(0.001, 1 - 1e-9, 50), classes).value
        assert values[-1] == pytest.approx(floor(classes))
        assert values.min() >= floor(classes) - 1e-12


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hinge", P), "must be one of cross_entropy"),
        (("mse", np.array([0.0, 0.5])), "above 0 and below 1. Received: 0 to 0.5"),
        (("mse", P, 1), "2 classes or more"),
        (("huber", P, 2, 0.0), "delta above 0"),
        (("focal", P, 2, 1.0, 0.0, -1.0), "gamma 0 or more"),
    ],
)
def test_what_cannot_be_is_said(arguments, said):
    with pytest.raises(ValueError, match=said):
        curve(*arguments)
