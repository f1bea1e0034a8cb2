"""Integrated gradients: how much each pixel adds to the answer on the way from a blank image to this one."""

from typing import NamedTuple

import keras
import numpy as np

from medcore.explanation.forward import logits
from medcore.explanation.gradients import of_logit

STEPS, MOST_STEPS = 32, 256
TOLERANCE = 0.02
"""Of the logit's change, by which the sum of all pixels may miss it before more steps are taken."""


class Integrated(NamedTuple):
    """Of one image.

    Args:
        attributions: (height, width) float32, in units of the logit; they sum to `change`, as far as the steps go.
        change: by how much the logit of the image lies above that of the baseline.
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
) -> Integrated:
    """The mean gradient on the straight way from the baseline, by the middle of each step, times the difference.

    The steps are doubled until completeness holds to two percent, `most_steps` at most.

    Args:
        image: (height, width, channels), as the network takes it.
        target: number of the class.
        baseline: of the same shape; what counts as nothing.
        steps: to begin with.
        most_steps: where to stop.

    Raises:
        ValueError: on a backend without gradients.

    Reference:
        Sundararajan et al., Axiomatic Attribution for Deep Networks, arXiv:1703.01365, equations 1 and 3.
    """
    difference = np.asarray(image - baseline, np.float32)
    ends = logits(model, np.stack([baseline, image]))
    change = float(ends[1, target]) - float(ends[0, target])
    while True:
        shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
        way = baseline + shares[:, None, None, None] * difference
        gradient = of_logit(model, way.astype(np.float32), target).gradients.mean(axis=0)
        attributions = (difference * gradient).sum(axis=-1)
        missed = float(attributions.sum(dtype=np.float64)) - change
        if abs(missed) <= TOLERANCE * abs(change) or 2 * steps > most_steps:
            return Integrated(attributions, change, missed, steps)
        steps *= 2
