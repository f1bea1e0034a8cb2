"""The chart of few and bad labels."""

import numpy as np
import pandas as pd

from medcore.charts import learning_curve

POINTS = pd.DataFrame(
    [
        {"line": "MLP", "value": 100.0, "mean": 0.8, "low": 0.7, "high": 0.9, "n": 3, "classic": False},
        {"line": "MLP", "value": 20.0, "mean": 0.6, "low": 0.5, "high": 0.7, "n": 3, "classic": False},
        {"line": "SVM", "value": 20.0, "mean": 0.7, "low": np.nan, "high": np.nan, "n": 1, "classic": True},
    ]
)


def test_means_are_lines_and_intervals_bands():
    colours = {"MLP": "#4477AA", "SVM": "#EE6677", "not yet": "#228833"}
    chart = learning_curve.figure(POINTS, colours, "Images", "Accuracy", logarithmic=True, baseline={20: 0.5, 100: 0.6})
    lines = {trace.name: trace for trace in chart.data if trace.mode != "lines"}
    assert list(lines) == ["MLP", "SVM"]
    assert (list(lines["MLP"].x), list(lines["MLP"].y)) == ([20, 100], [0.6, 0.8])
    assert (lines["MLP"].line.dash, lines["SVM"].line.dash) == ("solid", "dot")
    assert lines["MLP"].customdata[0][0] == " [50.0% to 70.0%], 3 seeds"
    assert lines["SVM"].customdata[0][0] == ""
    (band,) = [trace for trace in chart.data if trace.fill == "toself"]
    assert list(band.y) == [0.7, 0.9, 0.7, 0.5]
    (gray,) = [trace for trace in chart.data if trace.name == "without learning"]
    assert list(gray.y) == [0.5, 0.6]
    assert (chart.layout.xaxis.type, list(chart.layout.xaxis.tickvals)) == ("log", [20, 100])
    assert (chart.layout.xaxis.title.text, chart.layout.yaxis.title.text) == ("Images", "Accuracy")
