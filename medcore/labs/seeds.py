"""Repeats of a run from other first weights, on images in another order, and how many runs a comparison may have."""

from collections.abc import Mapping
from dataclasses import replace

from medcore.labs.labels import MAX_RUNS
from medcore.spec import RunSpec, whole

MAX_SEEDS = 10


def repeated(specs: Mapping[str, RunSpec], seeds: int) -> dict[str, RunSpec]:
    """Each run with its own seed and those after it; the seed stands in the label where there are several.

    Args:
        specs: by label, each of the first seed.
        seeds: how many in a row, 1 to 10.

    Raises:
        ValueError: for another number.
    """
    seeds = whole("Seeds", seeds, 1, MAX_SEEDS)
    if seeds == 1:
        return dict(specs)
    return {
        f"{label} · seed {spec.seed + each}": replace(spec, seed=spec.seed + each)
        for label, spec in specs.items()
        for each in range(seeds)
    }


def check_number(specs: Mapping[str, RunSpec], parts: Mapping[str, int]) -> None:
    """Raises ValueError if there are more runs than one comparison may have.

    Args:
        specs: by label.
        parts: what multiplied to so many, {"optimizers": 3, "seeds": 10} say.
    """
    if len(specs) > MAX_RUNS:
        count = " x ".join(f"{number} {what}" for what, number in parts.items())
        raise ValueError(f"A comparison has at most {MAX_RUNS} runs. Received: {count}")
