"""From which probability on an image is called positive, and what it costs."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import cost as costs
from medcore.charts import template
from medcore.evaluation import threshold
from medcore.evaluation.intervals import wilson
from medcore.evaluation.threshold import GRID, Counts
from medcore.runs.store import Record
from medcore.ui import controls
from medcore.ui.evaluation import evaluated, evaluation_patients
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

PRICES = (1, 2, 5, 10, 20, 50, 100)
AT = "eval_threshold"
VAL, TEST = "validation images, which choose", "test images, which judge"
COLOURS = {VAL: template.COLOURS[6], TEST: template.COLOURS[0]}


def show(run: Evaluated, _: Sequence[Record]) -> None:
    """Sliders for threshold, costs and prevalence, and what follows from them."""
    if run.positive is None:
        st.info("A threshold is for one class against the rest: choose a class above.")
        return
    if not 0 < (run.predictions.labels == run.positive).mean() < 1:
        st.info("A threshold needs test images with and without this class, and there are those of one kind only.")
        return
    alarm, miss = _prices()
    best = _best(run, alarm, miss)
    at = _at(best)
    found = threshold.counts(run.predictions.labels == run.positive, run.predictions.probabilities[:, run.positive], at)
    chart, numbers = st.columns([3, 2], gap="medium")
    with chart:
        _drawn(
            _costs(run.id, run.positive, alarm, miss, at, best),
            "eval_cost",
            "Expected cost of an image against the threshold, on validation and test images",
        )
        st.caption(_choice(alarm, miss, best))
    with numbers:
        _table(run, found, alarm, miss)
    st.subheader("What it means for a patient", anchor=False)
    share = evaluation_patients.prevalence_asked()
    evaluation_patients.show(run, found, share)
    if best is not None:
        st.caption(_cheapest_there(_of_validation(run.id, run.positive), alarm, miss, share, best))


def _prices() -> tuple[int, int]:
    left, right = st.columns(2, gap="medium")
    with left:
        alarm = controls.stepped(
            "Cost of a false alarm",
            PRICES,
            1,
            str,
            "eval_alarm",
            "Of calling an image positive that is not: worry, another examination.",
        )
    with right:
        miss = controls.stepped(
            "Cost of a miss", PRICES, 10, str, "eval_miss", "Of calling an image negative that is positive."
        )
    return alarm, miss


def _at(best: float | None) -> float:
    """The threshold asked for."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        at = st.slider(
            "Threshold",
            0.0,
            1.0,
            0.5,
            0.01,
            key=AT,
            bind=controls.URL,
            help="An image is called positive whose probability is this or higher.",
        )
        if best is not None:
            st.button(
                f"Use the cheapest, {best:.2f}",
                key="eval_cheapest",
                disabled=at == best,
                on_click=_use,
                args=(best,),
                help="Sets the threshold to the one that costs least on the validation images.",
            )
    return at


def _use(best: float) -> None:
    st.session_state[AT] = best


def _best(run: Evaluated, alarm: int, miss: int) -> float | None:
    """The threshold with the lowest cost on the validation images; None without any."""
    found = _of_validation(run.id, run.positive)
    return None if found is None else threshold.cheapest(threshold.cost(found, alarm, miss))


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_validation(run_id: str, positive: int) -> Counts | None:
    found = evaluated.predictions(run_id)
    if found.val_probabilities is None or not len(found.val_labels):
        return None
    return threshold.counts(found.val_labels == positive, found.val_probabilities[:, positive], GRID)


@st.cache_resource(max_entries=64, show_spinner=False)
def _of_test(run_id: str, positive: int) -> Counts:
    found = evaluated.predictions(run_id)
    return threshold.counts(found.labels == positive, found.probabilities[:, positive], GRID)


@st.cache_resource(max_entries=256, show_spinner=False)
def _costs(run_id: str, positive: int, alarm: int, miss: int, at: float, best: float | None) -> go.Figure:
    of_val, of_test = _of_validation(run_id, positive), _of_test(run_id, positive)
    drawn = {} if of_val is None else {VAL: threshold.cost(of_val, alarm, miss)}
    drawn[TEST] = threshold.cost(of_test, alarm, miss)
    marks = {f"threshold {at:.2f}": at} | ({} if best is None else {f"cheapest on validation {best:.2f}": best})
    return costs.figure(GRID, drawn, COLOURS, marks)


def _choice(alarm: int, miss: int, best: float | None) -> str:
    theory = threshold.of_calibrated(alarm, miss)
    text = f"Were the probabilities calibrated, {theory:.2f} would cost least: the false alarm's share of both costs. "
    if best is None:
        return text + "This run was made by an older version, which kept no validation predictions to choose by."
    return text + (
        "The cheapest threshold is chosen on the validation images alone; chosen on the test images, it would flatter."
    )


def _cheapest_there(found: Counts, alarm: int, miss: int, share: float, best: float) -> str:
    """What the chart of costs does not say: it counts the validation images as they are."""
    if not (found.hits + found.misses)[0] or not (found.false_alarms + found.clear)[0]:
        return "The costs above are at the prevalence of the images; the validation images are of one kind only."
    there = threshold.cheapest(threshold.cost_at(share, found, alarm, miss))
    return (
        f"The costs above are at the prevalence of the images, for which {best:.2f} is cheapest. At a prevalence of "
        f"{share:.1%} the cheapest threshold on the validation images would be **{there:.2f}**."
    )


def _table(run: Evaluated, found: Counts, alarm: int, miss: int) -> None:
    """What the threshold gives on the test images."""
    hits, misses, alarms, clear = (int(value) for value in found)
    shares = {
        "Sensitivity": (hits, hits + misses),
        "Specificity": (clear, clear + alarms),
        "Precision (PPV)": (hits, hits + alarms),
        "Accuracy": (hits + clear, hits + misses + alarms + clear),
    }
    rows = [{"On the test images": name, "Value": _share(*of_name)} for name, of_name in shares.items()]
    f1 = f"{2 * hits / (2 * hits + alarms + misses):.3f}"
    rows.append({"On the test images": "F1", "Value": f1})
    rows.append({"On the test images": "Missed", "Value": f"{misses:,} of {hits + misses:,}"})
    rows.append({"On the test images": "False alarms", "Value": f"{alarms:,} of {clear + alarms:,}"})
    paid = float(threshold.cost(found, alarm, miss))
    rows.append({"On the test images": "Cost of an image", "Value": f"{paid:.3g}"})
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="eval_at_threshold")
    st.caption(plain(f"Positive: {run.of}. Brackets: 95% intervals (Wilson)."))


def _share(part: int, whole: int) -> str:
    if not whole:
        return "not defined (0 of 0)"
    low, high = wilson(part, whole)
    return f"{part / whole:.1%} [{100 * low:.0f}–{100 * high:.0f}]"


def _drawn(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)
