"""The layouts of a surface that the browser fills."""

import plotly.graph_objects as go

from medcore.charts import surface


def test_both_weights_have_a_title_and_stay_where_they_are():
    layout = go.Layout(surface.plane())
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("Weight x", "Weight y")
    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange


def test_the_relief_names_its_three_axes_and_keeps_the_view():
    layout = go.Layout(surface.relief())
    scene = layout.scene
    assert [axis.title.text for axis in (scene.xaxis, scene.yaxis, scene.zaxis)] == ["Weight x", "Weight y", "f(x, y)"]
    assert layout.uirevision
