"""The loop on masks, by TensorFlow's fused normalisation, against plain `model.fit`."""

import keras
import numpy as np
import pytest

from medcore.spec import ModelSpec
from medcore.training import compiled, fallback, loop, optimizers
from medcore.training.epochs import order_of
from tests.training.conftest import planned
from tests.training.masked import SIDE, UNET, spec_of, squares

SHAPE, BATCH, RATE = (SIDE, SIDE, 1), 8, 0.02


@pytest.fixture(scope="module")
def train():
    return squares(20, 0)


@pytest.fixture(scope="module")
def ours(train):
    """Losses of two epochs, pixels that were right in the second, and the stepper."""
    stepper = compiled.stepper(
        spec_of("mask_cross_entropy"), SHAPE, 3, "uint8", BATCH, "float32", "cpu", measures=False
    )
    return (*taken(stepper, train), stepper)


def taken(stepper, train):
    data = stepper.load(train.images, train.masks, np.ones(3))
    losses = []
    for epoch in range(2):
        plan = planned(order_of(3, epoch, len(train)), BATCH, RATE)
        right = stepper.epoch(data, plan, lambda new, _: losses.extend(new))
    return losses, right


def test_losses_weights_and_running_moments_are_those_of_keras(ours, train):
    model = compiled.build_model(UNET, SHAPE, 3, "float32", 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE), loss, run_eagerly=True)  # compiling takes longer than six steps
    expected = []
    for epoch in range(2):
        order = order_of(3, epoch, len(train))
        for rows in (order[first : first + BATCH] for first in range(0, len(order), BATCH)):
            expected.append(model.train_on_batch(train.images[rows] / np.float32(255), train.masks[rows]))
            model.reset_metrics()
    losses, _, stepper = ours
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    for own, theirs in zip(stepper.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(own, theirs, atol=2e-4)


def test_counts_pixels_and_gives_logits_of_every_pixel(ours, train):
    _, right, stepper = ours
    assert 0 < right <= train.masks.size
    assert stepper.logits(train.images[:3], lambda: None).shape == (3, SIDE, SIDE, 3)


@pytest.mark.filterwarnings("ignore:Even though the")  # data are not computed eagerly; they need not be
def test_fallback_takes_the_same_steps(ours, train, eager):
    model = compiled.build_model(UNET, SHAPE, 3, "float32", 3)
    spec = spec_of("mask_cross_entropy")
    stepper = fallback.Fit(model, optimizers.build(spec.optimizer), compiled.build_loss(spec), BATCH)
    losses, right = taken(stepper, train)
    np.testing.assert_allclose(losses, ours[0], rtol=1e-4)
    assert abs(right - ours[1]) <= 2  # of thousands: a pixel at the border may round to the other side


def test_a_trained_network_is_saved_as_plain_keras(ours, train, tmp_path):
    _, _, stepper = ours
    stepper.model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    expected = stepper.logits(train.images, lambda: None)
    np.testing.assert_allclose(again.predict_on_batch(train.images / np.float32(255)), expected, atol=1e-4)


def test_masks_take_parts_of_a_batch_where_nothing_mixes_them(train, monkeypatch):
    spec = spec_of("dice", ModelSpec("unet", {"depth": 1, "width": 4, "batch_norm": 0}))
    losses = []
    for pixels in (loop.PIXELS_AT_ONCE, 3 * SIDE * SIDE):
        monkeypatch.setattr(loop, "PIXELS_AT_ONCE", pixels)
        monkeypatch.setattr(compiled, "_kept", {})
        stepper = compiled.stepper(spec, SHAPE, 3, "uint8", BATCH, "float32", "cpu", measures=False)
        losses.append(taken(stepper, train)[0])
    assert stepper._part == 3
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
