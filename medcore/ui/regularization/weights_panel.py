"""Inside the weights: how many are exactly zero, how they are spread, and what the first layer looks at."""

from collections.abc import Sequence
from zipfile import BadZipFile

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medcore.charts import coefficients, template, weights
from medcore.charts.progress import in_epochs
from medcore.labs.labels import group
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import controls, history, run_colours, state
from medcore.ui.run_line import ACTIVE

ZEROS, SPREAD, IMAGES, DEAD = "Exact zeros", "Spread of the weights", "First layer", "Inputs looked at"
EPOCHLESS = "Weights are kept by every run of this lab; train first."
Pairs = tuple[tuple[str, str], ...]
"""By run id; a tuple, so that caches can tell two apart."""


def show(records: Sequence[Record]) -> None:
    """Draws the zeros of all runs, and the weights of the one that is picked."""
    kept = _kept(records)
    if not kept:
        waits = any(record.state in ACTIVE for record in records)
        text = "The weights are drawn as soon as the first run has ended." if waits else EPOCHLESS
        st.info(text, icon=":material/scatter_plot:")
        return
    _zeros(kept, records)
    record = _pick(kept)
    drawn = _charts(record.id)
    if isinstance(drawn, str):
        st.warning(drawn)
        return
    for title, chart in drawn.items():
        st.markdown(f"**{title}**")
        about = _ABOUT[title.partition(":")[0]]
        st.plotly_chart(chart, width="stretch", key=f"weights_{title}", config=template.CONFIG, alt=about)
        st.caption(about)


_ABOUT = {
    SPREAD: "Each column is the histogram of a layer's weights at one epoch, by colour on a logarithmic scale: L2 "
    "draws them together, L1 gathers them in a line at 0.",
    IMAGES: "A picture a unit, the strongest first: red pixels speak against it, blue ones for it, white ones are not "
    "looked at. A weight says by how much the unit's sum changes when its input changes by 1 (from black to white, "
    "where nothing else is done to the images).",
    DEAD: "Pale: every weight of the pixel is exactly 0, so the network cannot see it.",
}


def charts(records: Sequence[Record]) -> dict[str, go.Figure]:
    """The charts of the run picked last by title, to be taken home; none while nothing was kept."""
    kept = _kept(records)
    picked = [r for r in kept if r.label == st.session_state.get("weights_run")] or ([sparsest(kept)] if kept else [])
    found = {}
    for record in picked:
        drawn = _charts(record.id)
        found = {} if isinstance(drawn, str) else {f"{title}, {record.label}": fig for title, fig in drawn.items()}
    if any(map(_share, kept)):
        found[ZEROS] = _zero_chart(*_zero_runs(kept, records))
    return found


def _kept(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if (record.result or {}).get("files", {}).get("weights")]


def _pick(kept: Sequence[Record]) -> Record:
    by_label = {record.label: record for record in kept}
    first = list(by_label).index(sparsest(kept).label)
    label = st.selectbox(
        "Run", list(by_label), first, key="weights_run", bind=controls.URL, help="Whose weights are drawn below."
    )
    return by_label[label]


def sparsest(records: Sequence[Record]) -> Record:
    """The run that has most weights at exactly 0, of which there is most to see; the first where none has any."""
    return max(records, key=_share)


def _share(record: Record) -> float:
    """Of its weights, how many are exactly 0 at the end."""
    return ((record.result or {}).get("zeros") or {}).get("share") or 0.0


def _zeros(kept: Sequence[Record], records: Sequence[Record]) -> None:
    if not _share(sparsest(kept)):
        st.caption("No weight of these networks is exactly 0. L1 by the proximal step would set some there.")
        return
    st.plotly_chart(
        _zero_chart(*_zero_runs(kept, records)),
        width="stretch",
        key="zero_share",
        config=template.CONFIG,
        alt="Share of the weights of each run that are exactly zero, over the epochs",
    )
    st.caption(
        "Of all weights but biases. The subgradient of L1 makes weights small and leaves hardly any at exactly 0; the "
        "proximal step, which is the soft threshold, sets them there."
    )


def _zero_runs(kept: Sequence[Record], records: Sequence[Record]) -> tuple[Pairs, Pairs]:
    """The first run of each group, and the colours."""
    first: dict[str, str] = {}
    for record in kept:
        first.setdefault(group(record.label), record.id)
    return tuple((run_id, label) for label, run_id in first.items()), tuple(run_colours.of(records).items())


@st.cache_resource(max_entries=32, show_spinner=False)
def _zero_chart(labels: Pairs, colours: Pairs) -> go.Figure:
    records = state.store().find([run_id for run_id, _ in labels])
    frame = history.of(records)
    rows = in_epochs(frame[frame["metric"] == "zero_share"], {r.id: r.plan["steps_per_epoch"] for r in records})
    by_run = dict(iter(rows.groupby("run", observed=True)))
    shares = {
        label: (by_run[run_id]["step"].to_numpy(), by_run[run_id]["value"].to_numpy())
        for run_id, label in labels
        if run_id in by_run
    }
    return weights.zeros(shares, {label: dict(colours)[run_id] for run_id, label in labels})


# What a run that ended has kept does not change; a file that could not be read may be there later.
@st.cache_resource(max_entries=32, ttl="10m", show_spinner=False)
def _charts(run_id: str) -> dict[str, go.Figure] | str:
    """The charts of one run's weights by title, or why there are none."""
    try:
        with np.load(files.folder(run_id) / "weights.npz") as kept:
            drawn = {SPREAD: weights.spread(kept["edges"], kept["counts"], kept["epochs"], kept["layers"].tolist())}
            drawn[IMAGES] = weights.images(kept["first"].mean(axis=2))
            if "dead" in kept:
                dead = kept["dead"].all(axis=2)
                drawn[f"{DEAD}: {np.sum(~dead):,} of {dead.size:,} pixels"] = coefficients.used(dead)
    except (OSError, ValueError, KeyError, BadZipFile):
        return "The weights of this run cannot be read any more."
    return drawn
