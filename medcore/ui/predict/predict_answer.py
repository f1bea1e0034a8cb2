"""What the network says of an image, what speaks against believing it, and which training images it is like."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from medcore.charts import probabilities, template
from medcore.labs import inside
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.plain import plain

NOT_FOR_DIAGNOSIS = "**For teaching and research, not for diagnosis.**"
WAYS = {"tones": "Tones", "look": "Look from afar", "features": "The network's features"}
FEW = 10
UNSURE = 0.2
"""Lead of the likeliest class over the next one below which a network is said not to know."""


def show(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    """The gate's verdict, then the answer; that of an image that was refused on demand alone."""
    verdict = facts["verdict"]
    _verdict(verdict)
    if verdict["refused"] and not st.toggle(
        "Show its answer all the same",
        key="predict_anyway",
        help="To see how sure a network is of what it has never learned. It means nothing.",
    ):
        return
    _said(facts)
    _near(facts, arrays)


def _verdict(verdict: Mapping[str, Any]) -> None:
    reasons = verdict["reasons"]
    lines = "\n".join(f"- {plain(reason['sentence'])}" for reason in reasons)
    if verdict["refused"]:
        st.error(f"**Refused: what the network says of this image means nothing.**\n{lines}", icon=":material/block:")
    elif reasons:
        st.warning(f"**Mind: the image is unusual for this network.**\n{lines}", icon=":material/warning:")
    elif verdict["compared"]:
        st.success(
            f"The image is such as the network learned from, compared with {verdict['compared']:,} validation images.",
            icon=":material/check:",
        )
    else:
        st.info("Size and channels fit. Whether the image is such as the network learned from is not known here.")
    if verdict["strange"]:
        _strange(verdict)


def _strange(verdict: Mapping[str, Any]) -> None:
    with st.expander("How unusual it is"):
        for way, found in verdict["strange"].items():
            st.markdown(
                f"**{WAYS[way]}**: further from the training images than {found['share']:.0%} of the "
                f"{verdict['compared']:,} validation images ({found['distance']:.3g}; the strangest of them "
                f"{found['largest']:.3g})."
            )
        st.caption(
            "Mean distance to the five nearest training images. From 99% on an image is warned of, from 1.25 times the "
            "strangest validation image on it is refused. An image that passes can still be wrong: the gate knows "
            "what is common, not what is true."
        )


def _said(facts: Mapping[str, Any]) -> None:
    classes = facts["classes"]
    shown = facts["calibrated"] or facts["probabilities"]
    name, share = classes[facts["said"]], shown[facts["said"]]
    st.markdown(f"### {plain(name)}: {share:.0%}")
    if doubt := unsure(classes, shown):
        st.warning(plain(doubt), icon=":material/question_mark:")
    st.markdown(NOT_FOR_DIAGNOSIS)
    st.plotly_chart(
        probabilities.figure(dict(zip(classes, shown, strict=True)), None),
        width="stretch",
        key="predict_probabilities",
        config=template.CONFIG,
        alt="Probability of each class",
    )
    st.caption(_calibration(facts))


def unsure(classes: Sequence[str], probabilities: Sequence[float]) -> str:
    """That the network does not know, in a sentence, where two classes are about as likely; "" where it does."""
    first, second = np.argsort(probabilities)[::-1][:2]
    if probabilities[first] - probabilities[second] >= UNSURE:
        return ""
    return (
        f'The network does not know: "{classes[first]}" ({probabilities[first]:.0%}) is hardly likelier to it than '
        f'"{classes[second]}" ({probabilities[second]:.0%}).'
    )


def _calibration(facts: Mapping[str, Any]) -> str:
    found = facts["experience"]
    if found is None:
        return (
            "How far such a probability can be trusted is not known: this network left no answers to validation images."
        )
    name, raw = facts["classes"][facts["said"]], facts["probabilities"][facts["said"]]
    between = f"{found['low']:.0%} to {found['high']:.0%}"
    warm = f"; without it, {raw:.0%}" if f"{raw:.0%}" != f"{facts['calibrated'][facts['said']]:.0%}" else ""
    cooled = f"temperature {facts['temperature']:.2f}{warm}"
    said = f"Calibrated on {found['of']:,} validation images ({cooled}). "
    if not found["images"]:
        return plain(f'{said}To none of them it gave "{name}" with {between}.')
    low, high = found["interval"]
    few = ", which are few" if found["images"] < FEW else ""
    return plain(
        f'{said}Of the {found["images"]:,} that it called "{name}" with {between}{few}, {found["right"]:,} were '
        f"({found['right'] / found['images']:.0%}; 95% interval {low:.0%} to {high:.0%})."
    )


def method(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """What the heatmap says, and what it cannot."""
    name = next(iter(facts["methods"]))
    target = plain(facts["classes"][facts["target"]])
    if not (arrays[f"heat_{name}"] > 0).any():
        return f'The heatmap is empty: by {inside.LABELS[name]} no place speaks for "{target}". Try another method.'
    return f'What speaks for "{target}". {inside.ABOUT[name]}'


def _near(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    if not facts["nearest"]:
        return
    classes = facts["classes"]
    same = sum(one["label"] == facts["said"] for one in facts["nearest"])
    st.markdown(
        f"**The training images nearest to it**, by the network's features: {same} of {len(facts['nearest'])} were "
        f"taught as {plain(classes[facts['said']])}."
    )
    cells = [
        Cell(
            f"train-{one['row']}",
            classes[one["label"]],
            f"distance {one['distance']:.3g}",
            template.colour(one["label"]),
        )
        for one in facts["nearest"]
    ]
    image_grid(arrays["nearest"], cells, key="predict_nearest", cell_width=110)
