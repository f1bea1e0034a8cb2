"""Which group of runs is best, and how sure that is, in a few sentences and one small chart."""

from collections.abc import Sequence
from zipfile import BadZipFile

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import differences, template
from medcore.evaluation.comparison import Comparison, Difference, Trial, compare
from medcore.labs.labels import group
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import run_colours
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

MOST_ROWS = 10
MOST_NAMES = 4
WIDEST = 1.0
"""An interval of a difference that spans more than half of what is possible says nothing and is not drawn."""


def show(records: Sequence[Record]) -> go.Figure | None:
    """Says which group is best, once all runs have ended and two groups or more can be compared.

    Returns:
        The chart of differences, if there is one.
    """
    if any(record.state in ACTIVE for record in records):
        return None
    chart, comparison = None, found(records)
    if isinstance(comparison, Comparison) and (comparison.differences or comparison.seeds > 1):
        st.markdown("\n\n".join([*sentences(comparison), *_beside(records, comparison)]))
        if comparison.differences:
            chart = _chart(records, comparison)
    elif isinstance(comparison, str):
        st.warning(plain(comparison))
    if missing := left_out(records):
        st.caption("Left out of the comparison: " + "; ".join(missing) + ".")
    return chart


def found(records: Sequence[Record]) -> Comparison | str | None:
    """The comparison of those that ended well; a sentence where they cannot be compared; None if there is none."""
    good = [record for record in records if _measured(record)]
    if not good:
        return None
    if len({record.result["data"]["sha256"] for record in good}) > 1:
        return "These runs were made on different images, so the better one cannot be named."
    return _compared(tuple(_trial(record) for record in good))


def _measured(record: Record) -> bool:
    """Whether a run has figures to compare; one that diverged has none worth it."""
    result = record.result or {}
    return bool(
        record.state == "done"
        and not result.get("diverged_at")
        and all(result.get(split, {}).get("accuracy") is not None for split in ("val", "test"))
    )


# What a finished run measured does not change; a file that could not be read may be there later.
@st.cache_resource(max_entries=64, ttl="10m", show_spinner=False)
def _compared(trials: tuple[Trial, ...]) -> Comparison | str:
    try:
        return compare(trials, _right)
    except (OSError, ValueError, KeyError, BadZipFile):
        return "What these runs answered on the test images cannot be read, so the better one cannot be named."


def _trial(record: Record) -> Trial:
    val, test = record.result["val"], record.result["test"]
    seed = record.spec["seed"]
    return Trial(group(record.label), seed, val["accuracy"], val["auc"], test["accuracy"], test["n"], record.id)


def _right(run_id: str) -> np.ndarray:
    """Which test images the run classified rightly, (n,) bool."""
    with np.load(files.folder(run_id) / "predictions.npz") as answers:
        return answers["probabilities"].argmax(axis=1) == answers["labels"]


def left_out(records: Sequence[Record]) -> list[str]:
    """Runs that ended without figures, each with the reason."""
    return [f"{plain(record.label)} {_why(record)}" for record in records if record.ended and not _measured(record)]


def _why(record: Record) -> str:
    if record.state in ("failed", "cancelled"):
        return {"failed": "failed", "cancelled": "was stopped"}[record.state]
    step = (record.result or {}).get("diverged_at")
    return f"diverged at update {step:,}" if step else "measured nothing that can be compared"


def sentences(comparison: Comparison) -> list[str]:
    """What was found, as Markdown."""
    best, seeds = plain(comparison.best), comparison.seeds
    over = f"mean of {seeds} seeds" if seeds > 1 else "one seed"
    said = [
        f"**{best}** has the highest validation accuracy: {comparison.val:.1%} ({over}). "
        f"On the test set it reaches {comparison.test:.1%} ({_interval(comparison)})."
    ]
    ahead = sorted((d for d in comparison.differences if d.certain and d.mean > 0), key=lambda d: d.mean)
    behind = [d for d in comparison.differences if d.certain and d.mean < 0]
    told = []
    if ahead:
        told.append(f"On the test set it is ahead of {_list([_by(d) for d in ahead])}.")
    if behind:
        chose = "chose badly" if seeds > 1 else "and the test set disagree about these networks"
        told.append(f"On the test set it is behind {_list([_by(d) for d in behind])}: the validation set {chose}.")
    told += _open(comparison)
    if comparison.unpaired:
        told.append(f"No seed in common with {_list([plain(name) for name in comparison.unpaired])}.")
    return [text for text in (*said, " ".join(told), _caution(comparison)) if text]


def _interval(comparison: Comparison) -> str:
    low, high = comparison.interval
    if comparison.over_seeds is None:
        return f"95% interval over other images: {low:.1%} to {high:.1%}"
    least, most = comparison.over_seeds
    return (
        f"95% interval over seeds, on these {comparison.images:,} images: {least:.1%} to {most:.1%}; "
        f"with other images too: {low:.1%} to {high:.1%}"
    )


