"""Functions of two weights to descend: value and gradient in closed form, with a start and rates worth seeing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

Point = tuple[float, float]
CONDITIONS = (1.0, 1000.0)
"""Smallest and largest condition number of a bowl."""
CELLS = 120
"""Of the grid on which a surface is drawn, along each axis."""


@dataclass(frozen=True)
class Surface:
    """A function f(x, y) and how to look at it.

    Args:
        label: the name people see.
        formula: f as HTML.
        value: f(x, y), elementwise: numbers or arrays of one shape.
        gradient: (df/dx, df/dy) at (x, y), elementwise.
        domain: ((lowest x, highest x), (lowest y, highest y)) of the plot; a start lies in it.
        minima: every global minimum, with the value `floor`.
        start: where a descent begins unless told otherwise.
        rates: learning rates that give an instructive picture from that start, by optimizer.
        floor: the smallest value of f.
        offset: the plot's height is log(f - floor + offset); 0 for f itself.
        noise: standard deviation of the gradient's noise to begin with.
        condition: of a bowl, to begin with: largest over smallest curvature; None where there is nothing to set.
    """

    label: str
    formula: str
    value: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    domain: tuple[Point, Point]
    minima: tuple[Point, ...]
    start: Point
    rates: Mapping[str, float] = field(repr=False)
    floor: float = 0.0
    offset: float = 0.0
    noise: float = 0.0
    condition: float | None = None

    def holds(self, point: Point) -> bool:
        """Whether the point lies in the plot."""
        return all(low <= at <= high for at, (low, high) in zip(point, self.domain, strict=True))

    def height(self, value: np.ndarray) -> np.ndarray:
        """Where values of f, of any shape, are drawn: their decimal logarithm above the floor, or themselves."""
        if not self.offset:
            return value
        return np.log10(np.maximum(value - self.floor, 0) + self.offset)

    def heights(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x and y (`CELLS` + 1,) over the plot, ascending, and the heights there, (y, x)."""
        x, y = (np.linspace(low, high, CELLS + 1) for low, high in self.domain)
        return x, y, self.height(self.value(*np.meshgrid(x, y)))


def bowl_value(x: Any, y: Any, condition: float) -> Any:
    """(x² + condition · y²) / 2: curvature 1 along x, `condition` along y."""
    return (x * x + condition * y * y) / 2


def bowl_gradient(x: Any, y: Any, condition: float) -> tuple[Any, Any]:
    """Of `bowl_value`."""
    return x, condition * y


def rosenbrock(x: Any, y: Any) -> Any:
    """(1 - x)² + 100 (y - x²)².

    Reference:
        Rosenbrock, An automatic method for finding the greatest or least value of a function (1960).
    """
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)


def rosenbrock_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    """Of `rosenbrock`."""
    off = y - x * x
    return -2 * (1 - x) - 400 * x * off, 200 * off


def beale(x: Any, y: Any) -> Any:
    """(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)².

    Reference:
        Beale, On an iterative method for finding a local minimum of a function of more than one variable (1958).
    """
    return sum(miss * miss for miss in _beale_misses(x, y))


def beale_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    """Of `beale`."""
    first, second, third = _beale_misses(x, y)
    square = y * y
    along_x = 2 * (first * (y - 1) + second * (square - 1) + third * (square * y - 1))
    return along_x, 2 * x * (first + 2 * second * y + 3 * third * square)


def _beale_misses(x: Any, y: Any) -> tuple[Any, Any, Any]:
    return 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y


def himmelblau(x: Any, y: Any) -> Any:
    """(x² + y - 11)² + (x + y² - 7)²: four minima, all equally deep.

    Reference:
        Himmelblau, Applied Nonlinear Programming (1972).
    """
    first, second = x * x + y - 11, x + y * y - 7
    return first * first + second * second


def himmelblau_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    """Of `himmelblau`."""
    first, second = x * x + y - 11, x + y * y - 7
    return 4 * x * first + 2 * second, 2 * first + 4 * y * second


def saddle(x: Any, y: Any) -> Any:
    """x²/2 - y²/2 + y⁴/4: flat in the middle, uphill along x, downhill along y to two minima."""
    return (x * x - y * y) / 2 + y * y * y * y / 4


def saddle_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    """Of `saddle`."""
    return x, y * y * y - y


def rastrigin(x: Any, y: Any) -> Any:
    """20 + x² - 10 cos 2πx + y² - 10 cos 2πy: a bowl full of dents.

    Reference:
        Rastrigin, Systems of Extremal Control (1974).
    """
    return 20 + x * x - 10 * np.cos(2 * np.pi * x) + y * y - 10 * np.cos(2 * np.pi * y)


def rastrigin_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    """Of `rastrigin`."""
    return tuple(2 * at + 20 * np.pi * np.sin(2 * np.pi * at) for at in (x, y))


