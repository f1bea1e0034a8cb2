"""What the sidebar of a lab says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from medcore.data import sources
from medcore.sentences import sentence
from medcore.spec import RunSpec
from medcore.ui import data_card
from medcore.ui.plain import plain


@dataclass(frozen=True)
class Chosen:
    """What the controls of a lab say.

    Args:
        entry: the data set.
        options: of its source.
        settings: arguments of the lab's `runs`.
        specs: the runs by label, none if there is a problem.
        problem: why there are none, in one sentence; "" if there are some.
    """

    entry: sources.Entry
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    specs: Mapping[str, RunSpec]
    problem: str


def choose(
    entry: sources.Entry,
    options: Mapping[str, Any],
    settings: Mapping[str, Any],
    runs: Callable[..., Mapping[str, RunSpec]],
) -> Chosen:
    """What the settings ask a lab's `runs` for, or why they cannot."""
    try:
        return Chosen(entry, options, settings, runs(**settings), "")
    except ValueError as error:
        return Chosen(entry, options, settings, {}, sentence(error))


def trainable(chosen: Chosen) -> Mapping[str, RunSpec]:
    """The runs that can be trained now; says what is in the way, and offers a data set that can be downloaded."""
    if chosen.problem:
        st.error(plain(chosen.problem))
    if not chosen.entry.available:
        data_card.offer_download(chosen.entry)
        return {}
    return chosen.specs
