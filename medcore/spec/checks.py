"""What the values of a spec must be, said in one sentence where they are not."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from medcore import catalog

MAX_OPTION_TEXT = 200


def number(name: str, value: object, low: float, high: float, *, above: bool = False) -> float:
    """`value` as a float, if it is a finite number from `low` (excluded if `above`) to `high`.

    Raises:
        ValueError: if it is not, with the range and what came.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or (above and value == low):
        least = f"above {low:g}" if above else f"at least {low:g}"
        raise ValueError(f"{name} must be a number {least} and at most {high:g}. Received: {value!r}")
    return float(value)


def whole(name: str, value: object, low: int, high: int) -> int:
    """`value` as an int, if it is a whole number from `low` to `high`.

    Raises:
        ValueError: if it is not, with the range and what came.
    """
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if not good or value != int(value):
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}. Received: {value!r}")
    return int(value)


def one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Raises ValueError unless `value` is one of `allowed`."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}. Received: {value!r}")


def switch(name: str, value: object) -> None:
    """Raises ValueError unless `value` is true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false. Received: {value!r}")


def options(kind: str, choice: catalog.Choice, given: object) -> dict[str, Any]:
    """Every parameter of the choice, with its given or default value."""
    if not isinstance(given, Mapping):
        raise ValueError(f"Options of {kind} must be an object of names and numbers. Received: {given!r}")
    unknown = sorted(set(given) - set(choice.parameters), key=str)
    if unknown:
        known = ", ".join(choice.parameters) or "none"
        raise ValueError(f"{choice.label} takes these options: {known}. Received: {unknown[0]!r}")
    return {
        name: _option(f"{kind} option {name}", parameter, given.get(name, parameter.default))
        for name, parameter in choice.parameters.items()
    }


def _option(name: str, parameter: catalog.Parameter | catalog.Selection, value: object) -> float | str:
    """The value, if it is one that the parameter may have."""
    if isinstance(parameter, catalog.Selection):
        one_of(name, value, tuple(parameter.values))
        return str(value)
    check = whole if parameter.integer else number
    return check(name, value, parameter.low, parameter.high)


def built(cls: type, what: str, values: object, parts: Mapping[str, type] | None = None) -> Any:
    """A dataclass from plain values.

    Args:
        what: what it is called where something is wrong.
        parts: classes of the fields that are dataclasses themselves; None takes those that `cls.PARTS` names, if any.

    Raises:
        ValueError: for anything unknown or out of range, with what was expected.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{what} must be a JSON object. Received: {values!r}")
    known = [f.name for f in fields(cls)]
    unknown = sorted(set(values) - set(known), key=str)
    if unknown:
        raise ValueError(f"{what} has the keys {', '.join(known)}. Received: {unknown[0]!r}")
    parts = getattr(cls, "PARTS", {}) if parts is None else parts
    return cls(
        **{key: built(parts[key], f'"{key}"', value) if key in parts else value for key, value in values.items()}
    )
