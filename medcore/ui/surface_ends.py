"""Where the optimizers ended, as a table, and their paths to take along."""

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from medcore import catalog
from medcore.optimization.descent import Path
from medcore.optimization.race import Race


def show(race: Race) -> None:
    """One row an optimizer, and a button for the paths as CSV."""
    paths = race.paths()
    st.dataframe(_table(race, paths), hide_index=True, width="stretch")
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
        "Learning rate": f"{rate:g}",
        "State": f"diverged at step {path.diverged_at}" if gone else f"{len(path.gradients)} steps",
        "f at the end": None if gone else f"{path.values[-1]:.3g}",
        "Lowest f": f"{np.nanmin(path.values):.3g}",
        "Distance to the nearest ★": None if gone else f"{distances.min():.3g}",
    }


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
