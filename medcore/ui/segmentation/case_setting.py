"""The controls of how probabilities become a mask: a threshold, and which pieces are too small to stay."""

import streamlit as st

from medcore.evaluation.cases import SIZES, THRESHOLDS
from medcore.ui import controls
from medcore.ui.segmentation.case_pictures import Setting
from medcore.ui.segmentation.case_run import CaseRun

AT, CLEAN = "case_threshold", "case_clean"
NONE = "none"


def pick(run: CaseRun) -> Setting:
    """Threshold and clean-up, at first those that measures are taken at."""
    left, right = st.columns(2, gap="medium")
    with left:
        at = controls.stepped(
            "Threshold",
            THRESHOLDS,
            0.5,
            "{:.2f}".format,
            AT,
            "A pixel is foreground whose probability of being anything but background is this or higher.",
        )
    pixels = "voxels" if run.unit == "volume" else "pixels"
    with right:
        smallest = controls.stepped(
            f"Remove pieces below ({pixels})",
            SIZES,
            0,
            _size,
            CLEAN,
            f"Connected components of fewer {pixels} become background: specks go, and small lesions, too.",
        )
    setting = Setting(at, smallest)
    if chosen := run.test.get("clean"):
        _offer(Setting(chosen["threshold"], chosen["size"]), setting)
    return setting


def _offer(theirs: Setting, now: Setting) -> None:
    """A button that takes what the validation images chose."""
    st.button(
        f"Use what validation chose: threshold {theirs.threshold:.2f}, clean-up {_size(theirs.smallest)}",
        key="case_use",
        disabled=now == theirs,
        on_click=_use,
        args=(theirs.threshold, theirs.smallest),
        help="The threshold and clean-up with the highest mean Dice on the validation images.",
    )


def _use(threshold: float, smallest: int) -> None:
    st.session_state[AT], st.session_state[CLEAN] = threshold, smallest


def _size(value: int) -> str:
    return str(value) if value else NONE
