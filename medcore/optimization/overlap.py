"""Losses of masks against overlap, and how much of their pull comes from the foreground.

All pixels of one truth that are given one probability are alike, so an image is a few kinds of pixels and how many
there are of each. For one foreground class; `medcore.training.mask_losses` has the same losses for training.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

LOSSES = ("mask_cross_entropy", "dice", "cross_entropy_dice", "mask_focal", "tversky")
WAYS = ("moved", "small", "large")
"""How a mask can be wrong: as large as the truth but beside it, inside it, around it."""
EDGE = 1e-7
"""Probabilities end this far from 0 and 1."""


class Kinds(NamedTuple):
    """The pixels of an image, or of several along the axes before the last.

    Args:
        p: (..., kinds) probability of the foreground that each is given, 0 to 1.
        true: (..., kinds) whether each is foreground.
        pixels: (..., kinds) how many there are of each.
    """

    p: np.ndarray
    true: np.ndarray
    pixels: np.ndarray


def wrong(overlap: np.ndarray, way: str, share: float, pixels: float, sure: float) -> Kinds:
    """Images with a mask whose Dice with the truth is `overlap`: found, missed, false, and background, in this order.

    Args:
        overlap: (n,) Dice, 0 to 1. A mask too large cannot have less than one that fills the image, see `least`.
        way: one of `WAYS`.
        share: of the image that is foreground, above 0 and at most 0.5.
        pixels: of the image.
        sure: probability, 0.5 to 1, that the network gives each pixel's class as it sees it.

    Raises:
        ValueError: for anything else.
    """
    d = np.asarray(overlap, dtype=float)
    if way not in WAYS:
        raise ValueError(f"A mask can be wrong in these ways: {', '.join(WAYS)}. Received: {way!r}")
    if not 0 < share <= 0.5 or not 0.5 <= sure <= 1:
        raise ValueError(
            f"The share must be above 0 and at most 0.5, the probability 0.5 to 1. Received: {share:g} and {sure:g}"
        )
    if not ((d >= least(way, share) - 1e-9) & (d <= 1)).all():
        raise ValueError(f"Overlap must be {least(way, share):.3g} to 1. Received: {d.min():g} to {d.max():g}")
    area = share * pixels
    if way == "moved":
        found, predicted = d * area, np.full_like(d, area)
    elif way == "small":
        found = predicted = area * d / (2 - d)
    else:
        found, predicted = np.full_like(d, area), area * (2 - d) / d
    counts = [found, area - found, predicted - found, pixels - area - (predicted - found)]
    return Kinds(
        np.broadcast_to([sure, 1 - sure, sure, 1 - sure], (*d.shape, 4)),
        np.broadcast_to([True, True, False, False], (*d.shape, 4)),
        np.clip(np.stack(counts, axis=-1), 0, None),
    )


def least(way: str, share: float) -> float:
    """The smallest Dice that a mask can have that is wrong in this way."""
    return 2 * share / (1 + share) if way == "large" else 0.0


def undecided(share: np.ndarray, pixels: float, p: float) -> Kinds:
    """Images of which the network says the same everywhere: foreground with probability p.

    Args:
        share: (n,) of the image that is foreground, 0 to 1.
        pixels: of the image.
    """
    share = np.asarray(share, dtype=float)
    return Kinds(
        np.full((*share.shape, 2), p),
        np.broadcast_to([True, False], (*share.shape, 2)),
        np.stack([share, 1 - share], axis=-1) * pixels,
    )


def value(loss: str, kinds: Kinds, setting: float) -> np.ndarray:
    """The loss (...) of each image; `setting` is the loss' own, as the catalog has it.

    Raises:
        ValueError: for an unknown loss.
    """
    return _way(loss)(_inside(kinds), setting)[0]


def pull(loss: str, kinds: Kinds, setting: float) -> np.ndarray:
    """Size of the gradient (..., kinds) by the foreground's logit, of all pixels of a kind together; as `value`."""
    inside = _inside(kinds)
    return inside.pixels * inside.p * (1 - inside.p) * np.abs(_way(loss)(inside, setting)[1])


def foreground_share(loss: str, kinds: Kinds, setting: float) -> np.ndarray:
    """Share (...) of the whole pull that comes from pixels of the foreground; as `value`."""
    pulls = pull(loss, kinds, setting)
    return (pulls * kinds.true).sum(axis=-1) / pulls.sum(axis=-1)


# Each takes the kinds and its own setting, and gives the loss (...) and its derivative by the probability of one pixel
# of each kind (..., kinds).
_Loss = Callable[[Kinds, float], tuple[np.ndarray, np.ndarray]]


def _cross_entropy(kinds: Kinds, foreground: float) -> tuple[np.ndarray, np.ndarray]:
    p, true, pixels = kinds
    weights = np.where(true, foreground, 1.0)
    whole = (weights * pixels).sum(axis=-1, keepdims=True)
    own = np.where(true, p, 1 - p)
    value = -(weights * pixels * np.log(own)).sum(axis=-1) / whole[..., 0]
    return value, weights * np.where(true, -1 / own, 1 / own) / whole


def _focal(kinds: Kinds, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    p, true, pixels = kinds
    own = np.where(true, p, 1 - p)
    doubt, whole = 1 - own, pixels.sum(axis=-1, keepdims=True)
    value = -(pixels * doubt**gamma * np.log(own)).sum(axis=-1) / whole[..., 0]
    slope = gamma * doubt ** (gamma - 1) * np.log(own) - doubt**gamma / own
    return value, np.where(true, slope, -slope) / whole


def _tversky(kinds: Kinds, beta: float, smooth: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    p, true, pixels = kinds
    both = (pixels * p * true).sum(axis=-1, keepdims=True)
    false = (pixels * p * ~true).sum(axis=-1, keepdims=True)
    missed = (pixels * (1 - p) * true).sum(axis=-1, keepdims=True)
    over = 2 * both + smooth
    under = over + 2 * (1 - beta) * false + 2 * beta * missed
    slope_over, slope_under = 2.0 * true, np.where(true, 2 - 2 * beta, 2 * (1 - beta))
    return 1 - (over / under)[..., 0], (over * slope_under - slope_over * under) / under**2


def _dice(kinds: Kinds, smooth: float) -> tuple[np.ndarray, np.ndarray]:
    return _tversky(kinds, 0.5, smooth)


def _both(kinds: Kinds, weight: float) -> tuple[np.ndarray, np.ndarray]:
    pairs = zip(_cross_entropy(kinds, 1.0), _dice(kinds, 1.0), strict=True)
    value, slope = ((1 - weight) * one + weight * other for one, other in pairs)
    return value, slope


_WAYS: dict[str, _Loss] = dict(zip(LOSSES, (_cross_entropy, _dice, _both, _focal, _tversky), strict=True))


def _way(loss: str) -> _Loss:
    if loss not in _WAYS:
        raise ValueError(f"The loss must be one of {', '.join(LOSSES)}. Received: {loss!r}")
    return _WAYS[loss]


def _inside(kinds: Kinds) -> Kinds:
    return kinds._replace(p=np.clip(kinds.p, EDGE, 1 - EDGE))
