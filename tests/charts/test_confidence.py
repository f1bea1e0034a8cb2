import numpy as np

from medcore.charts import confidence


def test_right_and_wrong_add_up_to_all_images():
    sure = np.array([0.5, 0.5 - 1e-9, 0.97, 1.0])
    right, wrong = confidence.figure(sure, np.array([True, False, True, True]), 0.5).data
    assert (right.name, wrong.name) == ("right (3)", "wrong (1)")
    assert (sum(right.y), sum(wrong.y)) == (3, 1)
    assert (right.y[-1], wrong.y[0]) == (1, 1)
