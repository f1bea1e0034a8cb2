"""Where the network looks: a heatmap over the image, the other methods beside it, and the check of random weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import heatmap, probabilities, template
from medcore.labs import inside
from medcore.runs.store import Record
from medcore.ui import controls, rows
from medcore.ui.components.chart_export import chart_export
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.inside import inside_request
from medcore.ui.inside.inside_images import Image, same
from medcore.ui.inside.inside_request import Answer
from medcore.ui.plain import plain

ALIKE = 0.5
"""Rank correlation from which a map is said to stay much the same."""
UNITS = {
    "gradcam": "Speaks for the class (weighted maps)",
    "gradcampp": "Speaks for the class (weighted maps)",
    "integrated_gradients": "Adds to the logit",
    "occlusion": "Fall of the logit when hidden",
}
ANSWERED = "The network's answer"


def show(trained: Record, image: Image, classes: list[str]) -> None:
    """The controls, the large heatmap, what the network says, and the check."""
    model = trained.spec["model"]["name"]
    method, target = _controls(model, classes)
    wanted = {"split": image.split, "index": image.index, "nearest": 0, "target": target}
    layer = st.session_state.get("inside_layer_of", {}).get(trained.id, "") if method in inside.NEEDS_MAPS else ""
    answer = inside_request.ask(trained, "heat", methods=(method,), layer=layer, **wanted)
    if answer is None:
        return
    drawn = _large(answer, method, trained)
    st.caption(inside.ABOUT[method] + " " + _measured(answer, method))
    _check(answer, method)
    _others(trained, model, method, wanted)
    with st.expander("Take the heatmap home"):
        st.caption("The picture is on white; the CSV holds the values of the map and of the image, pixel by pixel.")
        still = go.Figure(drawn).update_layout(sliders=[])
        chart_export({f"{inside.LABELS[method]} of {image.split} {image.index}": still}, "heatmap", key="heat_export")


def _controls(model: str, classes: list[str]) -> tuple[str, int | None]:
    """Name of the method, and number of the class asked for."""
    methods = inside.methods(model)
    with rows.row("inside"):
        label = st.segmented_control(
            "Method",
            list(methods),
            default=next(iter(methods)),
            required=True,
            key="method",
            bind=controls.URL,
            help="Four ways to ask where the network looks; what each can say stands under its map.",
        )
        asked = st.selectbox(
            "Class asked for",
            [ANSWERED, *classes],
            key="inside_target",
            bind=controls.URL,
            width=220,
            help="What speaks for this class; ask for another one than the network says to see why it was not that.",
        )
    if len(methods) < len(inside.LABELS):
        st.caption(
            f"Grad-CAM weighs the maps of a convolution, and the {catalog.MODELS[model].label} has none: the other "
            "methods work with every network."
        )
    return methods[label], classes.index(asked) if asked in classes else None


def _large(answer: Answer, method: str, trained: Record) -> go.Figure:
    """The image with its heatmap, and beside it the probability of each class; returns the chart."""
    facts, signed = answer.facts, method in inside.SIGNED
    drawn = heatmap.figure(answer.arrays["image"], answer.arrays[method], signed, UNITS[method])
    left, right = st.columns([3, 2])
    with left:
        st.plotly_chart(
            drawn,
            width="stretch",
            key="heat_large",
            config=template.CONFIG,
            alt=f"{inside.LABELS[method]} over the image, for {facts['classes'][facts['target']]}",
        )
    with right:
        _said(facts)
        if method in inside.NEEDS_MAPS:
            _layer(answer, method, trained)
    if not answer.arrays[method].any():
        st.info("This map is empty: nothing in the layer's maps speaks for the class asked for.")
    return drawn


def _said(facts: Mapping[str, Any]) -> None:
    """The answer, the truth, and every class' probability."""
    classes, said = facts["classes"], facts["classes"][facts["said"]]
    if facts["label"] is None:
        words = f"The network says “{plain(said)}”."
    else:
        right = same(said, facts["label"])
        mark = ":green[:material/check: right]" if right else ":red[:material/close: wrong]"
        words = f"The network says **{plain(said)}**, {mark}. It is **{plain(facts['label'])}**."
    st.markdown(words)
    if facts["target"] != facts["said"]:
        st.markdown(f"The map is about **{plain(classes[facts['target']])}**.")
    truth = next((name for name in classes if facts["label"] is not None and same(name, facts["label"])), None)
    st.plotly_chart(
        probabilities.figure(dict(zip(classes, facts["probabilities"], strict=True)), truth),
        width="stretch",
        key="inside_probabilities",
        config=template.CONFIG,
        alt="Probability of each class",
    )
    if len(classes) == 2:
        st.caption("Of two classes, a map is about how far the one's logit lies above the other's: that alone decides.")
    st.caption("For teaching and research, not for diagnosis.")


