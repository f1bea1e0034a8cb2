"""Whether measured volumes agree with the true ones: mean difference and the limits that 95% of differences keep to."""

from typing import NamedTuple

import numpy as np

from medcore.evaluation.intervals import Z


class Agreement(NamedTuple):
    """Of predicted less true volumes.

    Args:
        bias: their mean difference, above 0 where volumes are told too large; NaN for no case.
        low, high: limits of agreement, bias ± 1.96 standard deviations; NaN for fewer than two.
    """

    bias: float
    low: float
    high: float


def agreement(true: np.ndarray, predicted: np.ndarray) -> Agreement:
    """How far volumes (n,) differ.

    A case with nothing in truth and prediction is none: as many of them as one likes make the limits narrower.

    Reference:
        Bland & Altman 1986, Statistical methods for assessing agreement between two methods of clinical measurement,
        doi 10.1016/S0140-6736(86)90837-8.
    """
    predicted, true = np.asarray(predicted, float), np.asarray(true, float)
    difference = (predicted - true)[(true > 0) | (predicted > 0)]
    bias = float(difference.mean()) if len(difference) else np.nan
    half = Z * float(difference.std(ddof=1)) if len(difference) > 1 else np.nan
    return Agreement(bias, bias - half, bias + half)
