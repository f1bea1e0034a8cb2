"""ImageNet's weights: whether they are on this machine, how to get them, and a download with its progress."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from medcore import catalog
from medcore.catalog.segmenters import ENCODERS
from medcore.data.published import backbone_weights
from medcore.spec import ModelSpec, RunSpec
from medcore.ui import controls, work
from medcore.ui.plain import plain
from medcore.ui.work import Progress, Work

_WORK = "imagenet_weights"
TRIED_ON = "BreastMNIST"
"""Title of the small real set that weights are tried on first."""


def trainable(specs: Mapping[str, RunSpec]) -> Mapping[str, RunSpec]:
    """The runs, if the weights that they start from are here; none otherwise, and how to get them is said."""
    needed = next(filter(None, map(_needed, specs.values())), None)
    if needed is None:
        return specs
    found = backbone_weights.weights(needed)
    if found.path:
        if found.path.name != found.file:
            st.caption(plain(_other_name(found)))
        return specs
    st.warning(plain(found.how))
    key, works = (needed.name, found.file), work.kept()
    st.button(
        f"Download {found.file} ({found.megabytes:,.0f} MB)",
        key="download_weights",
        icon=":material/download:",
        disabled=_WORK in works and works[_WORK].running,
        on_click=_begin,
        args=(works, key, needed),
        help="From Keras' own address; what comes is checked, and kept for all runs.",
    )
    if work.show(_WORK, key, f"Downloading {found.title}…"):
        st.rerun()
    return {}


def _other_name(found: backbone_weights.Weights) -> str:
    return (
        f"{found.file} is not here: the weights are read from {found.path.name}, which holds as many numbers. Whether "
        "they are those of ImageNet is not known; the run notes the file and its checksum."
    )


def _needed(spec: RunSpec) -> ModelSpec | None:
    """The backbone whose ImageNet weights a run starts from."""
    if spec.task == "transfer" and spec.transfer.source == "imagenet":
        return spec.model
    if not spec.model.options.get("imagenet"):
        return None
    alpha = {"alpha": spec.model.options["alpha"]} if "alpha" in spec.model.options else {}
    return ModelSpec(ENCODERS[spec.model.name], {"size": backbone_weights.ROWS[-1], **alpha})


def _begin(works: dict[str, Work], key: tuple[str, str], model: ModelSpec) -> None:
    works[_WORK] = Work(key, partial(_fetch, model))


def _fetch(model: ModelSpec, progress: Progress) -> bool:
    backbone_weights.fetch(model, lambda done, total: progress(done / max(total, 1)))
    return True


def offer() -> None:
    """A way to a deep network that knows ImageNet and meets real images, where both are on this machine."""
    here = next((weights for weights in _listing() if weights.path), None)
    sets = {entry.card.title for entry in controls.listing() if entry.available}
    if here is None:
        return
    chosen = {"network": catalog.BACKBONES[here.model.name].label} | ({"dataset": TRIED_ON} if TRIED_ON in sets else {})
    on = f" on {TRIED_ON}" if TRIED_ON in sets else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"ImageNet weights of {here.title} are on this machine.", width="content")
        st.button(
            f"Try them{on}",
            key="try_weights",
            icon=":material/arrow_forward:",
            on_click=_choose,
            args=(chosen,),
            help="Chooses the network and, where they are here, real images in the sidebar.",
        )


def _choose(chosen: Mapping[str, str]) -> None:
    st.session_state.update(chosen)


@st.cache_resource(ttl=10, show_spinner=False)
def _listing() -> list[backbone_weights.Weights]:
    return backbone_weights.listing()
