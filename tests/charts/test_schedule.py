import numpy as np
import pandas as pd

from medcore.charts import schedule


def test_a_preview_draws_the_share_of_the_rate_over_the_epochs():
    epochs = np.linspace(0, 5, 11)
    figure = schedule.preview({"Cosine": (epochs, 1 - epochs / 5)})
    (line,) = figure.data
    np.testing.assert_array_equal(line.x, epochs)
    np.testing.assert_array_equal(line.y, 1 - epochs / 5)
    assert not figure.layout.showlegend
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Epoch", "Share of the rate")
    assert schedule.preview({"Cosine": (epochs, epochs), "Step": (epochs, epochs)}).layout.showlegend


def test_the_rate_of_every_run_stands_at_its_updates():
    rows = [("a", 1, "learning_rate", 0.1), ("a", 9, "learning_rate", 0.05), ("b", 1, "learning_rate", 1.0)]
    frame = pd.DataFrame([*rows, ("a", 1, "train_loss", 3.0)], columns=["run", "step", "metric", "value"])
    figure = schedule.figure(frame, {"a": "Adam", "b": "SGD"}, {"a": "#111111", "b": "#222222"})
    np.testing.assert_array_equal(figure.data[0].x, [1, 9])
    np.testing.assert_array_equal(figure.data[0].y, [0.1, 0.05])
    assert {t.line.shape for t in figure.data} == {"hv"}  # a rate holds until the next
    assert [t.line.color for t in figure.data] == ["#111111", "#222222"]
