"""The picture of what is trained and what is frozen, and what that takes, before anything is trained."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from medcore import catalog
from medcore.charts import template, trained_blocks
from medcore.data import sources
from medcore.labs import network_sizes
from medcore.labs import transfer as lab
from medcore.labs.labels import family
from medcore.spec import RunSpec
from medcore.ui import controls, own_sets
from medcore.ui.plain import plain


def show(specs: Mapping[str, RunSpec]) -> None:
    """Draws the blocks of the network, a row for each way to train.

    Args:
        specs: the runs by label.
    """
    ways = {family(label): spec for label, spec in specs.items()}
    if not ways:
        return
    spec = next((of for of in ways.values() if lab.is_transferred(of)), next(iter(ways.values())))
    ways = {way: of for way, of in ways.items() if of.model.name == spec.model.name}  # one network's blocks
    sizes = _sizes(spec)
    if not sizes:
        return
    trained = {way: _learning(of, list(sizes)) for way, of in ways.items()}
    st.subheader("What is trained, what is frozen", divider="gray")
    st.plotly_chart(
        _figure(tuple(sizes.items()), tuple((way, tuple(blocks)) for way, blocks in trained.items())),
        width="stretch",
        key="trained_blocks",
        config=template.CONFIG,
        alt="Blocks of the network with their parameters, for each way to train which are trained and which frozen",
    )
    learn = {way: sum(sizes[name] for name in blocks) for way, blocks in trained.items()}
    st.caption(plain(f"Parameters of each block, the image at the left. {_words(ways, sizes, learn)}"))


def _words(ways: Mapping[str, RunSpec], sizes: Mapping[str, int], learn: Mapping[str, int]) -> str:
    """How large the network is, how much of it learns, and what memory that takes."""
    total, spec = sum(sizes.values()), next(iter(ways.values()))
    trained = "; ".join(f"{way} {of:,} ({of / total:.1%})" for way, of in learn.items())
    said = f"{catalog.MODELS[spec.model.name].label}: {total:,} parameters. Trained: {trained}."
    classes = len(_entry(spec).classes)
    memory = {way: network_sizes.memory(of, classes) / 1e9 for way, of in ways.items()}
    if len(set(memory.values())) == 1:
        return f"{said} Memory of a run: about {max(memory.values()):.1f} GB."
    return f"{said} Memory of a run, about: {'; '.join(f'{way} {of:.1f} GB' for way, of in memory.items())}."


@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(sizes: tuple[tuple[str, int], ...], trained: tuple[tuple[str, tuple[str, ...]], ...]) -> go.Figure:
    return trained_blocks.figure(dict(sizes), dict(trained))


def _learning(spec: RunSpec, names: Sequence[str]) -> Sequence[str]:
    """Which blocks learn; the head always does."""
    if not lab.is_transferred(spec):
        return names
    return names[-1 - min(spec.transfer.unfrozen, len(names) - 1) :]


def _sizes(spec: RunSpec) -> dict[str, int]:
    """Parameters by block; {} where the images are not known."""
    entry = _entry(spec)
    if entry is None or len(entry.classes) < 2:
        return {}
    return network_sizes.blocks(spec.model, network_sizes.resized(entry.shape, spec.preparation), len(entry.classes))


def _entry(spec: RunSpec) -> sources.Entry | None:
    entries = (*own_sets.entries(), *controls.listing())
    return next((entry for entry in entries if entry.name == spec.data.name), None)