def bowl(condition: float, **differs: Any) -> Surface:
    """A quadratic bowl with this condition number.

    Raises:
        ValueError: if it is not in `CONDITIONS`.
    """
    low, high = CONDITIONS
    if not low <= condition <= high:
        raise ValueError(f"The condition number must lie in {low:g} to {high:g}. Received: {condition:g}")
    facts: dict[str, Any] = {
        "label": "Quadratic bowl",
        "formula": "½(<i>x</i>² + <i>κ</i> <i>y</i>²)",
        "value": partial(bowl_value, condition=condition),
        "gradient": partial(bowl_gradient, condition=condition),
        "domain": ((-2.2, 2.2), (-1.6, 1.6)),
        "minima": ((0.0, 0.0),),
        "start": (-1.9, 1.2),
        "rates": _rates(gd=0.178, momentum=0.0178, rmsprop=0.0316, adagrad=0.398, adam=0.1, lion=0.0316),
        "offset": 0.01,
        "condition": condition,
    }
    return Surface(**facts | differs)


def _rates(gd: float, momentum: float, rmsprop: float, adagrad: float, adam: float, lion: float) -> dict[str, float]:
    """Rates by optimizer, where those of one family share theirs."""
    plain = dict.fromkeys(("gd", "sgd", "minibatch"), gd)
    heavy = dict.fromkeys(("momentum", "nesterov"), momentum)
    adaptive = dict.fromkeys(("adam", "adamw", "nadam"), adam)
    return plain | heavy | adaptive | {"rmsprop": rmsprop, "adagrad": adagrad, "lion": lion}


_FIXED: dict[str, Surface] = {
    "rosenbrock": Surface(
        "Rosenbrock",
        "(1 − <i>x</i>)² + 100(<i>y</i> − <i>x</i>²)²",
        rosenbrock,
        rosenbrock_gradient,
        ((-2.0, 2.0), (-1.0, 3.0)),
        ((1.0, 1.0),),
        (-1.5, 2.0),
        _rates(gd=0.001, momentum=0.001, rmsprop=0.01, adagrad=0.316, adam=0.1, lion=0.01),
        offset=1.0,
    ),
    "beale": Surface(
        "Beale",
        "(1.5 − <i>x</i> + <i>xy</i>)² + (2.25 − <i>x</i> + <i>xy</i>²)² + (2.625 − <i>x</i> + <i>xy</i>³)²",
        beale,
        beale_gradient,
        ((-4.5, 4.5), (-4.5, 4.5)),
        ((3.0, 0.5),),
        (1.0, 1.5),
        _rates(gd=0.01, momentum=0.00501, rmsprop=0.0316, adagrad=0.398, adam=0.1, lion=0.0316),
        offset=1.0,
    ),
    "himmelblau": Surface(
        "Himmelblau",
        "(<i>x</i>² + <i>y</i> − 11)² + (<i>x</i> + <i>y</i>² − 7)²",
        himmelblau,
        himmelblau_gradient,
        ((-5.0, 5.0), (-5.0, 5.0)),
        (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ),
        (0.0, 0.0),
        _rates(gd=0.01, momentum=0.00501, rmsprop=0.0501, adagrad=0.501, adam=0.2, lion=0.0501),
        offset=1.0,
    ),
    "saddle": Surface(
        "Saddle",
        "½<i>x</i>² − ½<i>y</i>² + ¼<i>y</i>⁴",
        saddle,
        saddle_gradient,
        ((-2.0, 2.0), (-1.6, 1.6)),
        ((0.0, -1.0), (0.0, 1.0)),
        (-1.6, 0.001),
        _rates(gd=0.1, momentum=0.01, rmsprop=0.01, adagrad=0.1, adam=0.0316, lion=0.01),
        floor=-0.25,
    ),
    "rastrigin": Surface(
        "Rastrigin",
        "20 + <i>x</i>² − 10 cos 2π<i>x</i> + <i>y</i>² − 10 cos 2π<i>y</i>",
        rastrigin,
        rastrigin_gradient,
        ((-5.12, 5.12), (-5.12, 5.12)),
        ((0.0, 0.0),),
        (-3.6, 2.4),
        _rates(gd=0.001, momentum=0.00631, rmsprop=0.01, adagrad=0.316, adam=0.2, lion=0.0316) | {"nesterov": 0.002},
    ),
}

SURFACES: dict[str, str] = {
    "bowl": "Quadratic bowl",
    **{name: surface.label for name, surface in _FIXED.items()},
    "noisy": "Noisy bowl",
}
"""Labels by name."""


def surface(name: str, condition: float | None = None) -> Surface:
    """A surface by name.

    Args:
        name: of `SURFACES`.
        condition: of a bowl, in `CONDITIONS`; its usual one if None. The others have none to set.

    Raises:
        ValueError: if there is none of that name, the condition number is out of `CONDITIONS`, or there is none to
            set.
    """
    if name == "bowl":
        return bowl(10.0 if condition is None else condition)
    if name == "noisy":
        rates = _rates(gd=0.0501, momentum=0.00501, rmsprop=0.0316, adagrad=0.398, adam=0.0501, lion=0.01)
        return bowl(4.0 if condition is None else condition, label=SURFACES["noisy"], noise=0.5, rates=rates)
    if name not in _FIXED:
        raise ValueError(f"A surface must be one of {', '.join(SURFACES)}. Received: {name[:40]!r}")
    if condition is not None:
        label = SURFACES[name]
        raise ValueError(f"Only a bowl has a condition number to set, {label} has none. Received: {condition:g}")
    return _FIXED[name]
