"""The training images that the network finds most like this one."""

import streamlit as st

from medcore.charts import template
from medcore.data import sources
from medcore.data.dataset import Splits
from medcore.runs.store import Record
from medcore.ui import reading, thumbnails
from medcore.ui.components.image_grid import Cell, image_grid
from medcore.ui.inside import inside_request
from medcore.ui.inside.inside_images import Image
from medcore.ui.plain import plain

COUNT = 12


def show(trained: Record, whole: Splits, image: Image) -> None:
    """The image, its neighbours with their labels and distances, and what a distance means."""
    answer = inside_request.ask(
        trained, "nearest", split=image.split, index=image.index, methods=(), randomised=False, nearest=COUNT
    )
    if answer is None:
        return
    data = trained.spec["data"]
    learned = reading.soon(sources.snapshot, data["name"], data["options"], "Reading the training images…")
    if learned is None:
        return
    facts, found = answer.facts, answer.facts["nearest"]
    names = learned["train"].class_names
    st.markdown(_words(facts))
    places = [("train", one["index"]) for one in found]
    cells = [
        Cell(
            f"train:{one['index']}",
            one["taught"],
            _note(one),
            template.colour(names.index(one["taught"])),
        )
        for one in found
    ]
    left, right = st.columns([1, 4])
    with left:
        label = facts["label"]
        own = [Cell("own", label or "This image", f"{image.split} {image.index}")]
        image_grid(thumbnails.images(whole, [tuple(image)]), own, key="nearest_own", cell_width=130)
    with right:
        image_grid(thumbnails.images(learned, places), cells, key="nearest_found", cell_width=110)
    st.caption(
        f"By the Euclidean distance of the {facts['features']:,} values below the logits, among "
        f"{_compared(facts)}. A typical training image has its nearest neighbour at "
        f"{facts['typical_distance']:.3g}: far beyond that, the network has seen nothing like this image. Near in the "
        "network's eyes need not look alike, and does not say that it answered because of them."
    )


def _note(one: dict) -> str:
    wrong = "" if one["taught"] == one["label"] else f" (truly {one['label']})"
    return f"distance {one['distance']:.3g}{wrong}"


def _words(facts: dict) -> str:
    said = facts["classes"][facts["said"]]
    same = sum(one["taught"] == said for one in facts["nearest"])
    return (
        f"The network says **{plain(said)}**; {same} of the {len(facts['nearest'])} training images nearest to this "
        "one were taught as that."
    )


def _compared(facts: dict) -> str:
    if facts["compared"] == facts["learned_from"]:
        return f"all {facts['learned_from']:,} training images"
    return f"{facts['compared']:,} of {facts['learned_from']:,} training images, drawn at random"
