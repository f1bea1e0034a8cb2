"""The foot of the sidebar: what trains here, and what it is doing."""

import streamlit as st

from medcore.runs import status
from medcore.ui.plain import plain


def show() -> None:
    """One line for each device and one on the engine; it looks again now and then, sooner while the engine starts."""
    now = status.read()
    ready = now is not None and now.ready
    with st.sidebar.container(key="device"):
        st.fragment(_line, run_every=10 if ready else 2)(ready)


def _line(was_ready: bool) -> None:
    now = status.read()
    if was_ready != (now is not None and now.ready):
        st.rerun()
    if now is not None and now.problem:
        st.caption(f":orange[{plain(now.problem)}]")
    elif now is None or not now.ready:
        st.caption("The training engine is starting; the first start takes some seconds.")
    else:
        for device in now.devices:
            memory = f" · {device['memory_gb']:.0f} GB" if device.get("memory_gb") else ""
            st.caption(f"{plain(device['name'])}{memory} · {device['precision']}", help=device["why"])
        st.caption(f"{now.busy} of {now.slots} training slots busy" if now.busy else f"{now.slots} slots, idle")
