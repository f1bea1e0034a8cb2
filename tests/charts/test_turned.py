import pandas as pd

from medcore.charts import turned


def test_values_stand_in_their_order_and_repeats_are_averaged():
    rows = [("L2", "none", 0.1, 1.0, 0.6), ("L2", "0.1", 0.3, 0.7, 0.8), ("L2", "0.1", 0.5, 0.9, 0.7)]
    runs = pd.DataFrame(rows, columns=["line", "value", "train_loss", "val_loss", "accuracy"])
    chart = turned.figure(runs, {"L2": "#4477AA"}, "L2")
    train, val, accuracy = chart.data
    assert list(train.x) == ["none", "0.1"]
    assert list(train.y.round(6)) == [0.1, 0.4]
    assert list(val.y.round(6)) == [1.0, 0.8]
    assert list(accuracy.y.round(6)) == [0.6, 0.75]
    assert val.fill == "tonexty"
