"""Against the losses of training, on images of the same pixels."""

import numpy as np
import pytest
import tensorflow as tf

from medcore import catalog
from medcore.optimization import overlap

RIGHT = {name: choice for name, choice in catalog.MASK_LOSSES.items() if not choice.mistake}
SETTINGS = {name: next(iter(choice.parameters.values())).default for name, choice in RIGHT.items()}
OTHERS = {"mask_cross_entropy": 5.0, "dice": 10.0, "cross_entropy_dice": 0.25, "mask_focal": 0.5, "tversky": 0.3}
KINDS = overlap.Kinds(
    np.array([0.9, 0.4, 0.7, 0.2]), np.array([True, True, False, False]), np.array([3.0, 2.0, 4.0, 7.0])
)


def trained_with(loss: str, setting: float, kinds: overlap.Kinds) -> tuple[float, np.ndarray]:
    """Loss of training and size of its gradient by the foreground's logits, summed for each kind."""
    choice = catalog.MASK_LOSSES[loss]
    counts = kinds.pixels.astype(int)
    p, true = np.repeat(kinds.p, counts), np.repeat(kinds.true, counts)
    logit = tf.Variable(np.log(p / (1 - p))[None, None], dtype=tf.float32)
    with tf.GradientTape() as tape:
        made = catalog.resolve(choice.target)(**{next(iter(choice.parameters)): setting})
        value = made(true.astype(int)[None, None], tf.stack([tf.zeros_like(logit), logit], axis=-1))
    sizes = np.abs(tape.gradient(value, logit).numpy().ravel())
    return float(value[0]), np.array([part.sum() for part in np.split(sizes, np.cumsum(counts)[:-1])])


@pytest.mark.parametrize("settings", [SETTINGS, OTHERS], ids=["usual", "other"])
@pytest.mark.parametrize("loss", overlap.LOSSES)
def test_values_and_pulls_are_those_of_training(loss, settings):
    value, pulls = trained_with(loss, settings[loss], KINDS)
    assert overlap.value(loss, KINDS, settings[loss]) == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(overlap.pull(loss, KINDS, settings[loss]), pulls, rtol=1e-4)


def test_every_loss_of_masks_that_is_no_mistake_is_here():
    assert tuple(RIGHT) == overlap.LOSSES


@pytest.mark.parametrize("way", overlap.WAYS)
def test_masks_have_the_overlap_asked_for(way):
    asked = np.linspace(overlap.least(way, 0.1), 1, 7)
    found, missed, false, empty = overlap.wrong(asked, way, 0.1, 1000, 0.9).pixels.T
    np.testing.assert_allclose(2 * found / (2 * found + missed + false), asked, atol=1e-12)
    np.testing.assert_allclose(found + missed, 100)
    np.testing.assert_allclose(found + missed + false + empty, 1000)
    alone = {"moved": false - missed, "small": false, "large": missed}[way]
    np.testing.assert_allclose(alone, 0, atol=1e-9)


def test_dice_pulls_with_the_foreground_however_little_there_is():
    """At p = 1/2: cross-entropy's share is that of the pixels; Dice's (1 + s) / 2 without smoothing."""
    share = np.array([0.001, 0.01, 0.3])
    kinds = overlap.undecided(share, 1e6, 0.5)
    np.testing.assert_allclose(overlap.foreground_share("mask_cross_entropy", kinds, 1.0), share)
    np.testing.assert_allclose(overlap.foreground_share("dice", kinds, 1e-9), (1 + share) / (2 + 0 * share), rtol=1e-6)


def test_at_the_share_itself_cross_entropy_rests():
    kinds = overlap.undecided(np.array([0.02]), 1000, 0.02)
    np.testing.assert_allclose(overlap.pull("mask_cross_entropy", kinds, 1.0), [[0.0196, 0.0196]])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ((0.5, "turned", 0.1, 100, 0.9), r"moved, small, large\. Received: 'turned'"),
        ((0.5, "moved", 0.6, 100, 0.9), r"at most 0\.5, the probability 0\.5 to 1\. Received: 0\.6 and 0\.9"),
        ((0.1, "large", 0.1, 100, 0.9), r"Overlap must be 0\.182 to 1\. Received: 0\.1 to 0\.1"),
    ],
)
def test_what_cannot_be_is_refused(asked, words):
    with pytest.raises(ValueError, match=words):
        overlap.wrong(np.array([asked[0]]), *asked[1:])


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match=r"mask_focal, tversky\. Received: 'mse'"):
        overlap.value("mse", KINDS, 1.0)
