"""What runs that ended have logged: read once, for all charts of a page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from medcore.runs.store import Record
from medcore.ui import state
from medcore.ui.run_line import ACTIVE


def of(records: Sequence[Record]) -> pd.DataFrame:
    """The tidy frame (run, step, metric, value) of runs, all of which have ended; not to be changed.

    Raises:
        ValueError: if one of them may still log.
    """
    if active := [record.label for record in records if record.state in ACTIVE]:
        raise ValueError(f"A whole history is of runs that have ended. Received: {active[0]!r}, which has not")
    return _read(tuple(record.id for record in records))


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(ids: tuple[str, ...]) -> pd.DataFrame:
    return state.store().history(ids)
