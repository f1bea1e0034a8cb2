import json

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from medcore.ui import verdict
from tests.ui import made_runs

PAGE = """
import streamlit as st
from medcore.ui import verdict
verdict.show(st.session_state["records"])
"""


@pytest.fixture(autouse=True)
def fresh(home):
    st.cache_resource.clear()


def shown(records) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    page.session_state["records"] = records
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.warning))


def seeds(optimizer, tests, val=None):
    return [made_runs.done(optimizer, val or t, t, seed) for seed, t in enumerate(tests)]


def test_several_seeds_say_who_is_ahead_and_who_cannot_be_told_apart():
    clear = seeds("gd", [0.60, 0.62, 0.58], val=0.6)
    close = seeds("momentum", [0.91, 0.89, 0.90], val=0.89)
    page = shown([*seeds("adam", [0.90, 0.92, 0.91], val=0.91), *close, *clear])
    text = words(page)
    assert "**Adam** has the highest validation accuracy: 91.0% (mean of 3 seeds). On the test set it reaches" in text
    assert "ahead of Gradient descent (by 31.0 points" in text
    assert "**cannot be told apart** from Momentum (1.0 points apart, p = 0.48)." in text
    assert "Compared seed by seed over 3 seeds" in text
    assert "widened by the correction for all 3 pairs (Holm)" in text
    assert len(page.get("plotly_chart")) == 1


def test_one_seed_is_compared_image_by_image_and_says_so():
    adam, sgd = made_runs.done("adam", 0.9, 0.9), made_runs.done("minibatch", 0.6, 0.6)
    made_runs.answer(adam, np.arange(200) < 180)
    made_runs.answer(sgd, np.arange(200) < 120)
    text = words(shown([sgd, adam]))
    assert "ahead of Mini-batch SGD (by 30.0 points" in text
    assert "One seed: the same 200 test images" in text
    assert "nothing of the chance of the start" in text


def test_a_choice_that_the_test_set_contradicts_is_said():
    text = words(shown([*seeds("adam", [0.7, 0.71, 0.72], val=0.9), *seeds("momentum", [0.9, 0.91, 0.93], val=0.8)]))
    assert "**Adam** has the highest validation accuracy" in text
    assert "behind Momentum (by 20.3 points" in text


def test_nothing_is_said_while_a_run_is_active():
    records = seeds("adam", [0.9, 0.8])
    active = made_runs.ended("x", made_runs.RunSpec(), None, state="running", ended=None)
    assert not words(shown([*records, active]))


def test_runs_that_failed_or_diverged_are_named_and_left_out():
    spec = made_runs.RunSpec()
    gone = made_runs.ended("Lion", spec, made_runs.result(None, None, diverged_at=31))
    failed = made_runs.ended("Nadam", spec, None, state="failed", error="Killed.")
    text = words(shown([*seeds("adam", [0.9, 0.8]), *seeds("momentum", [0.6, 0.5]), gone, failed]))
    assert "Left out of the comparison: Lion diverged at update 31; Nadam failed." in text
    assert "told apart** from Momentum" in text or "ahead of Momentum" in text


def test_the_best_may_be_no_better_than_one_answer_for_all():
    text = words(shown([*seeds("adam", [0.31, 0.29, 0.33]), *seeds("gd", [0.2, 0.2, 0.21])]))
    assert "Always answering “normal” is right in 30.0%: the best of these is not surely better than that." in text


def test_an_interval_says_what_it_is_of():
    several = words(shown([*seeds("adam", [0.90, 0.92, 0.91]), *seeds("gd", [0.6, 0.62, 0.58])]))
    assert "(95% interval over seeds, on these 200 images: 88.5% to 93.5%; with other images too: 85.6% to 95.1%)" in (
        several
    )
    assert "on the same 200 test images: other images may decide otherwise" in several
    pair = [made_runs.done("adam", 0.9, 0.9), made_runs.done("gd", 0.6, 0.6)]
    for record in pair:
        made_runs.answer(record, np.arange(200) < 200 * record.result["test"]["accuracy"])
    one = words(shown(pair))
    assert "(95% interval over other images: 85.1% to 93.4%)" in one


def test_seeds_that_agree_are_not_surely_better_than_one_answer_for_all():
    """On 200 images 33% may well be 30%, however close three seeds are."""
    text = words(shown([*seeds("adam", [0.33, 0.335, 0.33]), *seeds("gd", [0.2, 0.2, 0.21])]))
    assert "not surely better than that" in text


