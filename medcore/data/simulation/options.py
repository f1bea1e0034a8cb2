"""What a simulated set can be asked for, checked and completed."""

from collections.abc import Mapping
from typing import Any

from medcore.catalog import Parameter, Selection
from medcore.spec import number, one_of, whole


def complete(given: Mapping[str, Any], options: Mapping[str, Parameter | Selection], source: str) -> dict[str, Any]:
    """Every option, with its given or default value.

    Args:
        given: values by name.
        options: what there is.
        source: who takes them, for sentences.

    Raises:
        ValueError: for an unknown option or a value out of range.
    """
    unknown = sorted(set(given) - set(options), key=str)
    if unknown:
        raise ValueError(f"The {source} takes these options: {', '.join(options)}. Received: {unknown[0]!r}")
    values: dict[str, Any] = {}
    for name, option in options.items():
        value = given.get(name, option.default)
        if isinstance(option, Selection):
            one_of(f"{source} option {name}", value, tuple(option.values))
        else:
            check = whole if option.integer else number
            value = check(f"{source} option {name}", value, option.low, option.high)
        values[name] = value
    return values
