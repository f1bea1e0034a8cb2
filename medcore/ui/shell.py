"""The frame around every page: title, navigation, device line, and one place where errors become a sentence."""

from pathlib import Path

import streamlit as st

from medcore.ui import device_line

PAGES = Path(__file__).resolve().parents[2] / "pages"

st.set_page_config(page_title="Medcore", page_icon="🩻", layout="wide")
page = st.navigation(
    [
        st.Page(PAGES / "home.py", title="Home", default=True),
        st.Page(PAGES / "optimizer_comparison.py", title="Optimizers", url_path="optimizer_comparison"),
    ],
    position="top",
)
try:
    page.run()
except (OSError, ValueError) as error:
    st.error(str(error))
device_line.show()
