"""What a threshold and a clean-up come to on the test cases, in numbers and charts, from the run's tables at once."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import case_strip, template, threshold_overlap
from medcore.evaluation import overlap
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_run
from medcore.ui.segmentation.case_pictures import Setting
from medcore.ui.segmentation.case_run import CaseRun

WHOLE = "all images as one batch"
CASES, CLASSES = "cases", "classes"
"""What a mean is taken over last."""


def mean_of(run: CaseRun, k: int | None) -> str:
    """What the mean is taken over last: with several classes those, as the summary of a run has it."""
    return CLASSES if k is None and len(run.classes) > 2 else CASES


def dice(run: CaseRun, setting: Setting, k: int | None) -> np.ndarray:
    """(units,) Dice of each case at a setting, of a foreground class or, for None, their mean; NaN where undefined."""
    values = run.cases.cleaned_dice[case_run.setting(run, setting.threshold, setting.smallest)]
    return overlap.mean(values, axis=1) if k is None else values[:, k].astype(float)


def show(run: CaseRun, setting: Setting, k: int | None) -> None:
    """Figures of all cases at this setting, each with what it was without."""
    now, before = dice(run, setting, k), dice(run, Setting(), k)
    whole, whole_before = (_whole(run, one, k) for one in (setting, Setting()))
    helps = {
        CASES: "Each case counts the same.",
        CLASSES: "Of each class over its cases, then over the classes: one that few cases have counts as much.",
    }
    mean = mean_of(run, k)
    figures = {
        f"Mean Dice of the {mean}": (*(_mean(run, one, k) for one in (setting, Setting())), helps[mean]),
        "Dice of all as one batch": (whole, whole_before, "Each pixel counts the same: large objects count more."),
        "Worst case": (_worst(now), _worst(before), "The lowest Dice of a case."),
    }
    with st.container(horizontal=True, gap="large"):
        for title, (value, was, help) in figures.items():
            delta = None if setting.plain or np.isnan(value - was) else f"{value - was:+.3f}"
            st.metric(title, _told(value), delta, help=help, width="content")
        st.metric(
            f"{run.unit.capitalize()}s below 0.5",
            f"{np.count_nonzero(now < 0.5):,} of {np.isfinite(now).sum():,}",
            help="Cases whose overlap is poor. Cases without anything to find in which nothing was found are left out.",
            width="content",
        )
    if mean == CLASSES:
        st.caption(plain(_by_class(run, setting)))
    if left := int((np.isnan(now) & ~np.isnan(before)).sum()):
        st.caption(
            f"In {left:,} {run.unit}{'s' if left > 1 else ''} with nothing to find something was found at 0.5, a Dice "
            "of 0. Here nothing is, which is 0/0 and left out of the mean: that makes it rise, too."
        )


def strip(run: CaseRun, setting: Setting, k: int | None, marked: int | None) -> go.Figure:
    """Dice of every case."""
    before = None if setting.plain else dice(run, Setting(), k)
    return case_strip.figure(
        dice(run, setting, k), before, run.names, run.unit, run.colour, _mean(run, setting, k), marked, mean_of(run, k)
    )


def thresholds(run: CaseRun, setting: Setting, k: int | None) -> go.Figure:
    """Dice at every threshold, with and without the clean-up."""
    _, clean = case_run.setting(run, setting.threshold, setting.smallest)
    none = case_run.setting(run, setting.threshold, 0)[1]
    lines = {f"mean of the {mean_of(run, k)}": (_means(run, none, k), run.colour, "solid")}
    lines[WHOLE] = (_wholes(run, none, k), run.colour, "dot")
    if clean != none:
        lines[f"mean, pieces below {setting.smallest:,} removed"] = (
            _means(run, clean, k),
            template.COLOURS[2],
            "solid",
        )
    marks = {f"chosen here {setting.threshold:.2f}": setting.threshold}
    if chosen := run.test.get("clean"):
        marks[f"best on validation {chosen['threshold']:.2f}"] = chosen["threshold"]
    return threshold_overlap.figure(run.cases.thresholds, lines, marks)


def _by_class(run: CaseRun, setting: Setting) -> str:
    """The mean of each class, which that of all may hide."""
    t, size = case_run.setting(run, setting.threshold, setting.smallest)
    found = overlap.mean(run.cases.cleaned_dice[t, size], axis=0)
    each = ", ".join(f"{name} {_told(value)}" for name, value in zip(run.classes[1:], found, strict=True))
    return (
        f"Mean Dice of each class: {each}. Each dot below is one {run.unit}, the mean of the classes that it has, so "
        "the mean of the dots is another than that of the classes: choose a class to see it alone."
    )


def _means(run: CaseRun, size: int, k: int | None) -> np.ndarray:
    """(T,) as the summary of a run takes them: the mean over the cases, then over the classes."""
    of_class = overlap.mean(run.cases.cleaned_dice[:, size], axis=1)
    return overlap.mean(of_class, axis=1) if k is None else of_class[:, k]


def _wholes(run: CaseRun, size: int, k: int | None) -> np.ndarray:
    found = run.cases.cleaned_whole[:, size]
    return overlap.mean(found, axis=1) if k is None else found[:, k].astype(float)


def _whole(run: CaseRun, setting: Setting, k: int | None) -> float:
    t, size = case_run.setting(run, setting.threshold, setting.smallest)
    return float(_wholes(run, size, k)[t])


def _mean(run: CaseRun, setting: Setting, k: int | None) -> float:
    t, size = case_run.setting(run, setting.threshold, setting.smallest)
    return float(_means(run, size, k)[t])


def _worst(values: np.ndarray) -> float:
    there = values[np.isfinite(values)]
    return float(there.min()) if len(there) else np.nan


def _told(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"