def _layer(answer: Answer, method: str, trained: Record) -> None:
    """Picks the layer whose maps are weighed."""
    layers, used = answer.facts["layers"], answer.facts["methods"][method]["layer"]
    st.selectbox(
        "Layer",
        layers,
        layers.index(used),
        key=f"inside_layer_{trained.id}",
        on_change=_keep_layer,
        args=(trained.id,),
        help="Whose maps are weighed: early ones are fine and know little, late ones are coarse and know more.",
    )


def _keep_layer(run_id: str) -> None:
    chosen = st.session_state[f"inside_layer_{run_id}"]
    st.session_state.setdefault("inside_layer_of", {})[run_id] = chosen


def _measured(answer: Answer, method: str) -> str:
    """What the method found besides its map."""
    facts, found = answer.facts, answer.facts["methods"][method]
    if method == "integrated_gradients":
        share = abs(found["missed"]) / max(abs(found["change"]), 1e-9)
        return (
            f"Completeness: the pixels sum to {found['change'] + found['missed']:.3g}, {_risen(facts)} rises by "
            f"{found['change']:.3g} from black to this image; off by {share:.1%} with {found['steps']} steps."
        )
    if method == "occlusion":
        row, column = found["corner"]
        return (
            f"Patches of {found['patch']}x{found['patch']} pixels every {found['stride']}. Hiding the one at row "
            f"{row}, column {column} costs most: {facts['probabilities'][facts['target']]:.1%} becomes "
            f"{found['lowest']:.1%}."
        )
    height, width = answer.arrays["image"].shape[:2]
    return f"Layer {plain(found['layer'])}; drawn at {height}x{width} pixels, smoothed between its places."


def _risen(facts: Mapping[str, Any]) -> str:
    """What the maps are about."""
    return "the logit's lead over the other class" if len(facts["classes"]) == 2 else "the logit"


def _check(answer: Answer, method: str) -> None:
    """The map beside those of networks whose weights are in random order."""
    st.subheader("Is it about the network?", divider="gray")
    stages = answer.facts["methods"][method]["randomised"]
    image, values = answer.arrays["image"], answer.arrays[method]
    pictures, cells = [heatmap.blended(image, values)], [Cell("trained", "As trained", "the map above")]
    for number, stage in enumerate(stages):
        pictures.append(heatmap.blended(image, answer.arrays[f"{method}/{number}"]))
        note = _note(values, answer.arrays[f"{method}/{number}"], stage["correlation"])
        cells.append(Cell(f"stage{number}", f"Random down to {stage['down_to']}", note))
    image_grid(np.stack(pictures), cells, key="inside_check", cell_width=130)
    st.caption(_verdict(stages, values) + " Each map has its own scale of colours.")


def _verdict(stages: list[dict[str, Any]], values: np.ndarray) -> str:
    """What the check says."""
    about = (
        "From left to right more and more layers, from the answer down, have their weights in random order "
        "(Adebayo et al. 2018). A map that stays the same says nothing of what the network has learned. "
    )
    if not stages or not values.any():
        return about + "The map above is empty, so nothing can be compared."
    last = stages[-1]["correlation"]
    if last is None:
        return about + "Here it changes: with every layer random, the map is empty."
    if last >= ALIKE:
        return about + (
            f"**Here it stays much the same (rank correlation {last:.2f} with every layer random): it says more of the "
            "image than of this network.**"
        )
    return about + f"Here it changes: rank correlation {last:.2f} with every layer random."


def _note(trained: np.ndarray, random: np.ndarray, alike: float | None) -> str:
    """How far a map is that of the trained network."""
    if alike is not None:
        return f"rank correlation {alike:.2f}"
    return "the map above is empty" if not trained.any() else "an empty map" if not random.any() else "a flat map"


def _others(trained: Record, model: str, method: str, wanted: Mapping[str, Any]) -> None:
    """Every method side by side; at once for small networks, for large ones when asked."""
    small = catalog.MODELS[model].size == "small"
    st.subheader("Do the methods agree?", divider="gray")
    if not st.toggle(
        "All methods side by side",
        value=small,
        key="all_methods",
        bind=controls.URL,
        help="Asks by every method that fits this network; with a large one that takes a while.",
    ):
        return
    names = tuple(inside.methods(model).values())
    answer = inside_request.ask(trained, "others", methods=names, randomised=False, **wanted)
    if answer is None:
        return
    shown = [name for name in names if name in answer.arrays]
    pictures = [heatmap.blended(answer.arrays["image"], answer.arrays[name]) for name in shown]
    cells = [Cell(name, inside.LABELS[name], _seconds(answer.facts["methods"][name]["seconds"])) for name in shown]
    image_grid(np.stack(pictures), cells, key="inside_methods", cell_width=150, chosen=method)
    st.caption("Warm speaks for the class, blue against it. Where they differ, none of them is the truth.")


def _seconds(value: float) -> str:
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"
