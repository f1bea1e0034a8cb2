"""What a loss of masks says of an overlap, and what it does where there is little foreground."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import overlap_losses, template
from medcore.charts.overlap_losses import Line
from medcore.optimization import overlap
from medcore.runs.store import Record
from medcore.spec import LossSpec
from medcore.ui import controls
from medcore.ui.plain import plain
from medcore.ui.segmentation import case_run

SHARE, PIXELS = 0.02, 128 * 128
"""Where nothing is known of the set: a lesion in a slice of 128x128."""
LEAST, MOST = 0.0005, 0.5
"""Shares of the foreground that are drawn."""
CLASS = "loss_class"
SURE = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
SAID = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8)
WAYS = {"moved": "Beside it", "small": "Too small", "large": "Too large"}
EXPLANATIONS = {
    "mask_cross_entropy": (
        "**Cross-entropy** is a mean over all pixels. Where nearly all are background, a mask that finds nothing is "
        "nearly as cheap as the right one, and the foreground has hardly a say until the network says background "
        "everywhere. A weight of the foreground gives it one."
    ),
    "dice": (
        "**Dice** asks for the overlap alone: about half of its pull is the foreground's, however little there is. Its "
        "price is a gradient that vanishes where all is wrong, and one false pixel counts much where the truth is "
        "empty."
    ),
    "cross_entropy_dice": (
        "**Cross-entropy + Dice** begins as cross-entropy does: the background is learned first, pixel by pixel. Where "
        "that would come to rest, Dice still pulls at the foreground: let the network of the lower chart say less "
        "foreground to see it."
    ),
    "mask_focal": (
        "**Focal** is cross-entropy in which a pixel counts less the surer the network is of it. Once the background "
        "is learned, its many pixels fall silent; before that, it is cross-entropy, only smaller."
    ),
    "tversky": (
        "**Tversky** is Dice that tells two mistakes apart: above 0.5, a missed pixel costs more than a false one, so "
        "that masks grow rather too large than too small."
    ),
    "no_sigmoid": (
        "**Cross-entropy without a sigmoid** is a mistake and not drawn: it takes logits for probabilities."
    ),
}


def show(losses: Sequence[LossSpec], shares: Mapping[str, float] | None = None, pixels: int = PIXELS) -> None:
    """Draws every loss, those chosen strong, and says what they do.

    Args:
        losses: of the runs; drawn with their own setting, the others with their usual ones.
        shares: of the set's pixels that each foreground class has, see `shares_of_classes`; None or empty where that
            is not known yet.
        pixels: of an image.
    """
    name = _class(shares or {})
    share = (shares or {}).get(name)
    case = float(np.clip(SHARE if share is None else share, LEAST, MOST))
    way = st.segmented_control(
        "The mask is",
        list(WAYS.values()),
        default="Beside it",
        required=True,
        key="overlap_way",
        bind=controls.URL,
        help="How it is wrong: as large as the truth but moved, inside it, or around it.",
    )
    left, right = st.columns(2)
    with left:
        sure = controls.stepped(
            "How sure the network is of each pixel",
            SURE,
            0.999,
            "{:g}".format,
            "overlap_sure",
            "Of the upper chart: the probability that it gives what it takes a pixel for.",
        )
    with right:
        said = controls.stepped(
            "Probability of foreground that it starts from",
            SAID,
            0.5,
            "{:g}".format,
            "overlap_said",
            "Of the lower chart: a network that knows nothing says 0.5 of every pixel, and soon background everywhere.",
        )
    settings = _settings(losses)
    wrong = {label: key for key, label in WAYS.items()}[way]
    st.plotly_chart(
        _figure(settings, tuple(_label(loss.name) for loss in losses), wrong, case, pixels, sure, said),
        width="stretch",
        key="overlap_losses",
        config=template.CONFIG,
        alt="Each loss against the overlap, and the foreground's share of its pull against the share of the foreground",
    )
    st.caption(plain(_case(name, share, case, pixels)))
    for loss in dict.fromkeys(loss.name for loss in losses):
        st.markdown(EXPLANATIONS[loss])
    st.dataframe(_table(settings, case, pixels, sure, said), hide_index=True, width="stretch")


def shares_of_classes(records: Sequence[Record]) -> dict[str, float]:
    """Of the test images' pixels by name of the foreground class, as the first finished run has kept them; of those
    that are there at all.
    """
    for record in case_run.finished(records):
        try:
            kept = case_run.of(record.id)
        except OSError:
            continue
        names = case_run.names(record, kept)
        found = np.bincount(kept.truth.ravel(), minlength=len(names)) / kept.truth.size
        return {name: float(share) for name, share in zip(names[1:], found[1:], strict=True) if share}
    return {}


def _class(shares: Mapping[str, float]) -> str:
    """The class that is looked at: at first the smallest, which has it hardest; "" where there is none."""
    if len(shares) < 2:
        return next(iter(shares), "")
    names = sorted(shares, key=shares.__getitem__)
    if st.session_state.get(CLASS, names[0]) not in names:  # of another run
        del st.session_state[CLASS]
    return st.selectbox(
        "Class",
        names,
        key=CLASS,
        bind=controls.URL,
        width=300,
        help="Each class is weighed against all else, and the less there is of one, the less it pulls.",
    )


def _settings(losses: Sequence[LossSpec]) -> tuple[tuple[str, float], ...]:
    """The setting of every loss: of those chosen their own."""
    usual = {name: next(iter(catalog.MASK_LOSSES[name].parameters.values())).default for name in overlap.LOSSES}
    own = {loss.name: next(iter(loss.options.values())) for loss in losses if loss.name in usual}
    return tuple((usual | own).items())


def _label(loss: str) -> str:
    return catalog.MASK_LOSSES[loss].label


def _case(name: str, share: float | None, case: float, pixels: int) -> str:
    side = round(pixels**0.5)
    whose = "as is usual for a lesion" if share is None else "as in this set"
    what = name or "One foreground class"
    return (
        f"{what}, {case:.1%} of an image of about {side}x{side} pixels, {whose}. With several classes each is weighed "
        "against all else. The pull is the size of the gradient by the logits, summed over pixels."
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(
    settings: tuple[tuple[str, float], ...],
    chosen: tuple[str, ...],
    way: str,
    share: float,
    pixels: int,
    sure: float,
    said: float,
) -> go.Figure:
    overlaps = np.linspace(overlap.least(way, share), 1, 201)
    shares = np.geomspace(LEAST, MOST, 121)
    masks = overlap.wrong(overlaps, way, share, pixels, sure)
    blank = overlap.undecided(shares, pixels, said)
    lines = {
        _label(name): Line(overlap.value(name, masks, setting), overlap.foreground_share(name, blank, setting))
        for name, setting in settings
    }
    return overlap_losses.figure(overlaps, shares, lines, chosen, share)


def _table(
    settings: tuple[tuple[str, float], ...], share: float, pixels: int, sure: float, said: float
) -> pd.DataFrame:
    """What each loss says of the right mask, of half of it and of none, and the foreground's share of its pull."""
    masks: Mapping[str, overlap.Kinds] = {
        title: overlap.wrong(np.array([d]), "small", share, pixels, sure)
        for title, d in (("Right mask", 1.0), ("Half of it", 2 / 3), ("Empty mask", 0.0))
    }
    blank = overlap.undecided(np.array([share]), pixels, said)
    rows = [
        {"Loss": _label(name)}
        | {title: f"{overlap.value(name, mask, setting)[0]:.3f}" for title, mask in masks.items()}
        | {"Foreground's pull": f"{overlap.foreground_share(name, blank, setting)[0]:.1%}"}
        for name, setting in settings
    ]
    return pd.DataFrame(rows)
