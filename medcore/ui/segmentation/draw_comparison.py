"""What a drawing comes to: Dice, IoU and areas against other masks, a picture of the differences, and downloads."""

import hashlib
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from medcore.charts import mask_colours
from medcore.evaluation import readers
from medcore.imaging.export import mask_png
from medcore.imaging.marked import Marked
from medcore.ui import viewer
from medcore.ui.segmentation.draw_subject import MODEL, REFERENCE, Subject

AGAINST = {REFERENCE: "the reference", MODEL: "the model's mask"}
COLOURS = (
    mask_colours.NOTHING,
    mask_colours.RIGHT,
    mask_colours.FALSE,
    mask_colours.MISSED,
    mask_colours.MIXED,
)
"""Of the values of `readers.differences`."""
DASH = "–"


def numbers(subject: Subject, mask: np.ndarray) -> None:
    """One reader's drawing in numbers, against the reference and the model; never against the other reader."""
    if not mask.any():
        st.caption("Nothing is drawn yet. Brush over what you see; the numbers follow each stroke.")
        return
    for whose, other in subject.masks.items():
        _overlap(subject, mask, whose, other)
    st.metric("Your area", _area(subject.area[0] * np.count_nonzero(mask), subject.area[1]), help="Of all classes.")
    if not subject.masks:
        st.caption("There is no reference here. Let a second reader draw, then press Compare.")


def show_one(subject: Subject, reader: str, mask: np.ndarray) -> None:
    """One reader's drawing class by class, where it differs, and to take home."""
    if subject.note:
        st.caption(subject.note)
    if not mask.any():
        return
    if subject.masks:
        _by_class(subject, mask)
        if st.toggle("Show where it differs", key="draw_reveal", help="Shows the other mask: draw first."):
            _picture(subject, {reader: mask, **subject.masks}, "one")
    _downloads(subject, {reader: mask})


def show_all(subject: Subject, drawn: Mapping[str, np.ndarray]) -> None:
    """Both readers, the reference and the model, each against each.

    Args:
        subject: what was drawn on.
        drawn: masks by reader, of those who drew.
    """
    masks = {**drawn, **subject.masks}
    if len(masks) < 2:
        st.info("There is one mask or none so far. Draw as Reader A, then as Reader B, and compare.")
        return
    _all_pairs(subject, masks)
    if len(drawn) == 1:
        st.caption(f"Only {next(iter(drawn))} has drawn on this image so far.")
    if len(drawn) == 2:
        found = _agreement(subject, *drawn.values())
        st.markdown(
            f"The two readers agree to a Dice of **{_number(found.mean_dice)}**. A network can hardly agree with one "
            "reader better than a second reader does: read its Dice beside this number."
        )
    if subject.note:
        st.caption(subject.note)
    _picture(subject, masks, "all")
    _downloads(subject, drawn)


def _agreement(subject: Subject, first: np.ndarray, second: np.ndarray) -> readers.Agreement:
    return readers.agreement(first, second, len(subject.classes), subject.area[0])


def _overlap(subject: Subject, mask: np.ndarray, whose: str, other: np.ndarray) -> None:
    """Dice and IoU with another mask, and its area."""
    found = _agreement(subject, mask, other)
    with st.container(key=f"draw_against_{whose.lower()}", gap="small"):
        help = "2 · both / (yours + its pixels), the mean over the classes that either has."
        st.metric(f"Dice with {AGAINST[whose]}", _number(found.mean_dice), help=help)
        area = _area(float(found.second.sum()), subject.area[1])
        st.caption(f"IoU {_number(found.mean_iou)}; its area is {area}.")


def _by_class(subject: Subject, mask: np.ndarray) -> None:
    """A table where there are several classes."""
    if len(subject.classes) < 3:
        return
    rows = []
    for whose, other in subject.masks.items():
        found = _agreement(subject, mask, other)
        for place, name in enumerate(subject.classes[1:]):
            numbers = {"Dice": _number(found.dice[place]), "IoU": _number(found.iou[place])}
            areas = {"Your area": found.first[place], "Its area": found.second[place]}
            told = {key: _area(value, subject.area[1]) for key, value in areas.items()}
            rows.append({"Class": name, "Against": AGAINST[whose], **numbers, **told})
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="draw_by_class")


def _all_pairs(subject: Subject, masks: Mapping[str, np.ndarray]) -> None:
    """Dice of each with each; below the diagonal the same."""
    frame = pd.DataFrame(
        {
            other: [
                DASH if one == other else _number(_agreement(subject, mask, masks[other]).mean_dice)
                for one, mask in masks.items()
            ]
            for other in masks
        },
        index=[
            f"{one} ({_area(subject.area[0] * np.count_nonzero(mask), subject.area[1])})" for one, mask in masks.items()
        ],
    )
    frame.index.name = "Dice of"
    st.table(frame)


def _picture(subject: Subject, masks: Mapping[str, np.ndarray], key: str) -> None:
    """Where two of them differ, over the image."""
    pairs = {f"{one} and {other}": (one, other) for i, one in enumerate(masks) for other in list(masks)[i + 1 :]}
    if key == "one":
        pairs = {label: pair for label, pair in pairs.items() if pair[0] not in AGAINST}
    label = next(iter(pairs))
    if len(pairs) > 1:
        label = st.selectbox("Differences between", list(pairs), key=f"draw_pair_{key}", help="Two masks at a time.")
    one, other = pairs[label]
    names = ("nothing", "both", f"only {_plainly(one)}", f"only {_plainly(other)}", "both, another class")
    shown = readers.differences(masks[one], masks[other])
    names = names if (shown == readers.OTHER_CLASS).any() else names[:-1]
    viewer.show(Marked(subject.view, subject.plane, subject.index, shown), f"draw_{key}", names, COLOURS)


def _downloads(subject: Subject, drawn: Mapping[str, np.ndarray]) -> None:
    """Each mask as PNG, all measures as CSV; made on the click."""
    with st.container(horizontal=True):
        for reader, mask in drawn.items():
            st.download_button(
                f"Mask of {reader} (PNG)",
                partial(mask_png.png, mask, mask_colours.of_classes(subject.classes)),
                f"{subject.file}-{reader.lower().replace(' ', '-')}-{_hash(mask)}.png",
                "image/png",
                key=f"draw_png_{reader}",
                icon=":material/download:",
                on_click="ignore",
                help="The pixels are class numbers, their colours a palette: 0 is nothing.",
            )
        masks = {**drawn, **subject.masks}
        if len(masks) > 1:
            st.download_button(
                "Measures (CSV)",
                partial(_csv, subject, masks),
                f"{subject.file}-measures-{_hash(*masks.values())}.csv",
                "text/csv",
                key="draw_csv",
                icon=":material/download:",
                on_click="ignore",
                help="Dice, IoU and areas of every pair of these masks, class by class.",
            )


def _csv(subject: Subject, masks: Mapping[str, np.ndarray]) -> bytes:
    return pd.DataFrame(readers.table(masks, subject.classes, *subject.area)).to_csv(index=False).encode()


def _plainly(whose: str) -> str:
    return AGAINST.get(whose, whose)


def _number(value: float) -> str:
    return DASH if np.isnan(value) else f"{value:.3f}"


def _area(value: float, unit: str) -> str:
    digits = 0 if unit == "pixels" or value >= 100 else 1
    return f"{value:,.{digits}f}\N{NO-BREAK SPACE}{unit}"


def _hash(*masks: np.ndarray) -> str:
    """Names that differ where masks do."""
    return hashlib.sha256(b"".join(mask.tobytes() for mask in masks)).hexdigest()[:8]
