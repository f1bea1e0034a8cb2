"""Several optimizers down one surface from one start: what can be set, and what is refused."""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medcore.optimization.descent import Path, descend
from medcore.optimization.rules import EPSILON, RULES
from medcore.optimization.surfaces import Point, Surface, surface

MOST = 8
"""Optimizers of a race."""
SEEDS = 2**31


@dataclass(frozen=True)
class Dial:
    """A number that can be turned while the paths are watched.

    Args:
        name: in an address.
        label: the name people see; empty for the learning rate of the one rule in `rules`.
        help: one sentence.
        default: where it stands at first.
        values: where it can stand, ascending; any value between the first and the last is accepted.
        option: of the rules, that it sets.
        rules: whose option it is; none where it is of the race as a whole.
        whole: whether it takes whole numbers alone.
    """

    name: str
    label: str
    help: str
    default: float
    values: tuple[float, ...]
    option: str = ""
    rules: tuple[str, ...] = ()
    whole: bool = False

    def check(self, value: float) -> None:
        """Refuses what is out of range, and parts of what is counted.

        Raises:
            ValueError: saying what was expected.
        """
        what = self.label or f"Learning rate of {self.rules[0]}"
        if self.whole and value % 1:
            raise ValueError(f"{what} must be a whole number. Received: {value:g}")
        if not self.values[0] <= value <= self.values[-1]:
            raise ValueError(f"{what} must lie in {self.values[0]:g} to {self.values[-1]:g}. Received: {value:g}")


def _decades(low: int, high: int, parts: int) -> tuple[float, ...]:
    """Values from 10^low to 10^high, `parts` to a decade, of three digits."""
    return tuple(float(f"{10 ** (k / parts):.3g}") for k in range(low * parts, high * parts + 1))


RATES = _decades(-5, 1, 20)
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, *(k / 100 for k in range(90, 100)), 0.995, 0.998, 0.999)
_LION_SHARES = (0.001, *_SHARES[1:])
_ADAMS = ("adam", "adamw", "nadam")
_NOISES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
_CONDITIONS = tuple(
    float(k)
    for k in (
        1,
        1.5,
        2,
        2.5,
        *range(3, 16),
        17,
        20,
        25,
        30,
        40,
        50,
        60,
        80,
        100,
        120,
        150,
        200,
        300,
        400,
        500,
        700,
        1000,
    )
)
_STEPS = (*range(10, 100, 10), *range(100, 1001, 25))

