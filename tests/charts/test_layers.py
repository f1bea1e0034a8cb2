import json

import numpy as np
import pandas as pd
import pytest

from medcore.charts import layers, training


@pytest.fixture
def frame() -> pd.DataFrame:
    rows = [("a", 1, "train_loss", 0.5)]
    for step in (1, 50, 100):
        for i, layer in enumerate(("conv2d", "dense"), 1):
            rows += [("a", step, f"gradient_norm/{layer}", 1 / step), ("a", step, f"update_ratio/{layer}", i * 1e-3)]
    rows += [("b", 1, "gradient_norm/dense", 7.0)]
    return pd.DataFrame(rows, columns=["run", "step", "metric", "value"])


def test_layers_are_named_in_their_order(frame):
    assert layers.names(frame["metric"]) == ["conv2d", "dense"]
    assert layers.names(["train_loss"]) == []


def test_every_layer_has_its_gradients_and_its_updates(frame):
    figure = layers.figure(frame, "a", ["conv2d", "dense"])
    drawn = {t.meta["metric"]: t for t in figure.data}
    np.testing.assert_array_equal(drawn["gradient_norm/dense"].x, [1, 50, 100])
    np.testing.assert_allclose(drawn["gradient_norm/dense"].y, [1, 0.02, 0.01])
    np.testing.assert_allclose(drawn["update_ratio/dense"].y, [2e-3] * 3)
    assert drawn["gradient_norm/dense"].line.color == drawn["update_ratio/dense"].line.color
    assert [t.name for t in figure.data if t.showlegend] == ["conv2d", "dense"]
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == "log"
    (band,) = figure.layout.shapes
    assert band.y0 < layers.RULE < band.y1


def test_what_has_no_logarithm_is_a_gap(frame):
    frame.loc[frame["metric"] == "update_ratio/dense", "value"] = [0.0, np.inf, 1e-3]
    drawn = {t.meta["metric"]: t for t in layers.figure(frame, "a", ["dense"]).data}
    assert np.isnan(drawn["update_ratio/dense"].y[0])
    assert "Infinity" not in layers.figure(frame, "a", ["dense"]).to_json()


def test_the_live_chart_has_the_skeleton_of_the_finished_one(frame):
    def skeleton(history):
        values = json.loads(layers.figure(history, "a", ["conv2d", "dense"]).to_json())
        for item in values["data"]:
            del item["x"], item["y"]
        return values

    assert skeleton(training.EMPTY) == skeleton(frame)
