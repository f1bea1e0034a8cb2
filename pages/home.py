"""What this is, three ways to start, what is running."""

from pathlib import Path

import streamlit as st

from medcore.ui import running

st.title("Learn deep learning on medical images, by doing it")
st.markdown(
    "Train real networks on real images with the sliders in your hand, watch every step as it happens, and take the "
    "result home. Everything runs on this machine: no image and no number leaves it."
)

LAB = Path(__file__).with_name("optimizer_comparison.py")
STARTS = (
    (
        "See it learn",
        "Three optimizers race on simulated CT slices, some with a lesion. Needs nothing but a click on Train.",
        "Open the race",
        {},
    ),
    (
        "Use real images",
        "Handwritten digits are built in; BreastMNIST and ten other medical sets are a download away or read "
        "from your own folder.",
        "Start with digits",
        {"dataset": "Digits 8x8", "model": "MLP"},
    ),
    (
        "Try a common mistake",
        "Mean squared error on classes learns least where the network is most wrong. Train it, then switch to "
        "cross-entropy.",
        "Make the mistake",
        {"loss": "MSE", "optimizers": "Mini-batch SGD"},
    ),
)
for column, (title, text, action, query) in zip(st.columns(3), STARTS, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.subheader(title)
        st.markdown(text)
        st.page_link(LAB, label=action, icon=":material/arrow_forward:", query_params=query)

st.subheader("What is running")
running.show()
st.caption("For teaching and research, not for diagnosis.")
