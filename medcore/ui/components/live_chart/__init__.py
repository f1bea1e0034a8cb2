"""A chart that grows as its runs train: fed by the metric stream, with no rerun of the page."""

from collections.abc import Callable
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from medcore.charts import template
from medcore.web import assets

_FOLDER = Path(__file__).parent
_SCRIPTS = ("../plotly.js", "curve.js", "stream.js", "live_chart.js")
_mount = st.components.v2.component(
    "medcore.live_chart",
    html=(_FOLDER / "live_chart.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "live_chart.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
    isolate_styles=False,  # plotly.js puts its style sheet into the document
)


def live_chart(figure: go.Figure, url: str, key: str, on_end: Callable[[], None] = lambda: None) -> None:
    """Shows the figure and fills it from the stream; when all runs have ended the page is run again, once.

    Args:
        figure: from `charts.training.figure` with an empty frame: layout with `meta` {"by": "update" | "epoch" |
            "second"}, and traces with `meta` {"run": id, "metric": name, "role": "raw" | "smooth" | "epoch"}, and what
            the metric is in "words" where its name does not say it; their `text`
            or `name` is that of the run. Another figure for the same runs keeps the points.
        url: from `web.stream_url`, for the runs of the traces.
        key: the same as long as the same runs are shown.
        on_end: called before the page is run again.
    """
    data = {"figure": figure.to_json(), "url": url, "config": template.CONFIG, "plotly": assets.PLOTLY_PATH}
    _mount(key=key, data=data, on_ended_change=on_end)