def _by(difference: Difference) -> str:
    sign = 1 if difference.mean > 0 else -1
    low, high = sorted(100 * sign * end for end in difference.interval)
    return f"{plain(difference.other)} (by {100 * sign * difference.mean:.1f} points, {low:.1f} to {high:.1f})"


def _open(comparison: Comparison) -> list[str]:
    """What may be chance, the nearest first: a small difference, and one that would matter, are not the same."""
    unsure = sorted((d for d in comparison.differences if not d.certain), key=lambda d: abs(d.mean))
    said = []
    if close := [d for d in unsure if not d.wide]:
        listed = [f"{plain(d.other)} ({points(d)} apart, {p_value(d)})" for d in close]
        said.append(f"It **cannot be told apart** from {_list(listed)}.")
    if wide := [d for d in unsure if d.wide]:
        side = {True: "ahead of", False: "behind"}
        listed = [f"{points(d)} {side[d.mean > 0]} {plain(d.other)} ({p_value(d)})" for d in wide]
        said.append(f"On the test set it is {_list(listed)}, but {too_few(wide, comparison.pairs)}.")
    return said


def too_few(differences: Sequence[Difference], pairs: int) -> str:
    """Why differences that would matter are not certain."""
    if all(d.by == "images" for d in differences):
        number = f"{differences[0].n:,} test images"
    else:
        seeds = sorted({d.n if d.by == "seeds" else 1 for d in differences})
        number = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seeds"
    corrected = f" after correction for all {pairs:,} pairs" if pairs > 1 else ""
    return f"{number} are **too few to be sure** of it{corrected}"


def points(difference: Difference) -> str:
    """Its size."""
    return f"{100 * abs(difference.mean):.1f} points"


def p_value(difference: Difference) -> str:
    """Its p as a person writes it."""
    return f"p = {difference.p:.2g}"


def _list(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMES + 1:
        names = [*names[:MOST_NAMES], f"{len(names) - MOST_NAMES} others"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _caution(comparison: Comparison) -> str:
    """What the figures stand on, and what they do not say."""
    if not comparison.differences:
        return ""
    images = [d for d in comparison.differences if d.by == "images"]
    if images:
        return (
            f"One seed: the same {images[0].n:,} test images are compared one by one (McNemar). That tells of "
            "these networks and nothing of the chance of the start. Train several seeds before you believe it."
        )
    pairs = sorted({d.n for d in comparison.differences})
    number = f"{pairs[0]} to {pairs[-1]}" if len(pairs) > 1 else f"{pairs[0]}"
    return (
        f"Compared seed by seed over {number} seeds (paired t), on the same {comparison.images:,} test images: "
        "other images may decide otherwise."
    )


def _beside(records: Sequence[Record], comparison: Comparison) -> list[str]:
    """Says so if the best may be no better than always giving the same answer."""
    baseline = next(record.result["baseline"] for record in records if _measured(record))
    if comparison.interval[0] > baseline["accuracy"]:
        return []
    return [
        f"Always answering “{plain(baseline['class'])}” is right in {baseline['accuracy']:.1%}: "
        "the best of these is not surely better than that."
    ]


def _chart(records: Sequence[Record], comparison: Comparison) -> go.Figure:
    nearest = sorted(comparison.differences, key=lambda d: d.mean)[:MOST_ROWS]
    drawn = {d.other for d in nearest if d.interval[1] - d.interval[0] <= WIDEST}
    by_run = run_colours.of(records)
    colours = {group(record.label): by_run[record.id] for record in records}
    rows = tuple(
        differences.Row(d.other, colours[d.other], d.mean, tuple(d.interval) if d.other in drawn else None, d.certain)
        for d in nearest
    )
    chart = _figure(rows, comparison.best)
    st.plotly_chart(
        chart,
        width="stretch",
        key="differences",
        config=template.CONFIG,
        alt=f"How far {comparison.best} is ahead of the others on the test set, with 95% intervals",
    )
    st.caption(" ".join(_legend(comparison, len(nearest), len(drawn))))
    return chart


def _legend(comparison: Comparison, rows: int, bars: int) -> list[str]:
    """What the dots and bars of the chart are."""
    corrected = f", widened by the correction for all {comparison.pairs:,} pairs (Holm)" if comparison.pairs > 1 else ""
    said = ["Difference of test accuracies. Hollow: may be chance."]
    if bars:
        said.append(f"Bars are 95% intervals{corrected}; that of a hollow dot holds 0.")
    if bars < rows:
        which = "A dot without a bar" if bars else "No bar is drawn"
        said.append(
            f"{which}: with so few seeds{corrected and ' for so many pairs'} it would span more than 100 points."
        )
    if rows < len(comparison.differences):
        said.append(f"The {MOST_ROWS} nearest are drawn.")
    return said


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(rows: tuple[differences.Row, ...], best: str) -> go.Figure:
    return differences.figure(rows, best)
