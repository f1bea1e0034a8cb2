"""The test cases one by one, the worst or the best first: what a threshold and a clean-up make of each."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import template
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import controls, rows, run_colours
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_grid, case_numbers, case_pictures, case_run, case_setting, case_view
from medcore.ui.segmentation.case_pictures import Setting, TestImages
from medcore.ui.segmentation.case_run import CaseRun

WORST, BEST, AS_THEY_ARE = "Worst first", "Best first", "In order"
EVERY_CLASS = "All classes"


def show(records: Sequence[Record]) -> None:
    """Picks one of the runs that are done, and shows its cases.

    Args:
        records: runs of the lab, each under a label of its own.
    """
    done = case_run.finished(records)
    if not done:
        st.caption("The test images and their masks stand here once a run has ended.")
        return
    # Of its own, so that a slider draws this panel anew and not the lab around it.
    st.fragment(_panel)(done, run_colours.of(records))


def _panel(done: Sequence[Record], colours: Mapping[str, str]) -> None:
    with rows.row("cases"):
        run = case_run.pick(done, colours)
        if run is None:
            return
        k = _class(run)
        order = st.segmented_control(
            "Order",
            [WORST, BEST, AS_THEY_ARE],
            default=WORST,
            required=True,
            key="case_order",
            bind=controls.URL,
            help="By Dice at the threshold and clean-up chosen here. Cases where it is 0/0 come last.",
        )
    setting = case_setting.pick(run)
    case_numbers.show(run, setting, k)
    dice = case_numbers.dice(run, setting, k)
    cases = _ordered(dice, order)
    unit = case_grid.shown(run, cases)
    _drawn(case_numbers.strip(run, setting, k, unit), "case_strip", "Dice of every test case, the worst on the left")
    _pictures(run, cases, unit, dice, setting, case_pictures.test_images(run))
    with st.expander("Dice at every threshold"):
        _drawn(case_numbers.thresholds(run, setting, k), "case_thresholds", "Dice against the threshold")
        st.caption(
            "A threshold or a clean-up that is chosen on these test images would flatter: choose it on validation "
            "images, as the button above does, and judge here."
        )
    st.caption("For teaching and research, not for diagnosis.")


def _class(run: CaseRun) -> int | None:
    """The foreground class that is asked about; None for all, and where there is only one."""
    names = list(run.classes[1:])
    if len(names) == 1:
        return None
    if st.session_state.get("case_class", EVERY_CLASS) not in (EVERY_CLASS, *names):  # of another run
        del st.session_state["case_class"]
    help = "Dice of one class, or the mean over the classes that a case has."
    chosen = st.selectbox("Class", [EVERY_CLASS, *names], key="case_class", bind=controls.URL, width=200, help=help)
    return None if chosen == EVERY_CLASS else names.index(chosen)


def _ordered(dice: np.ndarray, order: str) -> np.ndarray:
    """Numbers of the cases; those without a Dice are last."""
    if order == AS_THEY_ARE:
        return np.arange(len(dice))
    key = dice if order == WORST else -dice
    return np.argsort(key, kind="stable")


def _pictures(
    run: CaseRun, cases: np.ndarray, unit: int, dice: np.ndarray, setting: Setting, test: TestImages | None
) -> None:
    """The case that is looked at, and a page of all."""
    if test is None:
        return
    try:
        case_view.show(run, unit, setting, test)
        case_grid.show(run, cases, dice, setting, test)
    except (ValueError, TimeoutError) as error:
        st.error(plain(f"The masks cannot be cleaned up. {sentence(error)}"))


def _drawn(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)
