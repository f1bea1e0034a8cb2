"""What is sent of the charts to take home."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from medcore.ui.components import chart_export


def app():
    import plotly.graph_objects as go

    from medcore.ui.components.chart_export import chart_export

    charts = {"Losses": go.Figure(go.Scatter(y=[1.0, 2.0])), "Rates": go.Figure(go.Scatter(y=[3.0]))}
    chart_export(charts, "lab", "charts")


@pytest.mark.parametrize(
    ("told", "sent"),
    [({}, None), ({"asked": None}, None), ({"asked": "Rates"}, ("Rates", [3.0])), ({"asked": "Gone"}, None)],
)
def test_no_chart_is_written_that_nobody_asked_for(monkeypatch, told, sent):
    mounted = []
    monkeypatch.setattr(chart_export, "_mount", lambda **given: mounted.append(given["data"]))
    page = AppTest.from_function(app, default_timeout=30)
    if told:
        page.session_state["charts"] = told
    assert not page.run().exception
    (data,) = mounted
    assert data["titles"] == ["Losses", "Rates"]
    figure = data["figure"]
    assert (figure and (figure["title"], json.loads(figure["json"])["data"][0]["y"])) == sent
