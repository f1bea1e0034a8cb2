"""Paths of optimizers down a surface."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from medcore.optimization.rules import RULES, update
from medcore.optimization.surfaces import Point, Surface, surface

FAR = 10.0
"""A path has diverged where it is so many times the plot's size away from its middle, along either axis."""


@dataclass(frozen=True)
class Path:
    """What an optimizer did, n steps long; fewer than were asked for if it diverged.

    Args:
        points: (n + 1, 2), the start first.
        values: (n + 1,) of the surface, without noise.
        gradients: (n, 2) that the rule was given, noise included.
        numbers: (n + 1, 2) or (n + 1,) by name: what the rule kept and used, what it began with first.
        diverged_at: the step after which the point was far outside the plot or no number, None if none was.
    """

    points: np.ndarray
    values: np.ndarray
    gradients: np.ndarray
    numbers: Mapping[str, np.ndarray]
    diverged_at: int | None


@functools.lru_cache(maxsize=256)
def descend(
    surface_name: str,
    condition: float | None,
    rule_name: str,
    options: tuple[tuple[str, float], ...],
    start: Point,
    steps: int,
    noise: float,
    seed: int,
) -> Path:
    """The path of one optimizer.

    Args:
        surface_name, condition: of `surfaces.surface`.
        rule_name: of `RULES`.
        options: (name, value) of the learning rate (above 0), of a weight decay (a share, 0 or more), of the rule's
            options; in the ranges that `race.dials` says, which are not looked at here.
        start: (x, y) where it begins.
        steps: most steps it takes, 1 or more.
        noise: standard deviation of the noise of a mini-batch's gradient, the same in both directions, 0 or more. The
            rules that see one image or all of them see `Rule.noise` times as much.
        seed: of the noise, 0 or more: every rule meets the same.

    Raises:
        ValueError: if there is no such surface, or the condition number is out of range.
    """
    ground, rule = surface(surface_name, condition), RULES[rule_name]
    settings = dict(rule.options) | dict(options)
    noises = noise * rule.noise * _noise(seed, steps)
    point: Any = np.array(start, float)
    numbers: Mapping[str, Any] = rule.numbers
    points, gradients, kept = [point], [], []
    diverged_at = None
    with np.errstate(all="ignore"):  # what overflows has diverged, and is said so
        for step in range(1, steps + 1):
            gradient = noises[step - 1] + ground.gradient(*point.tolist())
            point, numbers = update(rule, point, gradient, step, numbers, **settings)
            points.append(point)
            gradients.append(gradient)
            kept.append(numbers)
            if not _near(ground, point.tolist()):
                diverged_at = step
                break
        path = np.array(points)
        values = ground.value(path[:, 0], path[:, 1])
    series = {name: _series([one[name] for one in kept], rule.numbers.get(name, np.nan)) for name in numbers}
    return Path(path, values, np.array(gradients), series, diverged_at)


def _near(ground: Surface, point: Point) -> bool:
    """Whether the point can be taken to come back; false for what is no number."""
    return all(
        abs(at - (low + high) / 2) < FAR * (high - low) for at, (low, high) in zip(point, ground.domain, strict=True)
    )


def _series(values: list[Any], first: float) -> np.ndarray:
    after = np.array(values, float)
    return np.concatenate([np.full((1, *after.shape[1:]), first), after])


@functools.lru_cache(maxsize=16)
def _noise(seed: int, steps: int) -> np.ndarray:
    """(steps, 2) of a standard normal; with more steps the first ones stay the same."""
    return np.random.default_rng(seed).standard_normal((steps, 2))
