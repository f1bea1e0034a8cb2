"""The paths of finished runs on the loss surface of their network.

The id of the survey stands in the URL (`?surface=`), so that a reload and a shared link find it again.
"""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import landscape as charts
from medcore.charts import template
from medcore.labs import landscape as lab
from medcore.labs.labels import group
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import controls, run_line, state
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE


def show(records: Sequence[Record], colours: Mapping[str, str]) -> None:
    """Surveys the loss around the paths of the runs shown, and draws it.

    Args:
        records: the runs shown.
        colours: of each run, by id.
    """
    st.markdown(
        "A network of thousands of weights on a flat chart: the plane that holds most of the paths (their first two "
        "principal components), the training loss at every place of it, and each run's way across."
    )
    survey = _shown(records)
    bases = paths(records)
    if survey is None:
        _offer(records, bases)
        return
    if problem := st.session_state.pop("surface_error", None):
        st.error(plain(problem))
    active = survey.state in ACTIVE
    st.fragment(_progress, run_every=0.5 if active else None)(survey.id, active)
    if survey.result:
        _draw(survey, records, colours)
    elif not active:
        _button(bases, "Measure it again")


def paths(records: Sequence[Record]) -> list[Record]:
    """The runs to draw: those that kept their path, the first seed of each group, as many as a survey takes."""
    kept = [r for r in records if r.ended and r.result and r.spec["training"].get("record_path")]
    first = {group(r.label): r for r in reversed(kept)}
    chosen = {r.id for r in first.values()}
    return [r for r in kept if r.id in chosen][: catalog.TASKS["landscape"].bases]


def _offer(records: Sequence[Record], bases: Sequence[Record]) -> None:
    """The button, or what is missing for it."""
    if any(r.state in ACTIVE for r in records):
        st.info("The surface can be measured when the runs have ended.", icon=":material/hourglass_top:")
    elif not bases:
        st.info(
            "Switch on “Record the path” under “More”, and train: the runs then keep their weights on the way.",
            icon=":material/conversion_path:",
        )
    else:
        _button(bases, "Measure the loss surface")
        if problem := st.session_state.pop("surface_error", None):
            st.error(plain(problem))


def _button(bases: Sequence[Record], label: str) -> None:
    st.button(
        label,
        key="survey",
        icon=":material/landscape:",
        type="primary",
        on_click=_survey,
        args=(list(bases),),
        disabled=not bases,
        help="Evaluates the loss at some hundred places of the plane: some seconds of a training slot.",
    )


def _survey(bases: Sequence[Record]) -> None:
    try:
        specs = lab.runs({r.id: RunSpec.from_dict(r.spec) for r in bases})
        st.query_params["surface"] = ",".join(state.store().create(specs, state.owner()))
    except (OSError, ValueError) as error:
        st.session_state["surface_error"] = sentence(error)


def _shown(records: Sequence[Record]) -> Record | None:
    """The survey that the URL names, if it is one of these runs."""
    found = state.store().find([st.query_params.get("surface", "")])
    ids = {r.id for r in records}
    ours = [r for r in found if r.spec["task"] == "landscape" and ids.issuperset(r.spec["base"].split(","))]
    return ours[0] if ours else None


def _progress(survey_id: str, was_active: bool) -> None:
    (survey,) = state.store().find([survey_id]) or (None,)
    if survey is None:
        return
    if survey.state != "done":
        st.markdown(run_line.markdown(survey, None))
    if was_active and survey.state not in ACTIVE:
        st.rerun()


def views(records: Sequence[Record], colours: Mapping[str, str]) -> dict[str, go.Figure]:
    """Both views of the survey shown by title, to be taken home; none before there is one."""
    survey = _shown(records)
    if survey is None or not survey.result:
        return {}
    labels = _labels(records, colours)
    return {"Loss surface": figure(survey.id, labels, False), "Loss surface in space": figure(survey.id, labels, True)}


def _labels(records: Sequence[Record], colours: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((r.id, group(r.label), colours[r.id]) for r in records)


def _draw(survey: Record, records: Sequence[Record], colours: Mapping[str, str]) -> None:
    view = st.segmented_control(
        "View",
        ["From above", "In space"],
        default="From above",
        required=True,
        key="surface_view",
        bind=controls.URL,
        label_visibility="collapsed",
        help="Lines of equal loss, or the loss as height.",
    )
    st.plotly_chart(
        figure(survey.id, _labels(records, colours), view == "In space"),
        width="stretch",
        key=f"landscape-{view}",
        config=template.CONFIG,
        alt="Training loss on the plane of the runs' weights, and the path of each run across it",
    )
    st.caption(_caption(survey, "diamonds" if view == "In space" else "stars"))


@st.cache_resource(max_entries=16, show_spinner=False)
def figure(survey_id: str, labels: Sequence[tuple[str, str, str]], in_space: bool) -> go.Figure:
    """The chart of a finished survey.

    Args:
        labels: (id, label, colour) of each run.
    """
    (survey,) = state.store().find([survey_id])
    names = {run_id: (label, colour) for run_id, label, colour in labels}
    drawn = [
        charts.Path(*names[p["run"]], p["x"], p["y"], p["loss"], p["steps"]) for p in survey.result["paths"] if p["x"]
    ]
    return (charts.relief if in_space else charts.contour)(survey.result, drawn)


def _caption(survey: Record, ends: str) -> str:
    explained, images = survey.result["explained"], survey.result["images"]
    return (
        f"The plane holds {sum(explained):.1%} of the paths' variance ({explained[0]:.1%} and {explained[1]:.1%}); the "
        f"rest of the way lies beside it, so a path's own loss may differ from that of the plane under it. Rings are "
        f"starts, {ends} are ends. Loss of {images:,} training images; a valley here says nothing about directions "
        "that are not drawn."
    )
