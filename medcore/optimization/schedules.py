"""Learning rates over the course of a run, as factors of the one that was set."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Decay = Callable[..., np.ndarray]


def constant(epoch: np.ndarray, epochs: float) -> np.ndarray:  # noqa: ARG001 - every decay takes the same
    """1 throughout.

    Args:
        epoch: (n,) epochs passed, as for every decay; 0 or more.
        epochs: length of the decay, as for every decay; above 0.

    Returns:
        (n,), as of every decay.
    """
    return np.ones_like(epoch)


def step(epoch: np.ndarray, epochs: float, factor: float, every: float) -> np.ndarray:  # noqa: ARG001
    """`factor` to the power of how many times `every` epochs have passed.

    Args:
        factor: above 0, below 1.
        every: epochs, above 0.
    """
    return factor ** np.floor(epoch / every)


def cosine(epoch: np.ndarray, epochs: float, floor: float) -> np.ndarray:
    """From 1 to `floor` along half a cosine over `epochs`.

    `floor` is reached where the decay is over: the first update that is not made any more would take it, and the last
    stands above, with few updates clearly.

    Args:
        floor: 0 to 1.

    Reference:
        Loshchilov & Hutter, SGDR, arXiv:1608.03983, equation 5, without restarts.
    """
    return floor + (1 - floor) * (1 + np.cos(np.pi * np.minimum(epoch / epochs, 1))) / 2


def factors(
    decay: Decay, options: Mapping[str, Any], warmup: float, updates: np.ndarray, steps_per_epoch: float, epochs: int
) -> np.ndarray:
    """What the learning rate is multiplied by at each of these updates.

    During the warm-up it grows in equal parts from the first update to the last of the warm-up, which has the whole
    learning rate; the decay begins after it, and what is left of the run is its length. A warm-up of one update or
    less changes none.

    Args:
        decay: `constant`, `step` or `cosine`.
        options: of the decay.
        warmup: length in epochs, 0 for none, less than `epochs`.
        updates: (n,) numbers of updates, the first of the run is 0.
        steps_per_epoch: updates an epoch, above 0.
        epochs: of the run.

    Returns:
        (n,) float64 in 0..1.

    Reference:
        Goyal et al., Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2 (gradual warm-up).
    """
    updates = np.asarray(updates, dtype=float)
    rise = warmup * steps_per_epoch
    after = np.maximum(updates - rise, 0) / steps_per_epoch
    grown = np.minimum((updates + 1) / rise, 1) if rise > 1 else 1.0
    return grown * decay(after, epochs - warmup, **options)
