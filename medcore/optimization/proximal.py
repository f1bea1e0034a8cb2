"""L1 on a few weights in NumPy: the subgradient circles around 0, the proximal step lands on it.

The rules are those that runs train with (`training/penalty.py`, `training/proximal.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from medcore.optimization.rules import RULES, Numbers

OPTIMIZERS = ("minibatch", "momentum", "adam")
"""Those that a proximal step is defined for, by their names in `RULES`."""
STEPS = ("subgradient", "proximal")


def soft_threshold(w: Any, threshold: Any) -> Any:
    """sign(w) * max(abs(w) - threshold, 0): the w' that minimises threshold * abs(w') + (w' - w)**2 / 2.

    Reference:
        Parikh & Boyd, Proximal Algorithms, section 6.5.2, doi 10.1561/2400000003.
    """
    return np.sign(w) * np.maximum(np.abs(w) - threshold, 0)


def walk(
    optimizer: str,
    step: str,
    start: Any,
    gradient: Callable[[np.ndarray], np.ndarray],
    l1: float,
    learning_rate: float,
    updates: int,
    **options: float,
) -> np.ndarray:
    """The weights before the first update and after each, (updates + 1, ...).

    Args:
        optimizer: one of `OPTIMIZERS`.
        step: one of `STEPS`.
        start: the first weights.
        gradient: of the data loss at some weights.
        l1: strength of the penalty l1 * sum(abs(w)), 0 or more.
        learning_rate: above 0.
        updates: how many.
        options: of the optimizer, where they are not the usual ones.

    Raises:
        ValueError: for another optimizer or step.
    """
    if optimizer not in OPTIMIZERS or step not in STEPS:
        raise ValueError(
            f"The optimizer must be one of {', '.join(OPTIMIZERS)} and the step {' or '.join(STEPS)}. "
            f"Received: {optimizer} and {step}"
        )
    rule = RULES[optimizer]
    options = dict(rule.options) | options
    w = np.asarray(start, float)
    numbers: Numbers = {name: np.full_like(w, value) for name, value in rule.numbers.items()}
    weights = [w]
    for t in range(1, updates + 1):
        slope = gradient(w)
        if step == "subgradient":
            w, numbers = rule.step(w, slope + l1 * np.sign(w), t, numbers, learning_rate=learning_rate, **options)
        else:
            w, numbers = _PROXIMAL[optimizer](w, slope, t, numbers, l1, learning_rate, options)
        weights.append(w)
    return np.stack(weights)


def _descend(w: Any, g: Any, _t: int, _before: Numbers, l1: float, rate: float, _options: Mapping) -> tuple[Any, dict]:
    return soft_threshold(w - rate * g, rate * l1), {}


def _momentum(w: Any, g: Any, _t: int, before: Numbers, l1: float, rate: float, options: Mapping) -> tuple[Any, dict]:
    """The velocity is the displacement that the threshold left over (Ochs et al., iPiano, arXiv:1404.4805)."""
    landed = soft_threshold(w + options["momentum"] * before["velocity"] - rate * g, rate * l1)
    return landed, {"velocity": landed - w}


def _adam(w: Any, g: Any, t: int, before: Numbers, l1: float, rate: float, options: Mapping) -> tuple[Any, dict]:
    """One length of step a weight, for gradient and threshold (after Yun et al., ProxGen, arXiv:2006.07065)."""
    _, kept = RULES["adam"].step(w, g, t, before, learning_rate=rate, **options)
    mean, size = kept["mean"] / (1 - options["beta_1"] ** t), np.sqrt(kept["square"] / (1 - options["beta_2"] ** t))
    length = rate / (np.maximum(size, l1) + options["epsilon"])
    return soft_threshold(w - length * mean, length * l1), kept


_PROXIMAL = {"minibatch": _descend, "momentum": _momentum, "adam": _adam}
