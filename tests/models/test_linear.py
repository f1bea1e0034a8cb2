import numpy as np

from medcore.models.linear import linear


def test_is_a_weighted_sum_of_the_pixels():
    model = linear((5, 7, 3), 4)
    images = np.random.default_rng(0).random((6, 5, 7, 3), np.float32)
    weights, biases = model.get_weights()
    assert model.count_params() == 105 * 4 + 4
    np.testing.assert_allclose(model(images), images.reshape(6, -1) @ weights + biases, rtol=1e-5, atol=1e-6)


def test_noise_is_there_in_training_alone():
    model = linear((4, 4, 1), 3, input_noise=0.2)
    images = np.ones((2, 4, 4, 1), np.float32)
    np.testing.assert_array_equal(model(images), model(images))
    assert not np.array_equal(model(images, training=True), model(images))