OPTION_DIALS = (
    Dial(
        "momentum",
        "Momentum",
        "Share of the velocity that is kept: in a steady direction steps grow to learning rate / (1 − momentum).",
        0.9,
        _SHARES,
        "momentum",
        ("momentum", "nesterov"),
    ),
    Dial(
        "rho",
        "Rho",
        "Decay of RMSprop's running mean of the squared gradient: it looks back about 1 / (1 − rho) steps.",
        0.9,
        _SHARES,
        "rho",
        ("rmsprop",),
    ),
    Dial(
        "beta_1",
        "Beta 1",
        "Decay of the running mean of the gradient.",
        0.9,
        _LION_SHARES,
        "beta_1",
        (*_ADAMS, "lion"),
    ),
    Dial(
        "beta_2",
        "Beta 2",
        "Decay of the running mean of the squared gradient.",
        0.999,
        (*_SHARES, 0.9995, 0.9999),
        "beta_2",
        _ADAMS,
    ),
    Dial(
        "beta_2_lion",
        "Beta 2 · Lion",
        "Decay of the running mean of the gradient that Lion keeps.",
        0.99,
        _SHARES,
        "beta_2",
        ("lion",),
    ),
    Dial(
        "epsilon",
        "Epsilon",
        "Keeps the division finite; a large one turns an adaptive rule into plain descent at a smaller rate.",
        EPSILON,
        _decades(-10, 1, 1),
        "epsilon",
        ("rmsprop", "adagrad", *_ADAMS),
    ),
    Dial(
        "weight_decay",
        "Weight decay",
        "AdamW takes this share of each weight, times the learning rate, at every step: a pull to (0, 0).",
        0.004,
        (0.0, 0.001, 0.002, 0.004, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
        "weight_decay",
        ("adamw",),
    ),
)
STEPS = Dial("steps", "Steps", "Updates that each optimizer makes.", 300, _STEPS, whole=True)


def dials(ground: Surface, rules: Sequence[str]) -> list[Dial]:
    """What can be turned on this surface with these rules."""
    condition = Dial(
        "condition",
        "Condition number",
        "How many times steeper the bowl is along y than along x.",
        ground.condition or 1.0,
        _CONDITIONS,
    )
    noise = Dial(
        "noise",
        "Gradient noise",
        "Standard deviation of a mini-batch's gradient; SGD, of one image, sees four times as much, GD none.",
        ground.noise,
        _NOISES,
    )
    rates = [_rate(rule, ground) for rule in rules]
    options = [dial for dial in OPTION_DIALS if set(dial.rules) & set(rules)]
    return [*([condition] if ground.condition else []), *rates, *options, noise, STEPS]


def _rate(rule: str, ground: Surface) -> Dial:
    help = f"Learning rate; {ground.rates[rule]:g} suits this surface."
    return Dial(f"lr_{rule}", "", help, ground.rates[rule], RATES, "learning_rate", (rule,))


@dataclass(frozen=True)
class Race:
    """Optimizers that start from one point of one surface.

    Args:
        surface: of `surfaces.SURFACES`.
        rules: of `rules.RULES`, 1 to `MOST`, each once.
        start: in the plot of the surface; None for the surface's own.
        seed: of the noise, 0 to `SEEDS` - 1.
        values: of dials, by name; what is missing stands at its default, and those of other rules wait.

    Raises:
        ValueError: in one sentence.
    """

    surface: str
    rules: tuple[str, ...]
    start: Point | None = None
    seed: int = 0
    values: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError("Choose at least one optimizer. Received: none")
        if len(self.rules) > MOST:
            raise ValueError(f"Choose at most {MOST} optimizers. Received: {len(self.rules)}")
        if unknown := [rule for rule in self.rules if rule not in RULES]:
            raise ValueError(f"An optimizer must be one of {', '.join(RULES)}. Received: {unknown[0][:40]!r}")
        if twice := [rule for rule in self.rules if self.rules.count(rule) > 1]:
            raise ValueError(f"Each optimizer can run once. Received: {twice[0]} twice or more")
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"The seed must lie in 0 to {SEEDS - 1}. Received: {self.seed}")
        ground = surface(self.surface, (self.values or {}).get("condition"))
        if self.start is not None and not ground.holds(self.start):
            raise ValueError(_outside(self.start, ground))
        for dial in self.dials:
            dial.check(self[dial])

    @functools.cached_property
    def dials(self) -> list[Dial]:
        """What can be turned."""
        return dials(surface(self.surface), self.rules)

    def __getitem__(self, dial: Dial) -> float:
        return (self.values or {}).get(dial.name, dial.default)

    @property
    def condition(self) -> float | None:
        """Of the surface, if it has one."""
        return next((self[dial] for dial in self.dials if dial.name == "condition"), None)

    @property
    def ground(self) -> Surface:
        """The surface as it is set."""
        return surface(self.surface, self.condition)

    def paths(self) -> dict[str, Path]:
        """The path of each optimizer; one that diverges ends early, the others go on."""
        ground = self.ground
        named = {dial.name: self[dial] for dial in self.dials}
        return {
            rule: descend(
                self.surface,
                self.condition,
                rule,
                tuple((dial.option, self[dial]) for dial in self.dials if rule in dial.rules),
                self.start or ground.start,
                int(named["steps"]),
                named["noise"],
                self.seed,
            )
            for rule in self.rules
        }


def _outside(start: Point, ground: Surface) -> str:
    (low_x, high_x), (low_y, high_y) = ground.domain
    return (
        f"The start must lie in the plot, x in {low_x:g} to {high_x:g} and y in {low_y:g} to {high_y:g}. "
        f"Received: ({start[0]:g}, {start[1]:g})"
    )


def read(query: Mapping[str, str]) -> Race:
    """A race from an address: `surface`, `optimizers` with commas, `x` and `y`, `seed`, and dials by name.

    Raises:
        ValueError: in one sentence.
    """
    names = tuple(name for name in query.get("optimizers", "").split(",") if name)
    name = query.get("surface", "")
    ground = read_surface(query)
    start = tuple(number(query, axis, own) for axis, own in zip("xy", ground.start, strict=True))
    known = [dial.name for dial in dials(ground, [rule for rule in RULES if rule in names])]
    values = {key: number(query, key, 0.0) for key in known if key in query}
    return Race(name, names, start, _whole(query, "seed"), values)


def read_surface(query: Mapping[str, str]) -> Surface:
    """The surface of an address: `surface`, and `condition` if it is a bowl's.

    Raises:
        ValueError: in one sentence.
    """
    condition = number(query, "condition", 0.0) if "condition" in query else None
    return surface(query.get("surface", ""), condition)


def _whole(query: Mapping[str, str], key: str) -> int:
    value = number(query, key, 0)
    if value % 1:
        raise ValueError(f"A whole number was expected for {key}. Received: {query[key][:40]!r}")
    return int(value)


def number(query: Mapping[str, str], key: str, default: float) -> float:
    """A finite number of an address.

    Raises:
        ValueError: if it is none.
    """
    try:
        value = float(query.get(key, default))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"A number was expected for {key}. Received: {query[key][:40]!r}")
    return value