def test_answers_that_cannot_be_read_are_said():
    text = words(shown([made_runs.done("adam", 0.9, 0.9), made_runs.done("gd", 0.6, 0.6)]))
    assert "answered on the test images cannot be read" in text


def test_answers_are_read_once_a_run_and_not_again_where_they_cannot_be(monkeypatch):
    records = [made_runs.done(name, 0.9, 0.9) for name in ("adam", "gd", "minibatch")]
    for record in records:
        made_runs.answer(record, np.arange(200) < 180)
    read, load = [], np.load
    monkeypatch.setattr(verdict.np, "load", lambda file: read.append(file) or load(file))
    assert verdict.found(records) == verdict.found(records)
    assert len(read) == 3
    broken = [made_runs.done("adam", 0.9, 0.9), made_runs.done("gd", 0.6, 0.6)]
    assert verdict.found(broken) == verdict.found(broken)
    assert len(read) == 4


def test_other_images_are_not_compared():
    other = made_runs.ended("SGD", made_runs.RunSpec(), made_runs.result(0.9, 0.9, data={"sha256": "other"}))
    assert "different images" in words(shown([made_runs.done("adam", 0.9, 0.9), other]))


def test_many_groups_are_counted_not_listed():
    assert verdict._list(["a", "b", "c", "d", "e"]) == "a, b, c, d and e"
    assert verdict._list(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d and 2 others"


def bars(page) -> list[tuple[bool, bool]]:
    """Of each dot of the chart, whether it is hollow and whether a bar is drawn that holds 0."""
    traces = json.loads(page.get("plotly_chart")[0].proto.spec)["data"]
    return [(t["marker"]["symbol"] == "circle-open", _holds_zero(t)) for t in traces]


def _holds_zero(trace) -> bool | None:
    if not trace["error_x"]["visible"]:
        return None
    (mean,), error = trace["x"], trace["error_x"]
    return mean - error["arrayminus"][0] <= 0 <= mean + error["array"][0]


def test_a_wide_difference_of_few_seeds_is_not_called_the_same():
    page = shown([*seeds("adam", [0.96, 0.89, 0.93]), *seeds("gd", [0.50, 0.70, 0.55]), *seeds("lion", [0.9] * 3)])
    text = words(page)
    assert "it is 34.3 points ahead of Gradient descent (p = " in text
    assert "but 3 seeds are **too few to be sure** of it after correction for all 3 pairs." in text
    assert "told apart** from Gradient descent" not in text
    assert all(hollow and holds_zero in (True, None) for hollow, holds_zero in bars(page))


def test_bars_agree_with_the_dots():
    page = shown(
        [*seeds("adam", [0.90, 0.92, 0.91]), *seeds("gd", [0.6, 0.62, 0.58]), *seeds("lion", [0.88, 0.92, 0.9])]
    )
    assert sorted(bars(page)) == [(False, False), (True, True)]


def test_two_seeds_have_no_bar_that_says_nothing():
    page = shown([*seeds("adam", [0.97, 0.95]), *seeds("gd", [0.04, 0.24])])
    assert bars(page) == [(True, None)]
    assert "82.0 points ahead of Gradient descent (p = " in words(page)
    assert "2 seeds are **too few to be sure** of it." in words(page)
    assert "No bar is drawn: with so few seeds it would span more than 100 points." in words(page)


def test_the_nearest_are_named_first():
    far_to_near = ("gd", "minibatch", "momentum", "nesterov", "rmsprop", "adagrad", "lion")
    tests = {name: [0.84 + k / 100, 0.87 + k / 100, 0.6] for k, name in enumerate(far_to_near)}
    others = [record for name, accuracies in tests.items() for record in seeds(name, accuracies, val=0.5)]
    text = words(shown([*seeds("adam", [0.96, 0.97, 0.61], val=0.9), *others]))
    assert "from Lion (3.7 points apart, p = 1), Adagrad (4.3 points apart, p = 1) and RMSprop" in text
    assert "5.7 points ahead of Nesterov (p = 1), 6.3 points ahead of Momentum" in text


def test_one_seed_blames_nobody():
    adam, sgd = made_runs.done("adam", 0.9, 0.6), made_runs.done("gd", 0.6, 0.9)
    made_runs.answer(adam, np.arange(200) < 120)
    made_runs.answer(sgd, np.arange(200) < 180)
    text = words(shown([adam, sgd]))
    assert "the validation set and the test set disagree about these networks" in text
    assert "chose badly" not in text
