import numpy as np
import pandas as pd

from medcore.labs import logged

ROWS = [
    (1, "gradient_norm/a", 3.0),
    (1, "gradient_norm/b", 4.0),
    (1, "update_ratio/a", 0.1),
    (1, "update_ratio/b", 0.3),
    (2, "val_loss", 0.5),
    (2, "gradient_norm/a", 6.0),
    (2, "gradient_norm/b", 8.0),
    (2, "update_ratio/a", 0.2),
]


def of(rows) -> dict[str, np.ndarray]:
    return logged.series(pd.DataFrame(rows, columns=["step", "metric", "value"]))


def test_values_stand_by_metric_in_the_order_they_were_logged():
    found = of(ROWS)
    assert found["gradient_norm/a"].tolist() == [3, 6]
    assert found["val_loss"].tolist() == [0.5]
    assert of([]) == {}


def test_gradients_of_all_layers_are_one_norm():
    np.testing.assert_allclose(logged.gradients(of(ROWS)), [5, 10])


def test_layers_are_followed_as_far_as_all_of_them_go():
    np.testing.assert_allclose(logged.step_sizes(of(ROWS)), [0.2])


def test_what_was_not_logged_is_empty():
    assert not len(logged.gradients(of([])))
    assert not len(logged.step_sizes(of(ROWS[:2])))
