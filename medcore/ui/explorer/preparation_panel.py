"""A recipe on one image, live: before and after, their histograms, what training would see, and what to mind."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from medcore import catalog
from medcore.charts import histogram, template
from medcore.data import sources
from medcore.data.dataset import SPLITS, Splits
from medcore.data.preparation.advice import advice
from medcore.sandbox import Sandbox
from medcore.spec import PreparationSpec
from medcore.ui import controls, reading, rows, session, thumbnails
from medcore.ui.explorer import mask_legend, picture, preview, recipe, robustness_panel
from medcore.ui.plain import plain

DRAWS = 6
EXAMPLE = PreparationSpec({"gaussian_noise": {}, "rotate": {}})
STYLE = Path(__file__).with_name("preparation_panel.css")


def show(entry: sources.Entry, options: Mapping[str, Any]) -> None:
    """The panel for a data set that is here; the first time it is read in the background."""
    title = plain(entry.card.title)
    splits = reading.soon(sources.snapshot, entry.name, options, f"Reading the images of {title}…")
    if splits is None:
        return
    st.html(STYLE)
    with st.container(key="prep_room"):
        setting, result = st.columns([2, 3], gap="medium")
    with setting:
        steps = recipe.show()
    with result:
        split, index, seed = _pick(splits)
        shape = _result(splits, split, index, steps, seed)
    _words(steps, shape)
    robustness_panel.show(entry, options, steps, seed)


def _result(splits: Splits, split: str, index: int, steps: PreparationSpec, seed: int) -> tuple[int, int] | None:
    """Shows what becomes of the image, or says why that cannot be shown; height and width of what it becomes."""
    try:
        seen = preview.make(_sandbox(), splits, split, index, steps, seed, DRAWS)
    except ValueError as error:
        st.error(f"This preparation cannot be shown. {plain(str(error))}")
        return None
    _before_and_after(seen, split, steps)
    return seen.after.shape[:2]


def _sandbox() -> Sandbox:
    """Where this session's filters run."""
    return session.kept("preparation", lambda: Sandbox(children=1), Sandbox.close)


def _pick(splits: Splits) -> tuple[str, int, int]:
    """Picks an image by its split and its number, and the seed of all that is random."""
    with st.container(key="prep_pick"):
        with rows.row("pick"):
            split = _split()
            last = len(splits[split]) - 1
            key = f"prep_image_{split}"
            if st.session_state.get(key, 0) > last:
                st.session_state[key] = last
            number = st.number_input(
                "Image", 0, last, key=key, bind=controls.URL, width=120, help="Its number in the split, from 0."
            )
            st.button(
                "Another image", key="prep_another", on_click=_another, args=(key, last), icon=":material/casino:"
            )
        with rows.row("seed"):
            with st.container(width=120):
                seed = controls.seed()
            part = splits[split]
            if part.labels is not None:
                st.caption(f"Label: {plain(part.class_names[int(part.labels[int(number)])])}")
        if part.masks is not None:
            mask_legend.show(part.mask_classes, thumbnails.mask_colours(splits))
    return split, int(number), seed


def _split() -> str:
    return st.segmented_control(
        "Split",
        SPLITS,
        default="train",
        required=True,
        key="prep_split",
        bind=controls.URL,
        help="Augmentation is for training images; corruption may be for some splits only.",
    )


def _another(key: str, last: int) -> None:
    st.session_state[key] = random.randint(0, last)  # noqa: S311 - no secret


def _before_and_after(seen: preview.Preview, split: str, steps: PreparationSpec) -> None:
    """Both images on one gray scale where that is possible, their histograms, and the variants."""
    scale = _black_and_white(seen, steps)
    masks = seen.masks or [None] * (2 + len(seen.draws))
    with st.container(key="prep_pictures"):
        before, after = st.columns(2)
    with before:
        picture.show(picture.pixels(seen.before, (0, 1), masks[0]), f"Before, {_size(seen.before)}", "Before")
    with after:
        picture.show(picture.pixels(seen.after, scale, masks[1]), f"After, {_size(seen.after)}", "After")
    if not steps:
        _invitation()
    if seen.scale:
        st.caption(_normalisation(seen.scale, seen.sample))
    _histogram(seen)
    if seen.draws:
        strip = [picture.pixels(image, scale, mask) for image, mask in zip(seen.draws, masks[2:], strict=True)]
        picture.show_row(strip, f"The same image in the first {len(strip)} epochs of training.")
    elif steps.of("augmentation"):
        st.caption(f"Augmentation leaves {split} images as they are.")


def _invitation() -> None:
    st.markdown("Choose a step (on the left; on a narrow page, below) and see here what it does to this image.")
    st.button(
        "Show an example",
        key="prep_example",
        icon=":material/auto_fix:",
        on_click=recipe.put,
        args=(EXAMPLE,),
        help="Adds noise to the image, and turns it a little in every epoch of training.",
    )


def _histogram(seen: preview.Preview) -> None:
    log = st.toggle("Logarithmic", key="prep_log", bind=controls.URL, help="Shows rare values beside common ones.")
    st.plotly_chart(
        histogram.figure({"Before": seen.before, "After": seen.after}, log=log),
        width="stretch",
        key="prep_histogram",
        config=template.CONFIG,
        alt="Histogram of the pixel values before and after the preparation",
    )


def _black_and_white(seen: preview.Preview, steps: PreparationSpec) -> tuple[float, float]:
    """0 and 1, or what they became: a z-score changes all numbers and nothing to see."""
    return (seen.gray(0.0), seen.gray(1.0)) if "zscore" in steps.steps else (0.0, 1.0)


def _normalisation(scale: Mapping[str, float], sample: int) -> str:
    whose = f"{sample} of the training images; training takes all of them" if sample else "this image"
    return f"Normalised: (value - {scale['zero']:.3f}) / {scale['unit']:.3f}, measured on {whose}."


def _size(image: np.ndarray) -> str:
    return f"{image.shape[0]} x {image.shape[1]} px"


def _words(steps: PreparationSpec, shape: tuple[int, int] | None) -> None:
    """What each chosen step does and when it hurts, and what to mind about them together."""
    for name in steps.steps:
        choice = catalog.PREPARATIONS[name]
        st.markdown(f"**{choice.label}.** {choice.note} :gray[{choice.hurts}]")
    for sentence in advice(steps, shape):
        st.markdown(f":orange-badge[Mind] {sentence}")
