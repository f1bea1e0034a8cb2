"""95% intervals: in closed form for shares, by the bootstrap for the rest."""

import numpy as np

Z = 1.959963984540054
"""97.5% quantile of the standard normal distribution."""

Interval = list[float]
"""[low, high]"""


def wilson(successes: int, n: int) -> Interval | None:
    """Wilson's score interval of a share; unlike p ± 1.96 s it keeps to 0..1 and holds for few cases.

    Args:
        successes: 0..n.
        n: number of cases.

    Returns:
        [low, high], or None for no case.

    Reference:
        Wilson (1927), doi 10.1080/01621459.1927.10502953.
    """
    if n == 0:
        return None
    p = successes / n
    centre = p + Z**2 / (2 * n)
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    scale = 1 + Z**2 / n
    low = 0.0 if successes == 0 else float((centre - half) / scale)
    high = 1.0 if successes == n else float((centre + half) / scale)
    return [low, high]


def percentile(replicates: np.ndarray) -> Interval | None:
    """The middle 95% of bootstrap replicates (Efron's percentile interval); None if there is no finite one."""
    finite = replicates[np.isfinite(replicates)]
    return [float(value) for value in np.quantile(finite, (0.025, 0.975))] if finite.size else None
