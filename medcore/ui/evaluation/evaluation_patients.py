"""What a threshold means for a patient, which depends on how common the disease is."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import patients as icons
from medcore.charts import predictive_values as values
from medcore.charts import template
from medcore.evaluation import prevalence
from medcore.evaluation.threshold import Counts
from medcore.ui import controls
from medcore.ui.evaluation.evaluated import Evaluated
from medcore.ui.plain import plain

SHARES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
PREVALENCES = np.geomspace(0.001, 1, 200)


def prevalence_asked() -> float:
    """The slider of the share of patients who have the disease."""
    return controls.stepped(
        "Prevalence",
        SHARES,
        0.01,
        lambda value: f"{value:.1%}",
        "eval_prevalence",
        "How many of the patients who come have the disease: few in screening, many in a specialist's clinic.",
    )


def show(run: Evaluated, found: Counts, share: float) -> None:
    """What the answers mean where the disease is rarer or commoner than among these images.

    Args:
        run: that is judged.
        found: of its test images at the threshold, with some of either kind.
        share: prevalence, 0 to 1.
    """
    hits, misses, alarms, clear = (int(value) for value in found)
    sensitivity, specificity = hits / (hits + misses), clear / (clear + alarms)
    of_set = (hits + misses) / sum(map(int, found))
    of = prevalence.of_patients(sensitivity, specificity, share)
    st.markdown(_frequencies(run, of, sensitivity, specificity, share))
    left, right = st.columns(2, gap="medium")
    with left:
        _drawn(_icons(of), "eval_patients", f"Icons of 1,000 patients: {_kinds(of)}")
    with right:
        _drawn(
            _predictive(sensitivity, specificity, share, of_set),
            "eval_predictive",
            "Positive and negative predictive value against the prevalence",
        )
    st.caption(
        f"Among the test images the prevalence is {of_set:.1%}. Sensitivity and specificity are taken to stay as they "
        "are on the test images; among other patients, with milder disease or other scanners, they often do not."
    )


def _frequencies(run: Evaluated, of: prevalence.Patients, sensitivity: float, specificity: float, share: float) -> str:
    """In whole patients, as people reason best."""
    positive, negative = prevalence.predictive_values(sensitivity, specificity, np.array(share))
    text = (
        f"Of **1,000 patients**, **{of.ill:,}** are truly {plain(run.of)}. The model finds **{of.ill_found:,}** of "
        f"them and misses {of.ill_missed:,}. It also calls **{of.well_alarmed:,}** of the {1000 - of.ill:,} others "
        "positive. "
    )
    if np.isfinite(positive):
        text += f"So of {of.called:,} called positive, {of.ill_found:,} are: **PPV {positive:.1%}**"
    else:
        text += "Nobody is called positive, so there is no PPV"
    return text + (f"; **NPV {negative:.1%}**." if np.isfinite(negative) else "; there is no NPV.")


def _kinds(of: prevalence.Patients) -> str:
    return (
        f"{of.ill_found} ill and found, {of.ill_missed} ill and missed, {of.well_alarmed} well and alarmed, "
        f"{of.well_cleared} well and cleared"
    )


@st.cache_resource(max_entries=128, show_spinner=False)
def _icons(of: prevalence.Patients) -> go.Figure:
    return icons.figure(
        {
            "ill, found": (of.ill_found, template.COLOURS[1], "square"),
            "ill, missed": (of.ill_missed, template.COLOURS[1], "square-open"),
            "well, false alarm": (of.well_alarmed, template.COLOURS[3], "square"),
            "well, cleared": (of.well_cleared, template.MUTED, "square-open"),
        }
    )


@st.cache_resource(max_entries=128, show_spinner=False)
def _predictive(sensitivity: float, specificity: float, share: float, of_set: float) -> go.Figure:
    positive, negative = prevalence.predictive_values(sensitivity, specificity, PREVALENCES)
    return values.figure(PREVALENCES, positive, negative, share, of_set)


def _drawn(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, width="stretch", key=key, config=template.CONFIG, alt=alt)
