"""What finished runs of segmentation came to on the test set: a sentence each, or a chart where there are several."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import intervals, template
from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.ui import results, run_colours
from medcore.ui.plain import plain

TITLE = "Test Dice"
MOST_ROWS = 12
"""Of the chart; more are for the table."""
NOBODY = (None, None, None)


def show(records: Sequence[Record]) -> None:
    """Says what those that have ended came to; nothing before one has."""
    done = [record for record in records if record.result and record.result.get("test")]
    if not done:
        return
    if len(done) == 1:
        st.markdown(plain(sentence(done[0].label, done[0].result)))
    elif chart := figure(records):
        st.plotly_chart(
            chart,
            width="stretch",
            key="test_dice",
            config=template.CONFIG,
            alt="Test Dice of each run with its 95% interval, or of each group as the mean over its seeds",
        )
        st.caption(_words(done))
    results.notes(done)


def sentence(label: str, result: Mapping[str, Any]) -> str:
    """The figures of a run in words: overlap image by image and as one batch, borders, and what accuracy would say."""
    test, unit = result["test"], result.get("unit", "image")
    if test.get("dice") is None:
        return f"{label}: on the test set there is nothing to measure."
    said = f"{label}: a Dice of {test['dice']:.3f}{_interval(test, 'dice')}, the mean over {_cases(test, unit)}"
    if test.get("dice_whole") is not None:
        said += f"; all of them as one batch {test['dice_whole']:.3f}"
    said += "." + "".join(f" {words}" for words in (_lowest(test, unit), _nowhere(test, unit)) if words)
    if test.get("assd") is not None:
        said += f" The borders are {test['assd']:.3g} {result['length_unit']} apart on average{_borders(test)}."
    baseline = (result.get("baseline") or {}).get("pixel_accuracy")
    if test.get("pixel_accuracy") is not None and baseline is not None:
        said += (
            f" {test['pixel_accuracy']:.1%} of the pixels are right, but always saying “background” is right in "
            f"{baseline:.1%}."
        )
    return said


def figure(records: Sequence[Record]) -> go.Figure | None:
    """Test Dice of each run with its interval, or of each group of seeds as their mean; None where that is no chart."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.result and record.result.get("test"):
            groups.setdefault(group(record.label), []).append(record)
    if not 1 < len(groups) <= MOST_ROWS:
        return None
    colours = run_colours.of(records)
    return _chart(tuple((label, colours[runs[0].id], _value(runs)) for label, runs in groups.items()))


@st.cache_resource(max_entries=64, show_spinner=False)
def _chart(rows: tuple[tuple[str, str, intervals.Interval], ...]) -> go.Figure:
    values = {label: value for label, _, value in rows}
    colours = {label: colour for label, colour, _ in rows}
    return intervals.figure(values, colours, None, None, f"{TITLE} (mean over the cases)", form="{:.3f}")


def _value(runs: Sequence[Record]) -> intervals.Interval:
    """Dice of a run with its interval; of several their mean, lowest and highest."""
    tests = [run.result["test"] for run in runs]
    if len(tests) == 1:
        return tests[0].get("dice"), *((tests[0].get("intervals") or {}).get("dice") or (None, None))
    found = [test["dice"] for test in tests if test.get("dice") is not None]
    return (fmean(found), min(found), max(found)) if found else NOBODY


def _words(done: Sequence[Record]) -> str:
    test, unit = done[0].result["test"], done[0].result.get("unit", "image")
    seeds = len({group(record.label) for record in done}) < len(done)
    bars = "from the lowest to the highest of the seeds" if seeds else "95% intervals over the cases (bootstrap)"
    lowest = [f"{record.label}: {words}" for record in done if (words := _lowest(record.result["test"], unit))]
    return plain(
        " ".join(
            [
                f"Mean Dice over {_cases(test, unit)}; bars: {bars}.",
                *(lowest if len(lowest) <= MOST_ROWS else ()),
                "All other measures stand under Measures. For teaching and research, not for diagnosis.",
            ]
        )
    )


def _cases(test: Mapping[str, Any], unit: str) -> str:
    """What the mean is over: a case without a class, in which none was found, has no Dice of it."""
    of_classes = list((test.get("classes") or {}).values())
    if len(of_classes) > 1:
        known = sum(of.get("dice") is not None for of in of_classes)
        return f"{known} classes, each over the test {unit}s where it is or was found ({test['n']:,} in all)"
    empty = of_classes[0].get("empty", 0) if of_classes else 0
    if not empty:
        return f"{test['n']:,} test {unit}s"
    return (
        f"{test['n'] - empty:,} of {test['n']:,} test {unit}s (in the others there is nothing, and nothing was found)"
    )


def _lowest(test: Mapping[str, Any], unit: str) -> str:
    """Of several classes the one found worst: a mean of classes hides it."""
    known = {name: of for name, of in (test.get("classes") or {}).items() if of.get("dice") is not None}
    if len(known) < 2:
        return ""
    name, of = min(known.items(), key=lambda known: known[1]["dice"])
    there = of.get("units", 0)
    none = f", drawn in none of the {there:,} {unit}s with it" if there and of.get("missed") == there else ""
    return f"Lowest: {name} with {of['dice']:.3f}{none}."


def _nowhere(test: Mapping[str, Any], unit: str) -> str:
    """Which classes are in none of the cases, and have no measure."""
    names = [name for name, of in (test.get("classes") or {}).items() if of.get("dice") is None]
    return f"In no test {unit}: {', '.join(names)}." if names else ""


def _borders(test: Mapping[str, Any]) -> str:
    """What has no distance and is not in its mean: a mask of which there is none."""
    classes = test.get("classes") or {}
    without = [name for name, of in classes.items() if of.get("dice") is not None and of.get("assd") is None]
    if without:
        return f", without {', '.join(without)}, which has no border in the masks to measure from"
    lost = sum(of.get(one, 0) for of in classes.values() for one in ("missed", "invented"))
    return ", where true and drawn masks both have one" if lost else ""


def _interval(test: Mapping[str, Any], metric: str) -> str:
    found = (test.get("intervals") or {}).get(metric)
    return f" (95% interval {found[0]:.3f} to {found[1]:.3f})" if found else ""
