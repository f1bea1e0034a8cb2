"""The images of both hospitals beside each other, before anything is trained, and how far their values differ."""

import json
from typing import NamedTuple

import numpy as np
import streamlit as st

from medcore.charts import histogram, template
from medcore.data import sources
from medcore.data.dataset import ImageDataset, Splits
from medcore.data.preparation.pixels import unit_range
from medcore.labs import two_hospitals as lab
from medcore.sandbox import Sandbox
from medcore.sentences import sentence
from medcore.spec import DataSpec, PreparationSpec, RunSpec
from medcore.ui import controls, own_sets, reading, session, thumbnails
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.plain import plain

JOB = "medcore.data.preparation.sheet:job"
SECONDS = 20.0
SPLIT = "train"
MEASURED = 60
"""Images of each place that its values are measured on."""
SHOWN, MOST_EACH = 8, 4
"""Images of each place that are shown, and of each class at most."""
CELL = 84


class Place(NamedTuple):
    """Images of one place as the network gets them.

    Args:
        title: what the place is called.
        images: (n, height, width, channels) float32.
        cells: of the images that are shown, by their number among them.
    """

    title: str
    images: np.ndarray
    cells: dict[int, Cell]


def show(spec: RunSpec) -> None:
    """Writes the images and what differs; the first time the sets are read in the background."""
    domains = lab.domains(spec)
    if missing := [reason for data, _ in domains if (reason := _missing(data))]:
        st.info(plain(missing[0]))
        return
    read = {str(data): _splits(data) for data, _ in domains}
    if None in read.values():
        return
    found = [
        _prepared(title, read[str(data)], data, recipe, spec.seed)
        for title, (data, recipe) in zip(lab.places(spec), domains, strict=True)
    ]
    if None in found:
        return
    for role, place, column in zip(("Source", "Target"), found, st.columns(2, gap="medium"), strict=True):
        with column:
            st.markdown(f"**{role}: {plain(place.title)}**")
            _grid(role, place)
    _differences(*found)


def _missing(data: DataSpec) -> str:
    """Why the images of a set cannot be shown here, in a sentence; "" where they can."""
    if not own_sets.may_see(data.name):
        return own_sets.NOT_YOURS
    try:
        entry = sources.find(data.name)
    except FileNotFoundError as error:
        return sentence(error)
    return "" if entry.available else f"{entry.card.title} is not on this machine: {entry.how}"


def _splits(data: DataSpec) -> Splits | None:
    """A set to look at; None while it is being read."""
    title = plain(sources.find(data.name).card.title)
    return reading.soon(sources.snapshot, data.name, data.options, f"Reading the images of {title}…")


def _prepared(title: str, splits: Splits, data: DataSpec, recipe: PreparationSpec, seed: int) -> Place | None:
    """One place's images; None, and why, where they cannot be prepared."""
    part = splits[SPLIT]
    chosen = chosen_images(part)
    asked = {"recipe": {"steps": recipe.steps, "corrupted": recipe.corrupted}, "seed": seed, "places": chosen.tolist()}
    of = {"name": data.name, "options": data.options, "stamp": sources.find(data.name).stamp}
    try:
        images = _made(json.dumps(asked), json.dumps(of, default=str), part)
    except ValueError as error:
        st.error(f"This preparation cannot be shown. {plain(str(error))}")
        return None
    return Place(title, images, _cells(part, chosen))


@st.cache_resource(max_entries=32, scope="session", show_spinner="Preparing some images…")
def _made(asked: str, of: str, _part: ImageDataset) -> np.ndarray:
    """The chosen images as the network gets them, made in this session's sandbox."""
    values = json.loads(asked)
    del of  # it tells one set from another
    images = np.ascontiguousarray(_part.images[values["places"]])
    if not values["recipe"]["steps"]:
        return unit_range(images)
    values |= {"split": SPLIT, "shape": list(images.shape), "dtype": images.dtype.str}
    sandbox = session.kept("preparation", lambda: Sandbox(children=1), Sandbox.close)
    reply = sandbox.run(JOB, values, [images], seconds=SECONDS)
    return np.frombuffer(reply.data[0], np.float32).reshape(reply.values["shape"])


def chosen_images(part: ImageDataset) -> np.ndarray:
    """Numbers of the images that stand for a place: evenly spaced over its classes, the same at every visit."""
    classes = np.unique(part.labels)
    each = max(1, MEASURED // len(classes))
    found = [np.flatnonzero(part.labels == number) for number in classes]
    return np.concatenate([of[np.unique(np.linspace(0, len(of) - 1, each).astype(int))] for of in found])


def _cells(part: ImageDataset, chosen: np.ndarray) -> dict[int, Cell]:
    """The first images of each class among the chosen ones; of many classes one each."""
    labels = part.labels[chosen]
    each = min(MOST_EACH, max(1, SHOWN // len(np.unique(labels))))
    cells = {}
    for number in np.unique(labels):
        for i in np.flatnonzero(labels == number)[:each]:
            name = thumbnails.name((SPLIT, int(chosen[i])))
            cells[int(i)] = Cell(name, part.class_names[number], "", template.colour(int(number)))
    return cells


def _grid(role: str, place: Place) -> None:
    images = place.images[list(place.cells)]
    shown = np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    if images.min() < 0 or images.max() > 1:  # a z-score: by the range of these images
        shown = thumbnails.to_bytes(images, are_bytes=False)
    image_grid(shown, list(place.cells.values()), key=f"hospital_{role}", cell_width=CELL)


def _differences(source: Place, target: Place) -> None:
    """Means and spreads in words, and both histograms."""
    said = [f"{_words(place)} at the {role}" for role, place in (("source", source), ("target", target))]
    distance = target.images.mean() - source.images.mean()
    st.markdown(
        f"Pixel values: {said[0]}, {said[1]}; the mean differs by **{abs(distance):.3f}**. "
        "A network sees numbers: what a person hardly notices may be new to it."
    )
    with st.expander("How the pixel values are spread", expanded=False):
        log = st.toggle(
            "Logarithmic", key="hospital_log", bind=controls.URL, help="Shows rare values beside common ones."
        )
        st.plotly_chart(
            histogram.figure({"Source": source.images, "Target": target.images}, log=log),
            width="stretch",
            key="hospital_histogram",
            config=template.CONFIG,
            alt="Histogram of the pixel values of both places",
        )
        st.caption(
            f"Of {len(source.images)} and {len(target.images)} training images, prepared as the network gets them."
        )


def _words(place: Place) -> str:
    return f"mean {place.images.mean():.3f}, standard deviation {place.images.std():.3f}"
