"""What this is, ways to start, what is running."""

from pathlib import Path

import streamlit as st

from medcore.ui import running

st.title("Learn deep learning on medical images, by doing it")
st.markdown(
    "Train real networks on real images with the sliders in your hand, watch every step as it happens, and take the "
    "result home. Everything runs on this machine: no image and no number leaves it."
)

LAB = Path(__file__).with_name("optimizer_comparison.py")
REGULARIZATION = Path(__file__).with_name("regularization_lab.py")
TRANSFER = Path(__file__).with_name("transfer_learning.py")
SEGMENTATION = Path(__file__).with_name("segmentation_demo.py")
EXPLORER = Path(__file__).with_name("data_explorer.py")
STARTS = (
    (
        "Look at images",
        "Browse a data set: what is in it, how the classes differ, which images lie in it twice. See what a filter or "
        "noise does to them.",
        "Look at a data set",
        EXPLORER,
        {},
    ),
    (
        "Open your own",
        "A DICOM file, a folder or a ZIP with several series, NIfTI, PNG, JPEG, TIFF. Kept in memory, shown to you "
        "alone, de-identified if you like.",
        "Open images",
        EXPLORER,
        {"tab": "Your own images"},
    ),
    (
        "See it learn",
        "Three optimizers race on simulated CT slices, some with a lesion. Needs nothing but a click on Train.",
        "Open the race",
        LAB,
        {},
    ),
    (
        "Roll down a hill",
        "Optimizers race down a surface of two weights: drag the start, turn every number, and read each rule with "
        "its numbers in it.",
        "Open the surfaces",
        LAB,
        {"part": "On a surface"},
    ),
    (
        "Learn by heart",
        "Give a network few images and watch it learn them by heart. Then take that away, one knob at a time, and see "
        "the gap close.",
        "Hold it back",
        REGULARIZATION,
        {},
    ),
    (
        "How much is right?",
        "Cross-validation chooses how strongly a network is held back: fold by fold, with the test set opened once.",
        "Choose lambda",
        REGULARIZATION,
        {"part": "Choosing lambda"},
    ),
    (
        "Learn from few",
        "Twenty labelled images are too few for a network, unless it has learned elsewhere what images are made of. "
        "See by how much that helps.",
        "Transfer it",
        TRANSFER,
        {},
    ),
    (
        "Change hospitals",
        "A network that is good on one scanner meets another. See how much it loses, and what wins some of it back "
        "without a single label.",
        "Visit two hospitals",
        TRANSFER,
        {"part": "Two hospitals"},
    ),
    (
        "Ask a network",
        "Give a trained network an image of your own: what it says, how sure it may be, where it looks, and when it "
        "should not be asked.",
        "Predict",
        TRANSFER,
        {"part": "Predict"},
    ),
    (
        "Draw outlines",
        "Which pixels are the lesion, and how many square millimetres has it? A U-Net learns to draw masks; watch them "
        "grow from epoch to epoch.",
        "Train on masks",
        SEGMENTATION,
        {},
    ),
    (
        "Measure your own",
        "A trained network outlines a slice or a volume of yours: area in mm², volume in ml, where it is unsure, and a "
        "DICOM segmentation to take along.",
        "Measure an image",
        SEGMENTATION,
        {"part": "Your own images"},
    ),
    (
        "Draw against it",
        "Outline a lesion by hand, with brush or polygon, and see how far you agree with the truth, with the network, "
        "and with a colleague.",
        "Draw an outline",
        SEGMENTATION,
        {"part": "Draw your own"},
    ),
)
ROW = 3
for first in range(0, len(STARTS), ROW):
    row = STARTS[first : first + ROW]
    for column, (title, text, action, page, query) in zip(st.columns(ROW), row, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.subheader(title)
            st.markdown(text)
            st.page_link(page, label=action, icon=":material/arrow_forward:", query_params=query)

st.subheader("What is running")
running.show()
st.caption("For teaching and research, not for diagnosis.")
