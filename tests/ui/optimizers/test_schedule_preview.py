"""The preview shows the learning rates that the runs will have, update by update where these are few."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from medcore.labs import optimizers
from medcore.training.course import Course
from medcore.ui.optimizers import schedule_preview

PAGE = """
import streamlit as st
from medcore.ui.optimizers import schedule_preview
schedule_preview.show(st.session_state["specs"], st.session_state["images"])
"""


def shown(names: list[str], images: int | None = 1000, **settings) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    page.session_state["specs"] = optimizers.runs("digits", "mlp", names, epochs=5, **settings)
    page.session_state["images"] = images
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(("name", "updates"), [("gd", 5), ("adam", 160), ("sgd", 5000)])
@pytest.mark.parametrize("schedule", ["cosine", "step"])
def test_rates_are_those_that_the_run_takes(name, updates, schedule):
    (spec,) = optimizers.runs("digits", "mlp", [name], epochs=5, schedule=schedule, warmup=2).values()
    ((epochs, shares),) = schedule_preview.lines({name: spec}, 1000).values()
    course = Course(spec, 1000, {"gd": 1000, "adam": 32, "sgd": 1}[name])
    rates = np.concatenate([course.epoch(epoch, np.arange(1000)).rates for epoch in range(5)])
    numbers = np.rint(epochs * updates / 5).astype(int)
    assert (numbers[0], numbers[-1]) == (0, updates - 1)
    np.testing.assert_allclose(shares, rates[numbers] / spec.optimizer.learning_rate, rtol=1e-6)
    assert len(shares) == min(updates, schedule_preview.POINTS)


def test_few_updates_have_a_line_of_their_own():
    specs = optimizers.runs("digits", "mlp", ["gd", "minibatch", "adam"], epochs=5, schedule="cosine")
    found = schedule_preview.lines(specs, 1000)
    assert list(found) == ["Cosine · 5 updates", "Cosine"]
    assert found["Cosine · 5 updates"][1][-1] == pytest.approx(0.0955, abs=1e-3)


def test_one_update_is_not_several():
    assert list(schedule_preview.lines(optimizers.runs("digits", "mlp", ["gd"], epochs=1), 1000)) == [
        "Constant · 1 update"
    ]


def test_before_the_images_are_known_updates_are_taken_to_be_many():
    specs = optimizers.runs("digits", "mlp", ["adam"], epochs=5, schedule="cosine")
    (line,) = schedule_preview.lines(specs, None).values()
    assert line[1][-1] == pytest.approx(0, abs=1e-3)


def test_a_warm_up_of_one_update_is_said_to_do_nothing():
    (caption,) = shown(["gd", "adam"], warmup=1).caption
    assert caption.value == "The warm-up does nothing for Gradient descent: it ends with the first update."
    assert not shown(["gd", "adam"], warmup=2).caption
    assert len(shown(["gd", "adam"], images=None, warmup=1).caption) == 1, "of gradient descent that is known anyway"


def test_a_learning_rate_that_stays_the_same_is_not_drawn():
    assert not shown(["gd", "adam"]).get("plotly_chart")
