"""What does the network look at? A finished one, and one image."""

from functools import partial

import streamlit as st

from medcore.data.dataset import Splits
from medcore.labs import inside
from medcore.runs.store import Record
from medcore.ui import finished_networks, lesson, live_panel, tabs
from medcore.ui.inside import inside_heat, inside_images, inside_layers, inside_nearest
from medcore.ui.inside.inside_images import Image
from medcore.ui.plain import plain
from medcore.ui.run_line import ACTIVE

PARAM = "inside"
LESSON = {"Lesson": partial(lesson.show, "transfer", opened="Where does it look?")}


def show() -> None:
    """Picks network and image, and shows what the one makes of the other."""
    st.caption(
        "A trained network, one image, and four questions: where it looks, whether that is about the network at all, "
        "what each layer makes of the image, and which training images it finds most like it."
    )
    with st.sidebar:
        trained = finished_networks.pick("inside_model")
    if trained is None:
        st.warning(finished_networks.MISSING) if finished_networks.unknown() else _start()
        tabs.show(LESSON, "asking")
        return
    st.markdown(f"**{finished_networks.line(trained)}**")
    whole = inside_images.splits(trained)
    if whole is None:
        return
    with st.sidebar:
        image = inside_images.choose(trained, whole)
    if unknown := inside_images.unknown(whole):
        st.warning(plain(unknown))
    elif image is not None:
        _tabs(trained, whole, image)


def _start() -> None:
    """Nothing is trained yet: the small network, in some seconds."""
    records = live_panel.shown(PARAM)
    st.info("No network was trained here yet. The small one on simulated CT images takes some seconds.")
    live_panel.buttons(inside.start(), records, PARAM)
    if not records:
        return
    live_panel.progress(records)
    if any(record.state in ACTIVE for record in records):
        live_panel.show(records, PARAM)


def _tabs(trained: Record, whole: Splits, image: Image) -> None:
    classes = trained.result["data"]["classes"]
    tabs.show(
        {
            "Where it looks": lambda: inside_heat.show(trained, image, classes),
            "Layer by layer": lambda: inside_layers.show(trained, image),
            "Nearest training images": lambda: inside_nearest.show(trained, whole, image),
            **LESSON,
        },
        "asking",
    )
