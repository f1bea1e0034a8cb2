"""The frame around every page: title, navigation, and the device line at the foot of the sidebar."""

from pathlib import Path

import streamlit as st

from medcore import charts
from medcore.ui import device_line

PAGES = Path(__file__).resolve().parents[2] / "pages"
STYLE = Path(charts.__file__).with_name("template.css")

st.set_page_config(page_title="Medcore", page_icon="🩻", layout="wide", initial_sidebar_state=330)
page = st.navigation(
    [
        st.Page(PAGES / "home.py", title="Home", default=True),
        st.Page(PAGES / "data_explorer.py", title="Images", url_path="data_explorer"),
        st.Page(PAGES / "optimizer_comparison.py", title="Optimizers", url_path="optimizer_comparison"),
        st.Page(PAGES / "regularization_lab.py", title="Regularization", url_path="regularization_lab"),
        st.Page(PAGES / "transfer_learning.py", title="Transfer", url_path="transfer_learning"),
        st.Page(PAGES / "segmentation_demo.py", title="Segmentation", url_path="segmentation_demo"),
    ],
    position="top",
)
st.html(STYLE)
page.run()
device_line.show()
