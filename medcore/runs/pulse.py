"""Who is still alive, told by signs of life that keep changing.

Only changes count, timed by this process' own steady clock: neither a clock that is
wrong on another machine nor a laptop that slept makes the living look dead.
"""

import time
from collections.abc import Mapping


class Pulse:
    """Watches signs of life.

    Args:
        patience: seconds after which a sign that did not change means death.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._seen: dict[str, tuple[float, float]] = {}

    def dead(self, signs: Mapping[str, float]) -> list[str]:
        """Those of `signs` that did not change for `patience` seconds of watching.

        Args:
            signs: the latest sign of everyone there is, by name; whoever is missing is forgotten.
        """
        now = time.monotonic()
        before = self._seen
        self._seen = {
            name: before[name] if name in before and before[name][0] == sign else (sign, now)
            for name, sign in signs.items()
        }
        return [name for name, (_, since) in self._seen.items() if now - since > self.patience]
