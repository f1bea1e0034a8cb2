"""Colours of many lines: as many hues as there are families, and shades of them."""

from collections.abc import Mapping

import numpy as np

from medcore.charts import template

_LIGHTEST, _DARKEST = 0.5, 0.45
"""Shares of white and of black in the outermost shades: both can be seen on a white and on a near black page."""


def colours(families: Mapping[str, str]) -> dict[str, str]:
    """A colour for each line; up to eight have one of their own, more share the hue of their family.

    Args:
        families: line to the family it belongs to, in the order of the legend.
    """
    if len(families) <= len(template.COLOURS):
        return {line: template.colour(i) for i, line in enumerate(families)}
    members: dict[str, list[str]] = {}
    for line, family in families.items():
        members.setdefault(family, []).append(line)
    return {
        line: colour
        for i, lines in enumerate(members.values())
        for line, colour in zip(lines, _shades(template.colour(i), len(lines)), strict=True)
    }


def translucent(colour: str, share: float) -> str:
    """The colour "#rrggbb" with that opacity, 0 to 1."""
    red, green, blue = _channels(colour)
    return f"rgba({red}, {green}, {blue}, {share:g})"


def _shades(colour: str, n: int) -> list[str]:
    """From light to dark."""
    base = np.array(_channels(colour))
    if n == 1:
        return [colour]
    shades = []
    for depth in np.linspace(-_LIGHTEST, _DARKEST, n):
        target = 255 if depth < 0 else 0
        mixed = np.rint(base + abs(depth) * (target - base)).astype(int)
        shades.append("#" + "".join(f"{channel:02X}" for channel in mixed))
    return shades


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
