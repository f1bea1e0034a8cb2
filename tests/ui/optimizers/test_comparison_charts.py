import numpy as np
import pytest

from medcore.charts.curves import MAX_POINTS
from medcore.labs import optimizers
from medcore.ui.optimizers import comparison_charts
from tests.ui import made_runs


def run(**settings):
    ((label, spec),) = optimizers.runs(optimizers=["adam"], **settings).items()
    return made_runs.ended(label, spec, None, plan={"steps_per_epoch": 10})


def test_a_step_of_the_learning_rate_stands_at_its_update():
    settings = {"schedule": "step", "schedule_options": {"every": 1, "factor": 0.1}, "learning_rate": 0.01}
    course = comparison_charts._course(run(**settings, epochs=3), 25).set_index("step")["value"]
    assert list(course.index) == list(range(1, 26))
    np.testing.assert_allclose(course.loc[[1, 10, 11, 20, 21, 25]], [1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-4])


@pytest.mark.parametrize("steps", [1, 100_000])
def test_a_course_has_its_first_and_last_update_and_no_more_points_than_can_be_seen(steps):
    places = comparison_charts._course(run(schedule="cosine", epochs=5), steps)["step"]
    assert (places.min(), places.max()) == (1, steps)
    assert len(places) <= MAX_POINTS
