"""Integrated gradients: how much each pixel adds to the answer on the way from a blank image to this one."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from medcore.explanation.forward import at_once, logits, nothing, score
from medcore.explanation.gradients import PIXELS_AT_ONCE, of_logit

STEPS, MOST_STEPS = 32, 256
TOLERANCE = 0.02
"""Of the whole change, by which the sum of all pixels may miss it before more steps are taken."""


class Integrated(NamedTuple):
    """Of one image.

    Args:
        attributions: (height, width) float32, of `forward.score`; they sum to `change`, as far as the steps go.
        change: by how much that of the image lies above that of the baseline.
        missed: sum of the attributions less `change`: completeness says that it is 0.
        steps: gradients taken.
    """

    attributions: np.ndarray
    change: float
    missed: float
    steps: int


def integrate(
    model: keras.Model,
    image: np.ndarray,
    target: int,
    baseline: np.ndarray,
    steps: int = STEPS,
    most_steps: int = MOST_STEPS,
    pause: Callable[[], None] = nothing,
) -> Integrated:
    """The mean gradient on the straight way from the baseline, by the middle of each step, times the difference.

    The steps are doubled until completeness holds to two percent, `most_steps` at most.

    Args:
        image: (height, width, channels), as the network takes it.
        target: number of the class.
        baseline: of the same shape; what counts as nothing.
        steps: to begin with.
        most_steps: where to stop.
        pause: called now and then; may raise to stop.

    Raises:
        ValueError: on a backend without gradients.

    Reference:
        Sundararajan et al., Axiomatic Attribution for Deep Networks, arXiv:1703.01365, equations 1 and 3.
    """
    difference = np.asarray(image - baseline, np.float32)
    ends = score(logits(model, np.stack([baseline, image]), pause), target)
    change = float(ends[1]) - float(ends[0])
    while True:
        attributions = (difference * _mean_gradient(model, baseline, difference, target, steps, pause)).sum(axis=-1)
        missed = float(attributions.sum(dtype=np.float64)) - change
        if abs(missed) <= TOLERANCE * abs(change) or 2 * steps > most_steps:
            return Integrated(attributions, change, missed, steps)
        steps *= 2


def _mean_gradient(
    model: keras.Model, baseline: np.ndarray, difference: np.ndarray, target: int, steps: int, pause: Callable[[], None]
) -> np.ndarray:
    """(height, width, channels) float32; only a part of the way is in memory at a time."""
    shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    total = np.zeros(difference.shape, np.float32)
    together = at_once(difference.shape, PIXELS_AT_ONCE)
    for start in range(0, steps, together):
        pause()
        way = baseline + shares[start : start + together, None, None, None] * difference
        total += of_logit(model, way.astype(np.float32), target).gradients.sum(axis=0)
    return total / steps
