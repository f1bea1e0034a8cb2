"""The test cases one by one, the worst or the best first: what a threshold and a clean-up make of each."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from medcore.charts import template
from medcore.evaluation.cases import SIZES, THRESHOLDS
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.ui import controls, rows, run_colours
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.explorer import paging, picture
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_numbers, case_pictures, case_run
from medcore.ui.segmentation.case_pictures import Setting
from medcore.ui.segmentation.case_run import CaseRun

ON_A_PAGE = 12
WORST, BEST, AS_THEY_ARE = "Worst first", "Best first", "In order"
EVERY_CLASS = "All classes"
AT, CLEAN, CASE = "case_threshold", "case_clean", "case"
NONE = "none"


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
    setting = _setting(run)
    case_numbers.show(run, setting, k)
    cases = _ordered(case_numbers.dice(run, setting, k), order)
    unit = _shown(run, cases)
    _drawn(
        case_numbers.strip(run, setting, k, unit),
        "case_strip",
        "Dice of every test case, the worst on the left",
    )
    _pictures(run, cases, unit, setting, k)
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


def _setting(run: CaseRun) -> Setting:
    """Threshold and clean-up."""
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
            f"Connected components of fewer {pixels} become background: a post-processing that takes specks away, and "
            "small lesions, too.",
        )
    if chosen := run.test.get("clean"):
        theirs = Setting(chosen["threshold"], chosen["size"])
        st.button(
            f"Use what validation chose: threshold {theirs.threshold:.2f}, clean-up {_size(theirs.smallest)}",
            key="case_use",
            disabled=Setting(at, smallest) == theirs,
            on_click=_use,
            args=(theirs,),
            help="The threshold and clean-up with the highest mean Dice on the validation images.",
        )
    return Setting(at, smallest)


def _size(value: int) -> str:
    return str(value) if value else NONE


def _use(setting: Setting) -> None:
    st.session_state[AT], st.session_state[CLEAN] = setting.threshold, setting.smallest


def _ordered(dice: np.ndarray, order: str) -> np.ndarray:
    """Numbers of the cases; those without a Dice are last."""
    if order == AS_THEY_ARE:
        return np.arange(len(dice))
    key = dice if order == WORST else -dice
    return np.argsort(key, kind="stable")


def _shown(run: CaseRun, cases: np.ndarray) -> int:
    """The case that is looked at: the one chosen, else the first of the order."""
    chosen = st.session_state.get(f"{CASE} {run.id}")
    return int(cases[0]) if chosen is None else chosen


def _choose(run_id: str, name: str) -> None:
    st.session_state[f"{CASE} {run_id}"] = int(name)


def _pictures(run: CaseRun, cases: np.ndarray, unit: int, setting: Setting, k: int | None) -> None:
    """The case that is looked at, and a page of all."""
    test = case_pictures.test_images(run)
    if test is None:
        return
    window = case_pictures.window(test)
    try:
        _one(run, unit, setting, test, window)
        _page(run, cases, unit, setting, k, test, window)
    except (ValueError, TimeoutError) as error:
        st.error(plain(f"The masks cannot be cleaned up. {sentence(error)}"))


def _one(run: CaseRun, unit: int, setting: Setting, test, window) -> None:
    own = run.cases.images(unit)
    at = _slice(run, unit, len(own))
    (mask,) = case_pictures.predicted(run, [unit], setting)
    truth = run.cases.truth[own[at]]
    image = case_pictures.image(test, int(run.cases.rows[own[at]]), truth.shape, window)
    st.markdown(plain(f"{run.names[unit].capitalize()}{f', slice {at}' if len(own) > 1 else ''}"))
    case_pictures.legend(len(run.classes) > 2)
    with st.container(key="case_pictures"):
        left, middle, right = st.columns(3)
    with left:
        picture.show(image, "Image", "The test image")
    with middle:
        shown = case_pictures.outcome(image, mask[at], truth)
        picture.show(shown, "Found, invented and missed", "The image with the mask's right and wrong pixels")
    with right:
        sure = np.repeat(run.cases.foreground[own[at]][..., None], 3, axis=-1)
        picture.show(sure, "Probability of foreground: black 0, white 1", "Probability of foreground")
    st.dataframe(_measures(run, unit, setting), hide_index=True, width="stretch", key="case_measures")
    st.caption(
        f"Distances and sizes at a threshold of 0.5 without clean-up; distances in {run.length_unit}. – is not defined."
    )


def _slice(run: CaseRun, unit: int, count: int) -> int:
    """Of a volume; at first the one with most to find."""
    if count == 1:
        return 0
    first = case_pictures.largest(run, unit)
    return st.slider("Slice", 0, count - 1, first, key=f"case_slice_{run.id}_{unit}", help="Of this volume, from 0.")


def _measures(run: CaseRun, unit: int, setting: Setting) -> pd.DataFrame:
    """What is measured of one case, a row a class."""
    cases, found = run.cases, []
    t, s = case_run.setting(run, setting.threshold, setting.smallest)
    for k, name in enumerate(run.classes[1:]):
        values = {"Dice at 0.5": cases.dice[unit, k]}
        if not setting.plain:
            values["Dice as chosen"] = cases.cleaned_dice[t, s, unit, k]
        values |= {"IoU": cases.iou[unit, k], "HD95": cases.hd95[unit, k], "ASSD": cases.assd[unit, k]}
        values |= {
            f"True ({run.volume_unit})": cases.volume_true[unit, k],
            f"Predicted ({run.volume_unit})": cases.volume_predicted[unit, k],
        }
        found.append({"Class": name, **{title: _told(value) for title, value in values.items()}})
    return pd.DataFrame(found)


def _told(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _page(run: CaseRun, cases: np.ndarray, unit: int, setting: Setting, k: int | None, test, window) -> None:
    """Small pictures of some cases; a click shows one."""
    start, stop = paging.span(len(cases), ON_A_PAGE, "case_page")
    shown = [int(one) for one in cases[start:stop]]
    dice, pictures, cells = case_numbers.dice(run, setting, k), [], []
    for one, mask in zip(shown, case_pictures.predicted(run, shown, setting), strict=True):
        at = case_pictures.largest(run, one)
        number = run.cases.images(one)[at]
        truth = run.cases.truth[number]
        image = case_pictures.image(test, int(run.cases.rows[number]), truth.shape, window)
        pictures.append(case_pictures.outcome(image, mask[at], truth))
        cells.append(Cell(str(one), "Dice 0/0" if np.isnan(dice[one]) else f"Dice {dice[one]:.3f}", run.names[one]))
    image_grid(
        np.stack(pictures),
        cells,
        key=f"case_grid_{run.id}",
        chosen=str(unit),
        cell_width=110,
        on_choose=lambda name: _choose(run.id, name),
    )
    st.caption(f"A click shows the case above{', at the slice with most to find' if run.unit == 'volume' else ''}.")


def _drawn(figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)
