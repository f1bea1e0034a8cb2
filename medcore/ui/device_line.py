"""The foot of the sidebar: what trains here, and what it is doing."""

import streamlit as st

from medcore.runs import status


def show() -> None:
    """Writes one line on the device and one on the engine."""
    now = status.read()
    with st.sidebar.container(key="device"):
        if now is None or not now.ready:
            st.caption("The training engine is starting; the first start takes some seconds.")
            return
        for device in now.devices:
            memory = f" · {device['memory_gb']:.0f} GB" if device.get("memory_gb") else ""
            st.caption(f"**{device['name']}**{memory} · {device['precision']}", help=device["why"])
        st.caption(f"{now.busy} of {now.slots} training slots busy")
