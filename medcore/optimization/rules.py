"""The update rules of Keras' optimizers, once more in a few lines of NumPy each.

A rule takes the weights w, their gradient g, the number of the step t (from 1) and the numbers it kept of the step
before; it returns the new weights and its new numbers, among them some that it keeps only to be looked at. All of it
is elementwise, so w may have any shape.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Numbers = Mapping[str, Any]
EPSILON = 1e-7
"""Keras' default."""


@dataclass(frozen=True)
class Rule:
    """One update rule.

    Args:
        step: (w, g, t, numbers, **options) -> (w, numbers).
        numbers: what it begins with.
        options: its options beside learning rate and weight decay, with Keras' defaults.
        fixed: options that make it what it is.
        noise: share of a mini-batch's noise that its gradient has.
    """

    step: Callable[..., tuple[Any, dict[str, Any]]]
    numbers: Numbers = field(default_factory=dict)
    options: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    noise: float = 1.0


def descend(w: Any, g: Any, _t: int, _before: Numbers, *, learning_rate: float) -> tuple[Any, dict[str, Any]]:
    """Gradient descent, by whatever gradient it is given."""
    return w - learning_rate * g, {}


def momentum(
    w: Any, g: Any, _t: int, before: Numbers, *, learning_rate: float, momentum: float, nesterov: bool = False
) -> tuple[Any, dict[str, Any]]:
    """A velocity that keeps a share of itself; Nesterov's steps on from where it leads.

    Reference:
        Polyak (1964), doi:10.1016/0041-5553(64)90137-5; Sutskever et al. (2013), proceedings.mlr.press/v28.
    """
    v = momentum * before["velocity"] - learning_rate * g
    step = momentum * v - learning_rate * g if nesterov else v
    return w + step, {"velocity": v}


def rmsprop(
    w: Any, g: Any, _t: int, before: Numbers, *, learning_rate: float, rho: float, epsilon: float
) -> tuple[Any, dict[str, Any]]:
    """Divides by the root of the running mean of the squared gradient.

    Reference:
        Hinton, Neural networks for machine learning, lecture 6e (2012).
    """
    s = rho * before["square"] + (1 - rho) * g * g
    return w - learning_rate * g / np.sqrt(s + epsilon), {"square": s}


def adagrad(
    w: Any, g: Any, _t: int, before: Numbers, *, learning_rate: float, epsilon: float
) -> tuple[Any, dict[str, Any]]:
    """Divides by the root of the sum of all squared gradients.

    Reference:
        Duchi, Hazan & Singer, jmlr.org/papers/v12/duchi11a.html (2011).
    """
    s = before["sum"] + g * g
    return w - learning_rate * g / np.sqrt(s + epsilon), {"sum": s}


def adam(
    w: Any, g: Any, t: int, before: Numbers, *, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> tuple[Any, dict[str, Any]]:
    """Momentum over the root of the squared gradient; `alpha` is the learning rate with both biases corrected.

    Reference:
        Kingma & Ba, arXiv:1412.6980, before section 2.1.
    """
    m = beta_1 * before["mean"] + (1 - beta_1) * g
    s = beta_2 * before["square"] + (1 - beta_2) * g * g
    alpha = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(s) + epsilon), {"mean": m, "square": s, "alpha": alpha}


def nadam(
    w: Any, g: Any, t: int, before: Numbers, *, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> tuple[Any, dict[str, Any]]:
    """Adam that looks ahead, with a momentum that grows over the steps: its share of beta 1 is 1 - 0.96^t / 2.

    Reference:
        Dozat, Incorporating Nesterov momentum into Adam (2016).
    """
    now, next_ = (beta_1 * (1 - 0.5 * 0.96**step) for step in (t, t + 1))
    product = before["product"] * now
    m = beta_1 * before["mean"] + (1 - beta_1) * g
    s = beta_2 * before["square"] + (1 - beta_2) * g * g
    ahead = next_ * m / (1 - product * next_) + (1 - now) * g / (1 - product)
    corrected = s / (1 - beta_2**t)
    w = w - learning_rate * ahead / (np.sqrt(corrected) + epsilon)
    kept = {"mean": m, "square": s, "product": product}
    return w, kept | {"now": now, "next": next_, "ahead": ahead, "corrected": corrected}


def lion(
    w: Any, g: Any, _t: int, before: Numbers, *, learning_rate: float, beta_1: float, beta_2: float
) -> tuple[Any, dict[str, Any]]:
    """The sign of a mix of running mean and gradient: every weight moves by the learning rate.

    Reference:
        Chen et al., arXiv:2302.06675, algorithm 2.
    """
    mix = beta_1 * before["mean"] + (1 - beta_1) * g
    return w - learning_rate * np.sign(mix), {"mean": beta_2 * before["mean"] + (1 - beta_2) * g, "mix": mix}


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": EPSILON}
_MOMENTS = {"mean": 0.0, "square": 0.0}

RULES: dict[str, Rule] = {
    "gd": Rule(descend, noise=0.0),
    "sgd": Rule(descend, noise=4.0),
    "minibatch": Rule(descend),
    "momentum": Rule(momentum, {"velocity": 0.0}, {"momentum": 0.9}),
    "nesterov": Rule(momentum, {"velocity": 0.0}, {"momentum": 0.9}, {"nesterov": True}),
    "rmsprop": Rule(rmsprop, {"square": 0.0}, {"rho": 0.9, "epsilon": EPSILON}),
    "adagrad": Rule(adagrad, {"sum": 0.1}, {"epsilon": EPSILON}),
    "adam": Rule(adam, _MOMENTS, _ADAM),
    "adamw": Rule(adam, _MOMENTS, _ADAM),
    "nadam": Rule(nadam, _MOMENTS | {"product": 1.0}, _ADAM),
    "lion": Rule(lion, {"mean": 0.0}, {"beta_1": 0.9, "beta_2": 0.99}),
}
"""By the names of `catalog.OPTIMIZERS`."""


def update(
    rule: Rule,
    w: Any,
    g: Any,
    t: int,
    before: Numbers,
    learning_rate: float,
    weight_decay: float | None = None,
    **options: Any,
) -> tuple[Any, dict[str, Any]]:
    """One step of a rule: a share of the weights is taken away first, apart from the gradient; `decayed` is the rest.

    Reference:
        Loshchilov & Hutter, Decoupled weight decay, arXiv:1711.05101.
    """
    if weight_decay is None:
        return rule.step(w, g, t, before, learning_rate=learning_rate, **rule.fixed, **options)
    decayed = w - learning_rate * weight_decay * w
    w, numbers = rule.step(decayed, g, t, before, learning_rate=learning_rate, **rule.fixed, **options)
    return w, numbers | {"decayed": decayed}
