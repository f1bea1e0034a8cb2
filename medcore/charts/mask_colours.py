"""Colours of masks, the same in every picture: of the classes, and of what a mask has right and wrong."""

from medcore.charts import template

RIGHT, MISSED, FALSE, MIXED = "#66CCEE", "#EE6677", "#CCBB44", "#AA3377"
"""Foreground that is found, that is missed, that is none, and of another class; distinct for colour-blind people."""
NOTHING = "#000000"
"""Of class 0, which is never drawn."""


def of_classes(names: tuple[str, ...]) -> tuple[str, ...]:
    """A colour for each class; the first, what is nothing, has one that is never drawn."""
    return NOTHING, *(template.colour(place) for place in range(1, len(names)))
