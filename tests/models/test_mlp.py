import keras
import numpy as np

from medcore.models.mlp import mlp


def test_parameters_are_those_of_the_articles():
    assert mlp((28, 28, 1), 10).count_params() == 784 * 128 + 128 + 128 * 10 + 10


def test_takes_any_shape_and_number_of_hidden_units():
    model = mlp((5, 7, 3), 4, hidden=11)
    assert model.count_params() == 105 * 11 + 11 + 11 * 4 + 4
    assert model(np.zeros((2, 5, 7, 3), np.float32)).shape == (2, 4)


def test_ends_in_logits():
    model = mlp((4, 4, 1), 3)
    images = np.random.default_rng(0).random((6, 4, 4, 1), np.float32)
    hidden, out = model.get_layer("hidden"), model.get_layer("logits")
    (w1, b1), (w2, b2) = hidden.get_weights(), out.get_weights()
    expected = np.maximum(images.reshape(6, -1) @ w1 + b1, 0) @ w2 + b2
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(images)), expected, rtol=1e-5, atol=1e-6)


def test_last_layer_stays_in_float32_under_mixed_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = mlp((4, 4, 1), 3)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("hidden").compute_dtype == "bfloat16"
    assert model.get_layer("logits").compute_dtype == "float32"


def test_normalised_units_have_mean_0_and_variance_1_over_the_batch():
    model = mlp((4, 4, 1), 3, hidden=8, batch_norm=1)
    inner = keras.Sequential(model.layers[:3])
    units = np.asarray(inner(np.random.default_rng(0).random((64, 4, 4, 1), np.float32), training=True))
    np.testing.assert_allclose(units.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(units.var(axis=0), 1, atol=0.1)


def test_dropout_and_noise_are_there_in_training_alone():
    model = mlp((4, 4, 1), 3, dropout=0.5, input_noise=0.1)
    images = np.ones((2, 4, 4, 1), np.float32)
    np.testing.assert_array_equal(model(images), model(images))
    assert not np.array_equal(model(images, training=True), model(images))
    assert [layer.name for layer in model.layers] == ["noise", "flatten", "hidden", "dropout", "logits"]
