"""How the runs of a comparison are called: "FAMILY · VALUE · seed N", of which the later parts may be missing."""

import re

MAX_RUNS = 64
"""Of one comparison."""
_SEED = re.compile(r" · seed \d+$")


def group(label: str) -> str:
    """The label of a run without its seed: runs of one group differ by chance alone."""
    return _SEED.sub("", label)


def family(label: str) -> str:
    """What comes first in the label of a run: the optimizer, or what holds the network back."""
    return label.partition(" · ")[0]
