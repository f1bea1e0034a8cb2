"""How fast the optimizers came down and where they ended, and their paths to take along."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import descent as charts
from medcore.charts import template
from medcore.optimization.descent import Path
from medcore.optimization.race import Race
from medcore.ui.components.chart_export import chart_export

NOTHING = "—"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show(race: Race) -> None:
    """The values step by step, one row an optimizer, and what can be taken home."""
    paths = race.paths()
    courses = [
        charts.Course(catalog.OPTIMIZERS[rule].label, template.colour(i), path.points, path.values)
        for i, (rule, path) in enumerate(paths.items())
    ]
    values = charts.values(courses, race.ground.floor)
    alt = "Value of the surface above its minimum after each step, for each optimizer"
    st.plotly_chart(values, width="stretch", key="s_values", config=template.CONFIG, alt=alt)
    st.dataframe(
        _table(race, paths),
        column_config={"State": st.column_config.TextColumn(width="medium")},
        hide_index=True,
        width="stretch",
    )
    with st.expander("Take it home"):
        st.caption("The address of this page carries every setting: copy it and share it.")
        _steps(race, paths)
        chart_export({"Paths": _contours(race, courses), "Values": values}, f"{race.surface}-descent", key="s_charts")


def _contours(race: Race, courses: Sequence[charts.Course]) -> go.Figure:
    return charts.paths(*race.ground.heights(), courses)


def _steps(race: Race, paths: Mapping[str, Path]) -> None:
    st.download_button(
        "Paths as CSV",
        lambda: _csv(paths),
        f"{race.surface}-paths.csv",
        "text/csv",
        key="s_csv",
        on_click="ignore",
        help="Every step of every optimizer: point, value and gradient.",
    )


def _table(race: Race, paths: Mapping[str, Path]) -> pd.DataFrame:
    rates = {dial.rules[0]: race[dial] for dial in race.dials if dial.option == "learning_rate"}
    return pd.DataFrame([_row(race, rule, path, rates[rule]) for rule, path in paths.items()])


def _row(race: Race, rule: str, path: Path, rate: float) -> dict[str, Any]:
    gone = path.diverged_at is not None
    distances = np.linalg.norm(path.points[-1] - np.array(race.ground.minima), axis=1)
    return {
        "Optimizer": catalog.OPTIMIZERS[rule].label,
        "Learning rate": _number(rate),
        "State": f"diverged at step {path.diverged_at}" if gone else f"{len(path.gradients)} steps",
        "f at the end": NOTHING if gone else _number(path.values[-1]),
        "Lowest f": _number(np.nanmin(path.values)),
        "Distance to the nearest ★": NOTHING if gone else _number(distances.min()),
    }


def _number(value: float) -> str:
    """Three digits, written as the scene writes them."""
    factor, _, power = f"{value:.3g}".partition("e")
    factor = factor.replace("-", "−")
    if not power:
        return factor
    raised = f"10{str(int(power)).translate(_RAISED)}"
    return raised if factor == "1" else f"{factor}·{raised}"


def _csv(paths: Mapping[str, Path]) -> str:
    """A row for each step; the gradient is that at the point, as the rule met it, and missing at the last point."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    write(["optimizer", "step", "x", "y", "f", "gradient_x", "gradient_y"])
    for rule, path in paths.items():
        gradients = np.vstack([path.gradients, [math.nan, math.nan]])
        for step, (point, value, gradient) in enumerate(zip(path.points, path.values, gradients, strict=True)):
            write([rule, step, *point, value, *("" if math.isnan(g) else g for g in gradient)])
    return text.getvalue()
