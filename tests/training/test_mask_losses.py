"""By hand, and against MONAI 1.6.1 and PyTorch 2.14.1, whose numbers for `MASKS` and `LOGITS` are written down here."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from medcore import catalog
from medcore.training.mask_losses import FEW, CrossEntropyDice, Dice, MaskCrossEntropy, MaskFocal, NoSigmoid, Tversky

MASKS = np.array([[[0, 1, 1], [2, 0, 0]], [[0, 0, 0], [0, 2, 2]]])
LOGITS = np.sin(np.arange(36)).reshape(2, 2, 3, 3).astype(np.float32)
EVERY = [catalog.resolve(choice.target) for choice in catalog.MASK_LOSSES.values() if not choice.mistake]

ROW = np.array([[[1, 1, 0, 0]]])
"""An image of four pixels; two are foreground."""
GIVEN = np.array([0.9, 0.6, 0.3, 0.0])
"""Probability of the foreground that its pixels are given."""
SURE = 1e-9


def logits(foreground: np.ndarray) -> np.ndarray:
    p = np.clip(foreground, SURE, 1 - SURE)
    return np.log(np.stack([1 - p, p], axis=-1)).reshape(1, 1, -1, 2).astype(np.float32)


def value(loss, masks=ROW, given=None) -> float:
    return float(np.asarray(loss(masks, logits(GIVEN) if given is None else given))[0])


def test_cross_entropy_by_hand():
    """-ln of .9, .6, .7 and 1; the first two count three times where the foreground weighs 3."""
    values = -np.log([0.9, 0.6, 0.7, 1.0])
    assert value(MaskCrossEntropy()) == pytest.approx(values.mean(), rel=1e-5)
    assert value(MaskCrossEntropy(3.0)) == pytest.approx(np.average(values, weights=[3, 3, 1, 1]), rel=1e-5)


@pytest.mark.parametrize("classes", [2, FEW, FEW + 1])
def test_cross_entropy_and_its_gradient_are_those_of_keras(classes):
    rng = np.random.default_rng(0)
    given, masks = tf.constant(rng.normal(0, 30, (2, 4, 4, classes)), "float32"), rng.integers(classes, size=(2, 4, 4))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(given)
        ours = MaskCrossEntropy()(masks, given)
        keras_own = keras.losses.sparse_categorical_crossentropy(masks, given, from_logits=True)
        theirs = tf.reduce_mean(keras_own, (1, 2))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(ours, given), tape.gradient(theirs, given), atol=1e-7)


def test_dice_by_hand():
    """Overlap 1.5, sum of the probabilities 1.8, of the mask 2."""
    assert value(Dice(smooth=1e-9)) == pytest.approx(1 - 3 / 3.8, rel=1e-5)
    assert value(Dice()) == pytest.approx(1 - 4 / 4.8, rel=1e-5)


def test_tversky_by_hand():
    """True 1.5, false .3, missed .5."""
    expected = 1 - 1.5 / (1.5 + 0.3 * 0.3 + 0.7 * 0.5)
    assert value(Tversky(0.7, smooth=1e-9)) == pytest.approx(expected, rel=1e-5)
    assert value(Tversky(0.5, smooth=2.0)) == value(Dice(2.0))


def test_focal_by_hand():
    p = np.array([0.9, 0.6, 0.7, 1.0])
    assert value(MaskFocal(2.0)) == pytest.approx((-((1 - p) ** 2) * np.log(p)).mean(), rel=1e-4)
    assert value(MaskFocal(0.0)) == value(MaskCrossEntropy())


def test_the_sum_is_of_its_parts():
    cross_entropy, dice = value(MaskCrossEntropy()), value(Dice())
    assert value(CrossEntropyDice(0.25)) == pytest.approx(0.75 * cross_entropy + 0.25 * dice, rel=1e-6)


def test_a_perfect_mask_costs_nothing_and_an_empty_one_that_is_found_empty_neither():
    for loss in EVERY:
        assert value(loss(), given=logits(ROW.ravel())) == pytest.approx(0, abs=1e-5)
        assert value(loss(), np.zeros_like(ROW), logits(np.zeros(4))) == pytest.approx(0, abs=1e-5)


def test_what_is_found_in_an_image_without_any_costs():
    """Four pixels of .5 with nothing true: 1 - 1 / (2 + 1)."""
    assert value(Dice(), np.zeros_like(ROW), logits(np.full(4, 0.5))) == pytest.approx(2 / 3, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "theirs"),
    [
        (MaskCrossEntropy(), [1.4506420, 1.3060073]),  # torch cross_entropy
        (MaskCrossEntropy(5.0), [1.4560237, 1.2798355]),  # with weight [1, 5, 5]
        (Dice(), [0.6076779, 0.5726401]),  # DiceLoss, include_background=False, softmax, smooth_nr = smooth_dr = 1
        (CrossEntropyDice(), [1.0291600, 0.9393237]),  # DiceCELoss likewise, lambda_dice = lambda_ce = 0.5
        (Tversky(), [0.5940012, 0.5061404]),  # TverskyLoss likewise, alpha 0.3, beta 0.7, both smooth 0.5
        (MaskFocal(), [0.9230542, 0.8575508]),  # FocalLoss, gamma 2, use_softmax, summed over the classes
        (MaskFocal(0.5), [1.2830092, 1.1476403]),
    ],
)
def test_numbers_of_monai_and_pytorch(loss, theirs):
    np.testing.assert_allclose(loss(MASKS, LOGITS), theirs, rtol=1e-5)


@pytest.mark.parametrize("loss", EVERY)
def test_each_image_has_a_value_of_its_own_in_float32(loss):
    whole = loss()(tf.constant(MASKS, tf.uint8), tf.constant(LOGITS, tf.bfloat16))
    assert whole.dtype == "float32"
    assert whole.shape == (2,)
    both, second = loss()(MASKS, LOGITS), loss()(MASKS[1:], LOGITS[1:])
    assert np.asarray(both)[1] == pytest.approx(np.asarray(second)[0], rel=1e-6)


@pytest.mark.parametrize("loss", EVERY)
def test_gradients_are_finite_where_the_network_is_sure_and_wrong(loss):
    sure = tf.Variable(60.0 * (1 - 2 * ROW[..., None] * [1.0, -1.0]), dtype=tf.float32)
    with tf.GradientTape() as tape:
        found = loss()(1 - ROW, sure)
    gradient = tape.gradient(found, sure)
    assert np.isfinite(found).all()
    assert np.isfinite(gradient).all()


def test_without_a_sigmoid_what_is_cut_off_has_no_gradient():
    """Numbers -1.5, 0.7 and 0.6: the first is cut off, and moving it further costs nothing."""

    def lost(first: float) -> float:
        lead = np.array([[[first, 0.2, 0.1]]], np.float32)  # of the foreground over the background
        return value(NoSigmoid(), np.array([[[1, 1, 0]]]), np.stack([np.zeros_like(lead), lead], axis=-1))

    assert lost(-2.0) == pytest.approx(-np.log([NoSigmoid.EPSILON, 0.7, 0.4]).mean(), rel=1e-4)
    assert lost(-3.0) == lost(-2.0)
    assert lost(0.3) < lost(0.2) < lost(-2.0)
