"""Charts to take home: each as PNG, SVG and CSV, drawn and written in the browser."""

from collections.abc import Mapping
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from medcore.web import assets

_FOLDER = Path(__file__).parent
_SCRIPTS = ("../plotly.js", "values.js", "table.js", "picture.js", "chart_export.js")
_mount = st.components.v2.component(
    "medcore.chart_export",
    html=(_FOLDER / "chart_export.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "chart_export.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


@st.fragment
def chart_export(charts: Mapping[str, go.Figure], stem: str, key: str) -> None:
    """One line a chart: its title and three buttons.

    The pictures are on white with dark text, with the title above; the CSV holds what is drawn, one row a point.
    A chart is written and sent when the browser asks for it, and from then on until it asks for another.

    Args:
        charts: figures by the title that people see.
        stem: start of every file name.
        key: of the component.
    """
    asked = st.session_state.get(key, {}).get("asked")
    figure = {"title": asked, "json": charts[asked].to_json()} if asked in charts else None
    data = {"titles": list(charts), "figure": figure, "stem": stem, "plotly": assets.PLOTLY_PATH}
    _mount(key=key, data=data, on_asked_change=lambda: None)
