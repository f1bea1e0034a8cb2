"""One test case: its image, what is found, missed and invented, how sure the network was, and its measures."""

import numpy as np
import pandas as pd
import streamlit as st

from medcore.ui.explorer import picture
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_pictures, case_run
from medcore.ui.segmentation.case_pictures import Setting, TestImages
from medcore.ui.segmentation.case_run import CaseRun


def show(run: CaseRun, unit: int, setting: Setting, test: TestImages) -> None:
    """Shows a case.

    Raises:
        ValueError, TimeoutError: with one sentence, if its mask cannot be cleaned up.
    """
    own = run.cases.images(unit)
    (mask,) = case_pictures.predicted(run, [unit], setting)
    st.markdown(f"**{plain(run.names[unit].capitalize())}**")
    at = _slice(run, unit, len(own))
    case_pictures.legend(len(run.classes) > 2)
    truth = run.cases.truth[own[at]]
    image = case_pictures.image(test, int(run.cases.rows[own[at]]), truth.shape)
    sure = np.repeat(run.cases.foreground[own[at]][..., None], 3, axis=-1)
    with st.container(key="case_pictures"):
        left, middle, right = st.columns(3)
    with left:
        picture.show(image, "Image", "The test image")
    with middle:
        shown = case_pictures.outcome(image, mask[at], truth)
        picture.show(shown, "Found, missed and invented", "The image with the mask's right and wrong pixels")
    with right:
        picture.show(sure, "Probability of foreground: black 0, white 1", "Probability of foreground")
    st.dataframe(_measures(run, unit, setting), hide_index=True, width="stretch", key="case_measures")
    st.caption(
        f"Overlap, distances and sizes at a threshold of 0.5 without clean-up; distances in {run.length_unit}. "
        "– is not defined."
    )


def _slice(run: CaseRun, unit: int, count: int) -> int:
    """Of a volume; at first the one with most to find."""
    if count == 1:
        return 0
    first = case_pictures.largest(run, unit)
    return st.slider("Slice", 0, count - 1, first, key=f"case_slice_{run.id}_{unit}", help="Of this volume, from 0.")


def _measures(run: CaseRun, unit: int, setting: Setting) -> pd.DataFrame:
    """What is measured of the case, a row a class."""
    cases, found = run.cases, []
    t, s = case_run.setting(run, setting.threshold, setting.smallest)
    for k, name in enumerate(run.classes[1:]):
        values = {} if setting.plain else {"Dice as chosen": cases.cleaned_dice[t, s, unit, k]}
        values |= {"Dice": cases.dice[unit, k], "IoU": cases.iou[unit, k]}
        values |= {"HD95": cases.hd95[unit, k], "ASSD": cases.assd[unit, k]}
        values |= {
            f"True ({run.volume_unit})": cases.volume_true[unit, k],
            f"Predicted ({run.volume_unit})": cases.volume_predicted[unit, k],
        }
        found.append({"Class": name, **{title: _told(value) for title, value in values.items()}})
    return pd.DataFrame(found)


def _told(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
