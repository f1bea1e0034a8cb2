"""A page of test cases as small pictures, in the order that was chosen; a click looks at one."""

import numpy as np
import streamlit as st

from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.explorer import paging
from medcore.ui.segmentation import case_pictures
from medcore.ui.segmentation.case_pictures import Setting, TestImages
from medcore.ui.segmentation.case_run import CaseRun

ON_A_PAGE = 12


def shown(run: CaseRun, cases: np.ndarray) -> int:
    """The case that is looked at: the one chosen, else the first."""
    return st.session_state.get(_key(run.id), int(cases[0]))


def show(run: CaseRun, cases: np.ndarray, dice: np.ndarray, setting: Setting, test: TestImages) -> None:
    """Shows a page.

    Args:
        run: whose cases.
        cases: (units,) their numbers in order.
        dice: (units,) that stands under each, by its number.
        setting: how probabilities become masks.
        test: the images.

    Raises:
        ValueError, TimeoutError: with one sentence, if masks cannot be cleaned up.
    """
    start, stop = paging.span(len(cases), ON_A_PAGE, "case_page")
    here = [int(unit) for unit in cases[start:stop]]
    pictures, cells = [], []
    for unit, mask in zip(here, case_pictures.predicted(run, here, setting), strict=True):
        at = case_pictures.largest(run, unit)
        number = run.cases.images(unit)[at]
        truth = run.cases.truth[number]
        image = case_pictures.image(test, int(run.cases.rows[number]), truth.shape)
        pictures.append(case_pictures.outcome(image, mask[at], truth))
        said = "Dice 0/0" if np.isnan(dice[unit]) else f"Dice {dice[unit]:.3f}"
        cells.append(Cell(str(unit), said, run.names[unit]))
    image_grid(
        np.stack(pictures),
        cells,
        key=f"case_grid_{run.id}",
        chosen=str(shown(run, cases)),
        cell_width=110,
        on_choose=lambda name: _choose(run.id, name, run.cases.units),
    )
    which = ", each at the slice with most to find" if run.unit == "volume" else ""
    st.caption(f"A click shows the case above{which}.")


def _choose(run_id: str, name: str, units: int) -> None:
    if name.isdecimal() and int(name) < units:  # a browser can say anything
        st.session_state[_key(run_id)] = int(name)


def _key(run_id: str) -> str:
    return f"case {run_id}"
