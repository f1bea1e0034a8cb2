"""Our Plotly template: what all charts share, on light and on dark pages.

Streamlit puts the theme's text and grid colours under it (`st.plotly_chart(theme="streamlit")`), so
backgrounds are transparent, and sizes that have to stay ours are set on the figure itself by `apply`.
Its gray of axes is too pale to read; `STYLE` gives all text beside the curves the page's own colour.
"""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io

NAME = "medcore"
MUTED = "#808B96"
"""A gray that can be read on white and on near black."""
COLOURS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BB5500", "#777777")
"""Of the runs, in order; distinct for colour-blind people too (Paul Tol's "bright", extended)."""
CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "doubleClick": "autosize",
    "responsive": False,
}
"""Of the tools beside a chart."""
STYLE = Path(__file__).with_name("template.css")
"""What the page's style says of charts, for `st.html`."""

_GRID = "rgba(128, 139, 150, 0.25)"
LAYOUT: dict[str, Any] = {
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "font": {"size": 13},
    "margin": {"l": 10, "r": 10, "t": 10, "b": 10, "pad": 4},
}
"""What every figure's layout says."""


def axis(title: str | None = None) -> dict[str, Any]:
    """What every axis says."""
    return {
        "automargin": True,
        "showgrid": True,
        "gridcolor": _GRID,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": 12},
        "title": {"font": {"size": 13}, "standoff": 10} | ({"text": title} if title else {}),
    }


def colour(index: int) -> str:
    """The colour of the run at this place; the colours come round again after the last."""
    return COLOURS[index % len(COLOURS)]


def apply(figure: go.Figure) -> go.Figure:
    """Gives the figure our template and sizes; returns it."""
    figure.update_layout(template=NAME, **LAYOUT)
    figure.update_xaxes(**axis())
    figure.update_yaxes(**axis())
    return figure


plotly.io.templates[NAME] = go.layout.Template(
    layout=LAYOUT | {"colorway": COLOURS, "font": {"size": 13, "color": MUTED}, "xaxis": axis(), "yaxis": axis()}
)
