"""What a recipe does to the accuracy of a model that was trained before.

The ids of the tests stand in the URL (`?tests=`), so that several recipes can be compared and a link shows them.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from medcore.charts import intervals, template
from medcore.data import session_sets, sources
from medcore.labs import robustness
from medcore.runs.store import Record
from medcore.sentences import sentence
from medcore.spec import PreparationSpec, RunSpec
from medcore.ui import controls, run_line, state
from medcore.ui.explorer import recipe
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

AS_TRAINED = "As it was trained"
MOST_TESTS = 12


def show(entry: sources.Entry, options: Mapping[str, Any], steps: PreparationSpec, seed: int) -> None:
    """Picks a finished run of this data set and tests the recipe on it."""
    st.subheader("What it does to a trained model")
    if entry.card.task != "classification":
        st.caption("Only models that tell classes apart can be tested.")
        return
    bases = _bases(entry.name, options)
    if not bases:
        st.caption("No model was trained on these images yet.")
    _to_the_lab(entry, options, steps, seed, bases)
    if not bases:
        return
    base = _pick(bases)
    trained = RunSpec.from_dict(base.spec)
    own = trained.preparation
    if same := unchanged(own, trained.seed, steps, seed):
        st.markdown(f":blue-badge[The same] {same}")
    for difference in differences(own, steps):
        st.markdown(f":orange-badge[Mind] {difference}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Test this preparation on it",
            key="test_recipe",
            icon=":material/play_arrow:",
            on_click=_test,
            args=(base, steps, seed),
            help="The model meets the test images as this preparation makes them, augmentation left out.",
        )
        if own:
            st.button(
                "Start from its own",
                key="own_recipe",
                on_click=recipe.put,
                args=(own,),
                help="Sets the controls to the preparation that this model was trained with.",
            )
    if problem := st.session_state.pop("test_error", None):
        st.error(plain(problem))
    tests = [test for test in _shown() if test.spec["base"] == base.id]
    active = any(test.state in ACTIVE for test in tests)
    st.fragment(_results, run_every=1 if active else None)([test.id for test in tests], active)


def _to_the_lab(
    entry: sources.Entry, options: Mapping[str, Any], steps: PreparationSpec, seed: int, bases: Sequence[Record]
) -> None:
    """The ways to a training: on the images as they are, where none was, and with this preparation."""
    if session_sets.is_name(entry.name):
        st.caption(
            "To train on your own images, open Optimizers at the top and set a preparation there: "
            "a tab of its own would not know them."
        )
        return
    another = "Train another" if bases else "Train"
    recipes = {}
    if not steps or all(RunSpec.from_dict(base.spec).preparation for base in bases):
        recipes[f"{another} on the images as they are"] = PreparationSpec()
    if steps:
        recipes[f"{another} with this preparation"] = steps
    with st.container(horizontal=True):
        for label, preparation in recipes.items():
            _link(label, entry, options, preparation, seed)


def _link(
    label: str, entry: sources.Entry, options: Mapping[str, Any], preparation: PreparationSpec, seed: int
) -> None:
    query = {"dataset": entry.card.title, **controls.source_query(entry.options, options), **recipe.query(preparation)}
    # A page_link would lose the controls that both pages share: Streamlit clears those of the page that is left.
    st.link_button(
        label,
        "/optimizer_comparison?" + urlencode(query | {"seed": str(seed)}, doseq=True),
        icon=":material/model_training:",
        help="Opens the comparison of optimizers with these images and this preparation, in a tab of its own.",
    )


def unchanged(own: PreparationSpec, own_seed: int, steps: PreparationSpec, seed: int) -> str:
    """Why a test can show nothing: it meets the very images of the model's own test; "" if it may show something.

    Args:
        own, own_seed: what the model was trained with.
        steps, seed: what it would be tested with; corruption meets the test images.
    """
    before = _on_test(own, corrupted=own.corrupted != "train")
    if before != _on_test(steps, corrupted=True) or (steps.of("corruption") and own_seed != seed):
        return ""
    if own == steps:
        trained = "with exactly this preparation" if own else "on the images as they are"
        return f"It was trained {trained}, so nothing changes."
    return "Its test images were prepared exactly so before, so nothing changes: the rest is for training images alone."


def _on_test(steps: PreparationSpec, corrupted: bool) -> dict[str, Any]:
    """The steps that test images meet."""
    left_out = steps.of("augmentation", *([] if corrupted else ["corruption"]))
    return {name: options for name, options in steps.steps.items() if name not in left_out}


def differences(own: PreparationSpec, steps: PreparationSpec) -> list[str]:
    """Where a recipe differs from the one a model was trained with, other than by corruption and augmentation."""
    stages = {"size": "size", "normalisation": "normalisation", "window": "window"}
    return [
        f"The model was trained with another {what} ({_words(own, stage)}) than this one ({_words(steps, stage)}): "
        "part of what you see comes from that."
        for stage, what in stages.items()
        if own.of(stage) != steps.of(stage)
    ]


def _words(steps: PreparationSpec, stage: str) -> str:
    return robustness.words(PreparationSpec(steps.of(stage))) if steps.of(stage) else "none"


def _bases(dataset: str, options: Mapping[str, Any]) -> list[Record]:
    """Finished runs on these very images, the newest first."""
    found = state.store().finished("classification", dataset)
    return [run for run in found if run.spec["data"]["options"] == dict(options)]


def _pick(bases: Sequence[Record]) -> Record:
    by_id = {run.id: run for run in bases}
    tested = [test.spec["base"] for test in _shown() if test.spec["base"] in by_id]
    if tested and "prep_base" not in st.session_state:
        st.session_state["prep_base"] = tested[-1]
    chosen = st.selectbox(
        "Trained model",
        list(by_id),
        format_func=lambda run_id: _name(by_id[run_id]),
        key="prep_base",
        help="Finished runs on this data set with the same options, the newest first.",
    )
    return by_id[chosen]


def _name(run: Record) -> str:
    accuracy = run.result["test"]["accuracy"]
    spec = RunSpec.from_dict(run.spec)
    parts = [run.label, f"seed {spec.seed}", f"{spec.training.epochs} epochs"]
    if spec.preparation:
        parts.append(robustness.words(spec.preparation))
    if accuracy is not None:
        parts.append(f"test accuracy {100 * accuracy:.1f}%")
    return " · ".join(parts)


def _test(base: Record, steps: PreparationSpec, seed: int) -> None:
    spec = RunSpec.from_dict(base.spec)
    try:
        images = spec.data.name, spec.model.name, steps, spec.data.options, seed, spec.sample
        specs = robustness.runs(base.id, *images)
        ids = state.store().create(specs, state.owner())
    except (OSError, ValueError) as error:
        st.session_state["test_error"] = sentence(error)
        return
    st.query_params["tests"] = ",".join([*(test.id for test in _shown()), *ids][-MOST_TESTS:])


def _shown() -> list[Record]:
    """The tests that the URL names."""
    ids = st.query_params.get("tests", "").split(",")
    found = state.store().find([i for i in dict.fromkeys(ids) if i][:MOST_TESTS])
    return [test for test in found if test.spec["task"] == "robustness"]


def _results(ids: Sequence[str], was_active: bool) -> None:
    """How far the tests are, and the accuracies of those that are done."""
    tests = state.store().find(ids)
    for test in tests:
        if test.state != "done":
            st.markdown(run_line.markdown(test, None))
    if done := [test for test in tests if test.result]:
        _chart(done)
    if was_active and not any(test.state in ACTIVE for test in tests):
        st.rerun()


def _chart(done: Sequence[Record]) -> None:
    """Accuracies with their intervals: as it was trained, then of each recipe, the latest of the same name."""
    values = {AS_TRAINED: _accuracy(done[-1].result["before"])}
    values |= {test.label: _accuracy(test.result["after"]) for test in done}
    colours = {label: template.colour(i) for i, label in enumerate(values)}
    baseline = done[-1].result["baseline"]
    st.plotly_chart(
        intervals.figure(values, colours, baseline["accuracy"], None),
        width="stretch",
        key="robustness",
        config=template.CONFIG,
        alt="Test accuracy of the model as it was trained and with each preparation, with 95% intervals",
    )
    n = done[-1].result["after"]["n"]
    st.caption(
        f"The same {n:,} test images and the same weights; bars are 95% intervals. Always answering "
        f"“{plain(baseline['class'])}” is right in {100 * baseline['accuracy']:.1f}%."
    )


def _accuracy(metrics: Mapping[str, Any]) -> intervals.Interval:
    low, high = metrics["intervals"].get("accuracy") or (None, None)
    return metrics["accuracy"], low, high
