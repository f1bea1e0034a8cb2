"""The table of a finished run's measures, and the sentences that say what each is and which cases have none."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from medcore.evaluation import bootstrap
from medcore.ui.segmentation.case_run import CaseRun

TITLES = {
    "dice": "Dice",
    "iou": "IoU",
    "hd95": "HD95",
    "assd": "ASSD",
    "volume_error": "Volume error",
    "dice_whole": "Dice, one batch",
}
MEAN = "Mean of the classes"
FEW = 10
"""Cases, of fewer of which percentile intervals of the bootstrap are clearly too narrow."""


def table(run: CaseRun) -> pd.DataFrame:
    """A row a measure, a column a class and, of several, their mean; with 95% intervals in brackets."""
    test, several = run.test, len(run.classes) > 2
    with_it = f"{run.unit.capitalize()}s with it"
    columns = {MEAN: {with_it: "", **_cells(run, test)}} if several else {}
    for name, of_class in test["classes"].items():
        columns[name] = {with_it: f"{of_class.get('units', 0):,} of {test['n']:,}", **_cells(run, of_class)}
    return pd.DataFrame(columns).rename_axis("Measure")


def _cells(run: CaseRun, figures: Mapping[str, Any]) -> dict[str, str]:
    return {_title(run, name): _cell(name, figures.get(name), figures["intervals"].get(name)) for name in TITLES}


def _title(run: CaseRun, name: str) -> str:
    if name == "volume_error":
        return _size_error(run)
    return f"{TITLES[name]} ({run.length_unit})" if name in ("hd95", "assd") else TITLES[name]


def _size_error(run: CaseRun) -> str:
    """A slice has an area."""
    return TITLES["volume_error"] if run.unit == "volume" else "Area error"


def _cell(name: str, value: float | None, interval: Sequence[float] | None) -> str:
    if value is None:
        return "–"
    form = "{:.1%}" if name == "volume_error" else "{:.2f}" if name in ("hd95", "assd") else "{:.3f}"
    bounds = "" if interval is None else f" [{form.format(interval[0])}–{form.format(interval[1])}]"
    return form.format(value) + bounds


def words(run: CaseRun) -> str:
    """What each measure is."""
    error = _size_error(run)
    return (
        f"{run.test['n']:,} test {run.unit}s, at a threshold of 0.5 without clean-up. Dice, IoU, distances and "
        f"{error.lower()} are measured {run.unit} by {run.unit}, then averaged. HD95: 95% of the surface lies nearer "
        "than this to the other surface; the larger of both directions, as MONAI computes it. ASSD: the mean distance "
        f"of all surface points, both ways. {error}: |predicted − true| / true. Brackets: 95% intervals of the "
        f"bootstrap over {run.unit}s ({bootstrap.RESAMPLES:,} resamples); what another seed of the training would "
        "change is not in them."
        + (f" Of only {run.test['n']:,} {run.unit}s, intervals are too narrow." if run.test["n"] < FEW else "")
    )


def cleaned(run: CaseRun) -> str:
    """What the threshold and the clean-up that validation chose make of the Dice; "" where none was chosen."""
    found = run.test.get("clean")
    if not found or found["dice"] is None or run.test["dice"] is None:
        return ""
    pieces = "every piece kept"
    if found["size"]:
        pieces = f"pieces below {found['size']:,} {'voxels' if run.unit == 'volume' else 'pixels'} removed"
    return (
        f"Validation {run.unit}s chose a threshold of {found['threshold']:.2f}, with {pieces}. On the test {run.unit}s "
        f"that gives a Dice of **{found['dice']:.3f}** instead of {run.test['dice']:.3f}; as one batch "
        f"{found['dice_whole']:.3f}."
    )


def seen(run: CaseRun) -> str:
    """How much of an image what is said of a pixel can depend on; "" where the result does not tell."""
    if not (side := run.record.result.get("receptive_field")):
        return ""
    rows, columns = run.cases.truth.shape[1:]
    said = f"What the network says of a pixel depends on the {side}x{side} pixels around it (its receptive field)"
    if side <= max(rows, columns):
        return f"{said}; an image has {rows}x{columns}."
    return f"{said}, more than the {rows}x{columns} of an image: it has all of it in view, and zeros beyond the edge."


def undefined(run: CaseRun) -> str:
    """Which cases were left out of what."""
    said = []
    for name, found in run.test["classes"].items():
        parts = {
            "neither there nor found (0/0: left out of all)": found.get("empty"),
            "there but not found (Dice 0, no distance)": found.get("missed"),
            f"found but not there (Dice 0, no distance, no {_size_error(run).lower()})": found.get("invented"),
        }
        told = [f"{number:,} {words}" for words, number in parts.items() if number]
        if told:
            said.append(f"{name}: {', '.join(told)}")
    return f"Cases without some measures. {'; '.join(said)}." if said else ""
