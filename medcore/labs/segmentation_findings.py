"""What finished runs of segmentation say of each other: whose masks overlap best, and how sure that is."""

from collections.abc import Mapping

import numpy as np

from medcore.evaluation import paired_cases
from medcore.evaluation.paired_cases import Ahead, ahead

ByGroup = Mapping[str, np.ndarray]
"""By label without the seed: (units, classes) Dice of each test case, nan where it has none."""


def means(groups: ByGroup) -> dict[str, float]:
    """Mean Dice, as results tell it, of the groups that have any."""
    return {label: paired_cases.mean(values) for label, values in groups.items() if not np.isnan(values).all()}


def sentences(groups: ByGroup, unit: str) -> list[str]:
    """Who has the highest Dice, and whom these cases cannot tell from it; none for less than two groups.

    Args:
        groups: tested on the same cases.
        unit: what a case is: "image" or "volume".
    """
    found = means(groups)
    if len(found) < 2:
        return []
    best = max(found, key=found.__getitem__)
    others = sorted((label for label in found if label != best), key=found.__getitem__, reverse=True)
    leads = {label: ahead(groups[best], groups[label]) for label in others}
    of = "classes, and of each over its " if groups[best].shape[1] > 1 else ""
    said = [f"{best} has the highest Dice on the test set: {found[best]:.3f}, the mean over {of}{unit}s."]
    if sure := [f"{label} {_by(lead)}" for label, lead in leads.items() if lead.certain]:
        said.append(f"Ahead of {'; '.join(sure)}.")
    if unsure := [f"{label} {_by(lead)}" for label, lead in leads.items() if not lead.certain]:
        said.append(f"These {unit}s cannot tell it from {'; '.join(unsure)}.")
    return said


def _by(lead: Ahead) -> str:
    """How far ahead, with its interval."""
    if np.isnan(lead.low):
        return f"({lead.mean:+.3f})".replace("-", "−")
    return f"({lead.mean:+.3f}, 95% interval {lead.low:+.3f} to {lead.high:+.3f})".replace("-", "−")
