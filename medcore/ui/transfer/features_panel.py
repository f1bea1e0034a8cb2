"""Features of the test images of both places, in two dimensions, and how far the places lie apart."""

from collections.abc import Mapping, Sequence
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import embedding, template
from medcore.charts.embedding import Cloud
from medcore.labs.labels import family
from medcore.labs.two_hospitals_findings import still_apart
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import controls
from medcore.ui.plain import plain
from medcore.ui.transfer.recovery_panel import measured

FILE = "embedding.npz"
KINDS = {"pca": "PCA", "tsne": "t-SNE"}
COLOURED = {"domain": "Hospital", "class": "Class"}
DOMAINS = ("Source", "Target")
FIRST = "First weights"
"""Of the network, before anything was learned."""


def show(records: Sequence[Record]) -> None:
    """Writes the controls, the clouds of the first seed of each method, and the distances."""
    done = _done(records)
    if not done:
        st.caption("Where the images of both places lie, as each network sees them, once a run has ended.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        help = (
            "PCA keeps the two directions in which the features vary most, so distances mean something; t-SNE keeps "
            "neighbours together, so distances between clouds mean nothing."
        )
        kind = controls.named("In two dimensions by", KINDS, "embedding", "pca", help)
        by = controls.named(
            "Colour",
            COLOURED,
            "embedding_colour",
            "domain",
            "What the colour says; circles are of the source, crosses of the target.",
        )
    try:
        chart = figure(done, kind, by)
    except (OSError, ValueError, KeyError, BadZipFile):
        st.warning("The features of these runs cannot be read, so they cannot be drawn.")
        return
    st.plotly_chart(
        chart,
        width="stretch",
        key="features",
        config=template.CONFIG,
        alt=f"Features of test images of both places by {KINDS[kind]}, one small chart for each method",
    )
    st.caption(
        f"Up to 150 test images of each place, seed {done[0].spec['seed']}; each cell on a scale of its own. “{FIRST}” "
        "is the network before it learned anything. Where the hospitals lie on each other, the network does not tell "
        "them apart; whether it then tells the classes apart is another question: colour by class."
    )
    _distances(records)


def charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The clouds by PCA and by t-SNE, to take home; {} where there are none."""
    done = _done(records)
    try:
        return {f"Features ({name})": figure(done, kind, "domain") for kind, name in KINDS.items()} if done else {}
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}


def figure(done: Sequence[Record], kind: str, by: str) -> go.Figure:
    """One cell a method, the first weights before them.

    Raises:
        OSError, ValueError, KeyError, BadZipFile: if what a run kept cannot be read.
    """
    runs = tuple((family(record.label), record.id, _before(record)) for record in done)
    return _figure(runs, tuple(done[0].result["data"]["classes"]), kind, by)


@st.cache_resource(max_entries=32, show_spinner=False)
def _figure(runs: tuple[tuple[str, str, bool], ...], classes: tuple[str, ...], kind: str, by: str) -> go.Figure:
    clouds: dict[str, Cloud] = {}
    for name, run_id, from_first in runs:
        with np.load(files.folder(run_id) / FILE) as kept:
            domain, labels = kept["domain"], kept["labels"]
            if from_first and FIRST not in clouds:
                clouds = {FIRST: Cloud(kept[f"{kind}_before"], domain, labels), **clouds}
            clouds[name] = Cloud(kept[f"{kind}_after"], domain, labels)
    return embedding.figure(clouds, DOMAINS, classes, by, columns=3)


def _done(records: Sequence[Record]) -> list[Record]:
    """The first finished run of each method that kept its features; all of one seed where that can be."""
    done = [record for record in records if record.result and "embedding" in record.result.get("files", {})]
    found: dict[str, Record] = {}
    for record in done:
        found.setdefault(family(record.label), record)
    return list(found.values())


def _before(record: Record) -> bool:
    """Whether what it kept of before is of the first weights, not of the network that the source has trained."""
    return record.result.get("features_before") == "first"


def _distances(records: Sequence[Record]) -> None:
    """How far the places lie apart in the features, mean over the seeds."""
    found: dict[str, list[Mapping[str, float]]] = {}
    for record in records:
        if distance := (record.result or {}).get("distance"):
            if _before(record):
                found.setdefault(FIRST, []).append(distance["before"])
            found.setdefault(family(record.label), []).append(distance["after"])
    rows = [
        {"Run": name} | {title: _text([each.get(key) for each in of]) for key, title in DISTANCES.items()}
        for name, of in found.items()
    ]
    if not rows:
        return
    st.markdown("**How far the hospitals lie apart**, in the features of each trained network:")
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="distances")
    if said := still_apart(measured(records)):
        st.markdown(plain(said))
    st.caption(
        "Proxy A-distance: 2 (1 - 2 error) of a linear classifier that shall tell the hospitals apart; 0 where it "
        "cannot, 2 where it always can. CORAL distance: squared difference of the covariances over 4 d². Near features "
        "are no proof of right answers: classes may lie on each other crosswise."
    )


DISTANCES = {"proxy_a": "Proxy A-distance", "coral": "CORAL distance"}


def _text(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return plain(f"{np.mean(known):.3g}") if known else "—"
