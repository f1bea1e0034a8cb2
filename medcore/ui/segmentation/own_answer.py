"""What a network drew on an upload: how much of each class, how sure, slice by slice, and how it was seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from medcore.charts import mask_colours, slice_areas, template
from medcore.data.own_volume import Answer
from medcore.imaging import planes
from medcore.imaging.stack import Stack
from medcore.imaging.view import Plane
from medcore.ui.plain import plain
from medcore.ui.viewer import ViewState

NOT_FOR_DIAGNOSIS = "**For teaching and research, not for diagnosis.**"


def show(answer: Answer, stack: Stack, plane: Plane, seen: ViewState | None, truth: str = "") -> None:
    """The amounts, then how they came about.

    Args:
        answer: of the network.
        stack: that it was asked about.
        plane: that was segmented.
        seen: what a person looks at.
        truth: what is true, as Markdown, of an example.
    """
    facts = answer.facts
    st.markdown(NOT_FOR_DIAGNOSIS)
    st.table(_amounts(answer, stack, plane, seen))
    if truth:
        st.markdown(truth)
    st.caption(_spread(facts))
    _remarks(facts["notes"])


def areas(answer: Answer, stack: Stack, plane: Plane, seen: ViewState | None) -> None:
    """The chart of a volume's areas, slice by slice; of one slice there is none."""
    facts = answer.facts
    if facts["end"] - facts["first"] < 2:
        return
    shown = None if seen is None else planes.same(stack, seen.plane, seen.index, plane.name)
    found = [np.array(facts[name]) for name in ("areas", "least_areas", "most_areas")]
    names = facts["classes"]
    figure = slice_areas.figure(
        np.arange(facts["first"], facts["end"]) + 1,
        *found,
        [plain(name) for name in names[1:]],
        mask_colours.of_classes(tuple(names))[1:],
        facts["area_unit"],
        None if shown is None else shown + 1,
    )
    st.plotly_chart(
        figure,
        width="stretch",
        key="own_areas",
        config=template.CONFIG,
        alt=f"Area of each class in each {plane.name} slice",
    )


def _amounts(answer: Answer, stack: Stack, plane: Plane, seen: ViewState | None) -> pd.DataFrame:
    """A line a class."""
    facts = answer.facts
    whole = facts["end"] - facts["first"] > 1
    table: dict[str, Sequence[Any]] = {}
    if seen is not None:
        table["Slice shown"] = _of_slice(answer, stack, plane, seen)
    if whole:
        said = zip(facts["volumes"], facts["least_volumes"], facts["most_volumes"], strict=True)
        table["Volume"] = [amount(*values, facts["volume_unit"]) for values in said]
    return pd.DataFrame(table, index=pd.Index([plain(name) for name in facts["classes"][1:]], name="Class"))


def _of_slice(answer: Answer, stack: Stack, plane: Plane, seen: ViewState) -> list[str]:
    """Areas in the slice that is looked at, of whatever plane; with those of the variants where they are known."""
    facts, classes = answer.facts, len(answer.facts["classes"])
    index = planes.same(stack, seen.plane, seen.index, plane.name)
    if index is not None and facts["first"] <= index < facts["end"]:
        place = index - facts["first"]
        rows = (facts[name][place] for name in ("areas", "least_areas", "most_areas"))
        return [amount(*values, facts["area_unit"]) for values in zip(*rows, strict=True)]
    shown = planes.planes(stack)[seen.plane]
    cut = planes.cut(answer.mask, stack, seen.plane, seen.index)
    counts = np.bincount(cut.ravel(), minlength=classes)[1:classes]
    size, unit = (1.0, "pixels") if shown.spacing is None else (shown.spacing[0] * shown.spacing[1], "mm²")
    return [amount(value, value, value, unit) for value in (counts * size).tolist()]


def amount(value: float, least: float, most: float, unit: str) -> str:
    """A size in words, with what variants of the image say where they differ."""
    said = f"{_number(value)} {unit}"
    return said if least == most else f"{said} ({_number(least)} to {_number(most)})"


def _number(value: float) -> str:
    """Three digits, or all of a whole number above."""
    return f"{value:,.0f}" if value >= 100 or value == 0 else f"{value:.3g}"


def _spread(facts: Any) -> str:
    """What stands in brackets."""
    if len(facts["variants"]) < 2:
        return "One look at the image: choose variants to see how sure the network is."
    return (
        f"In brackets the least and the most that {len(facts['variants'])} looks at the same image say "
        f"({', '.join(facts['variants'])}): how much the answer hangs on accidents of the image. It is no confidence "
        "interval of the truth."
    )


def _remarks(notes: Sequence[str]) -> None:
    if notes:
        with st.expander("How the network saw it", expanded=True):
            st.markdown("\n".join(f"- {plain(note)}" for note in notes))
