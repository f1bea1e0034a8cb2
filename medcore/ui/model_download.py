"""A finished run's network to take home: the `.keras` file with its card, as one ZIP."""

from collections.abc import Sequence

import streamlit as st

from medcore.data import sources
from medcore.data.dataset import Card
from medcore.export import model_card
from medcore.labs import inside
from medcore.runs import files
from medcore.runs.store import Record
from medcore.ui import finished_networks, made_download, own_sets
from medcore.ui.plain import plain


def show(records: Sequence[Record], key: str) -> None:
    """A button for the network of one of these runs; nothing where none left any.

    Args:
        records: runs of whatever task and state.
        key: of the controls.
    """
    there = {record.id: record for record in records if _left(record)}
    if not there:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = next(iter(there))
        if len(there) > 1:
            chosen = st.selectbox(
                "Network",
                list(there),
                format_func=lambda run_id: there[run_id].label,
                key=f"{key}_model_of",
                help="Of the runs shown, the one whose network is taken home.",
            )
        record = there[chosen]
        made = made_download.button(
            "Network with its card (ZIP)",
            lambda: model_card.archive(record, _card(record), files.folder(record.id)),
            f"model-{record.id[:12]}.zip",
            "application/zip",
            key=f"{key}_model_zip",
            icon=":material/download:",
            help="model.keras, and what it is: data and their licence, spec, seed, figures with intervals, limits, and "
            "how to load it.",
        )
        with st.popover("Model card", help="What the ZIP says of the network."):
            st.markdown(model_card.text(model_card.facts(record, _card(record))))
    made_download.tell(made)


def possible(records: Sequence[Record]) -> bool:
    """Whether any of these runs left a network."""
    return any(_left(record) for record in records)


def _left(record: Record) -> bool:
    """Whether the run ended and left a network here; what learned from a session's images is for that session alone."""
    done = record.state == "done" and record.spec["task"] in (*inside.TASKS, *finished_networks.SEGMENT)
    return done and (files.folder(record.id) / model_card.MODEL).is_file() and own_sets.may_use(record.spec)


def _card(record: Record) -> Card:
    """Of its data set, as far as that is still known."""
    name = record.spec["data"]["name"]
    try:
        return sources.find(name).card
    except (OSError, ValueError):
        return Card(plain(name), "A data set that is no longer here", "classification", "", "not stated", "", "")
