"""What a choice is: a label, what is behind it, and what can be set."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """A number that a choice takes, with the range in which it means something.

    `low` and `high` are inclusive. An `integer` parameter takes whole numbers only. `steps` are the
    values worth offering on a slider, where evenly spaced ones would not do.
    """

    label: str
    default: float
    low: float
    high: float
    help: str
    integer: bool = False
    steps: tuple[float, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A setting that takes one of a few names.

    `values` gives the label of each name.
    """

    label: str
    default: str
    values: Mapping[str, str]
    help: str


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Args:
        label: the name people see.
        target: "module:name" of the class or function behind it.
        note: one sentence of help.
        parameters: what can be set, by the target's argument name.
        fixed: arguments that make this choice what it is and cannot be changed.
    """

    label: str
    target: str
    note: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)


def choose(kind: str, choices: Mapping[str, Any], name: object) -> Any:
    """The choice called `name`.

    Raises:
        ValueError: if there is none, naming those there are.
    """
    if not isinstance(name, str) or name not in choices:
        raise ValueError(f"{kind} must be one of {', '.join(sorted(choices))}. Received: {name!r}")
    return choices[name]


def resolve(target: str) -> Any:
    """The object that "module:name" names; imports the module."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
